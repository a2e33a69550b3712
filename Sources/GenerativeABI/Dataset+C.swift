import CGenerative
import Datasets
import Evaluation
import Models
import Tensors
import Training

/// A dataset behind a handle, with what the header tells of its making.
final class DatasetHandle: HandleObject {
  static var kind: HandleKind { .dataset }

  let dataset: Dataset
  let skippedCount: Int
  /// The factors' names as C strings.
  let factorNames: [StaticCString]

  init(_ dataset: Dataset, skippedCount: Int = 0) {
    self.dataset = dataset
    self.skippedCount = skippedCount
    factorNames = dataset.factors.map { $0.factors.map { StaticCString.of($0.name) } } ?? []
  }
}

/// A C string that is never freed, one for each text.
struct StaticCString: @unchecked Sendable {
  let pointer: UnsafePointer<CChar>

  private static let known = Guarded<[String: StaticCString]>([:])

  static func of(_ text: String) -> StaticCString {
    known.withLock { known in
      if let string = known[text] { return string }
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.utf8.count + 1)
      for (index, byte) in text.utf8.enumerated() { copy[index] = CChar(bitPattern: byte) }
      copy[text.utf8.count] = 0
      let string = StaticCString(pointer: UnsafePointer(copy))
      known[text] = string
      return string
    }
  }
}

/// Runs `body` with a dataset to fit or read: a stream for itself alone, any other beside others.
func withDataset<Result>(
  _ handle: OpaquePointer?, _ name: String = "dataset",
  _ body: (Dataset) throws(GenerativeError) -> Result
) throws(GenerativeError) -> Result {
  let object: DatasetHandle = try Handles.shared.object(handle, name)
  if object.dataset.stream == nil {
    return try Handles.shared.reading(handle, name) { (object: DatasetHandle) throws(GenerativeError) in
      try body(object.dataset)
    }
  }
  return try Handles.shared.changing(handle, name) { (object: DatasetHandle) throws(GenerativeError) in
    try body(object.dataset)
  }
}

/// height × width × channels, 0 counting as 1.
func checkShape(_ height: Int64, _ width: Int64, _ channels: Int64) throws(GenerativeError) -> Shape {
  let limit = Shape.sideLimit
  let shape = Shape(
    height: max(try checkRange("height", height, 0...limit), 1),
    width: max(try checkRange("width", width, 0...limit), 1),
    channels: max(try checkRange("channels", channels, 0...limit), 1))
  guard let count = checkedProduct(shape.height, shape.width, shape.channels), count <= Shape.countLimit
  else {
    throw GenerativeError(
      .argument, "height x width x channels must be at most \(Shape.countLimit), not \(shape)")
  }
  return shape
}

@c @implementation public func gen_memory_options_init(
  _ options: UnsafeMutablePointer<gen_memory_options>?, _ struct_size: UInt32
) -> gen_status {
  boundary { () throws(GenerativeError) in
    var o = gen_memory_options()
    o.dtype = Int32(GEN_F32)
    (o.height, o.width, o.channels) = (1, 1, 1)
    try o.write(to: options, size: struct_size)
  }
}

@c @implementation public func gen_dataset_create(
  _ data: UnsafeRawPointer?, _ options: UnsafePointer<gen_memory_options>?,
  _ dataset_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(dataset_out) { () throws(GenerativeError) -> DatasetHandle in
    guard let data else { throw .null("data") }
    guard options != nil else { throw .null("options") }
    let o = try gen_memory_options(reading: options)
    let kind: ElementKind = try checkChoice("dtype", o.dtype, [.uint8, .float32, .float64])
    let rowCount = try checkRange("n_rows", o.n_rows, 1...Dataset.largestRowCount)
    let isBorrowed = try checkFlag("borrow", o.borrow)
    let isUnchecked = try checkFlag("unchecked", o.unchecked)
    return DatasetHandle(
      try Dataset.memory(
        data, kind, rowCount: rowCount, shape: try checkShape(o.height, o.width, o.channels),
        rowStride: o.row_stride == 0 ? nil : Int(o.row_stride),
        columnStride: o.element_stride == 0 ? nil : Int(o.element_stride),
        ownership: isBorrowed ? .borrowed : .copied, labels: o.labels,
        checks: !isUnchecked, context: try resolve(o.context)))
  }
}

@c @implementation public func gen_dataset_open_idx(
  _ images_path: UnsafePointer<CChar>?, _ labels_path: UnsafePointer<CChar>?,
  _ context: OpaquePointer?, _ dataset_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(dataset_out) { () throws(GenerativeError) -> DatasetHandle in
    let images = try checkPath("images_path", images_path)
    let labels = try labels_path.map { path throws(GenerativeError) in try checkPath("labels_path", path) }
    return DatasetHandle(
      try Dataset.idx(imagesPath: images, labelsPath: labels, context: try resolve(context)))
  }
}

@c @implementation public func gen_folder_options_init(
  _ options: UnsafeMutablePointer<gen_folder_options>?, _ struct_size: UInt32
) -> gen_status {
  boundary { () throws(GenerativeError) in
    var o = gen_folder_options()
    o.channels = 3
    try o.write(to: options, size: struct_size)
  }
}

@c @implementation public func gen_dataset_open_folder(
  _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<gen_folder_options>?,
  _ dataset_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(dataset_out) { () throws(GenerativeError) -> DatasetHandle in
    let path = try checkPath("path", path)
    guard options != nil else { throw .null("options") }
    let o = try gen_folder_options(reading: options)
    let context = try resolve(o.context)
    try checkRange("height", o.height, 1...context.limits.sideLength)
    try checkRange("width", o.width, 1...context.limits.sideLength)
    let shape = try checkShape(o.height, o.width, orDefault(o.channels, 3))
    let observer = Observer(o.event, o.user_data)
    var skippedCount = 0
    var isStopped = false
    let dataset = try Dataset.folder(
      path, shape: shape, recursive: try checkFlag("recursive", o.recursive), context: context
    ) { path, reason in
      skippedCount += 1
      guard !isStopped, let tell = observer.tell else { return }
      var event = Event(.skipped)
      event.message = "\(path): \(reason.message)"
      isStopped = tell(event) == .stopNow
    }
    guard !isStopped else { throw GenerativeError(.cancelled, "the callback stopped the reading") }
    return DatasetHandle(dataset, skippedCount: skippedCount)
  }
}

@c @implementation public func gen_stream_options_init(
  _ options: UnsafeMutablePointer<gen_stream_options>?, _ struct_size: UInt32
) -> gen_status {
  boundary { () throws(GenerativeError) in
    var o = gen_stream_options()
    (o.height, o.width, o.channels) = (1, 1, 1)
    o.shuffle_rows = 4096
    try o.write(to: options, size: struct_size)
  }
}

@c @implementation public func gen_dataset_create_stream(
  _ options: UnsafePointer<gen_stream_options>?, _ dataset_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(dataset_out) { () throws(GenerativeError) -> DatasetHandle in
    guard options != nil else { throw .null("options") }
    let o = try gen_stream_options(reading: options)
    guard let read = o.read else { throw .null("read") }
    guard let rewind = o.rewind else { throw .null("rewind") }
    nonisolated(unsafe) let userData = o.user_data
    let window = try checkRange("shuffle_rows", max(o.shuffle_rows, -1), -1...Int(Int32.max))
    return DatasetHandle(
      try Dataset.stream(
        shape: try checkShape(o.height, o.width, o.channels), shuffleWindow: window == 0 ? 4096 : window,
        context: try resolve(o.context)
      ) { firstRow, maxRowCount, rows in
        if firstRow == 0, callHost({ rewind(userData) }) != 0 { return -1 }
        return Int(callHost { read(rows, Int64(maxRowCount), userData) })
      })
  }
}

@c @implementation public func gen_faces_options_init(
  _ options: UnsafeMutablePointer<gen_faces_options>?, _ struct_size: UInt32
) -> gen_status {
  boundary { () throws(GenerativeError) in
    var o = gen_faces_options()
    o.n_rows = 10_000
    (o.height, o.width, o.channels) = (32, 32, 3)
    try o.write(to: options, size: struct_size)
  }
}

@c @implementation public func gen_dataset_create_faces(
  _ options: UnsafePointer<gen_faces_options>?, _ dataset_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(dataset_out) { () throws(GenerativeError) -> DatasetHandle in
    let o = try gen_faces_options(reading: options)
    let rowCount = try checkRange("n_rows", orDefault(o.n_rows, 10_000), 1...Dataset.largestRowCount)
    let shape = Shape(
      height: try checkRange("height", orDefault(o.height, 32), 16...128),
      width: try checkRange("width", orDefault(o.width, 32), 16...128),
      channels: try checkRange("channels", orDefault(o.channels, 3), 1...3))
    return DatasetHandle(
      try Dataset.faces(
        rowCount: rowCount, shape: shape, seed: o.seed, context: try resolve(o.context)))
  }
}

@c @implementation public func gen_dataset_create_slice(
  _ dataset: OpaquePointer?, _ first_row: Int64, _ n_rows: Int64,
  _ dataset_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(dataset_out) { () throws(GenerativeError) -> DatasetHandle in
    try withDataset(dataset) { (whole) throws(GenerativeError) -> DatasetHandle in
      DatasetHandle(try whole.rows(try checkRows(whole, first_row, n_rows, least: 1)))
    }
  }
}

/// Rows that a dataset has; streams have none by number.
private func checkRows(
  _ dataset: Dataset, _ first: Int64, _ count: Int64, least: Int = 0
) throws(GenerativeError) -> Range<Int> {
  guard let rowCount = dataset.rowCount else {
    throw GenerativeError(.unsupported, "a stream's rows cannot be read by number")
  }
  let first = try checkRange("first_row", first, 0...rowCount)
  let count = try checkRange("n_rows", count, least...max(rowCount - first, least))
  return first..<first + count
}

@c @implementation public func gen_dataset_destroy(_ dataset: OpaquePointer?) {
  destroy(dataset, DatasetHandle.self)
}

@c @implementation public func gen_dataset_info(
  _ dataset: OpaquePointer?, _ info_out: UnsafeMutablePointer<gen_dataset_info_t>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let object: DatasetHandle = try Handles.shared.object(dataset, "dataset")
    var info = gen_dataset_info_t()
    info.n_factors = Int32(object.factorNames.count)
    info.n_rows = Int64(object.dataset.rowCount ?? -1)
    info.height = Int64(object.dataset.shape.height)
    info.width = Int64(object.dataset.shape.width)
    info.channels = Int64(object.dataset.shape.channels)
    info.n_classes = Int64(object.dataset.classCount)
    info.n_skipped = Int64(object.skippedCount)
    try info.write(to: info_out, "info_out")
  }
}

@c @implementation public func gen_dataset_read(
  _ dataset: OpaquePointer?, _ first_row: Int64, _ n_rows: Int64,
  _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try withDataset(dataset) { (dataset) throws(GenerativeError) in
      let range = try checkRows(dataset, first_row, n_rows)
      try dataset.read(
        range: range, into: try checkOutput("rows_out", rows_out, range.count, dataset.shape.count))
    }
  }
}

@c @implementation public func gen_dataset_labels(
  _ dataset: OpaquePointer?, _ first_row: Int64, _ n_rows: Int64,
  _ labels_out: UnsafeMutablePointer<Int32>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try withDataset(dataset) { (dataset) throws(GenerativeError) in
      let range = try checkRows(dataset, first_row, n_rows)
      guard let labels = dataset.labels else {
        throw GenerativeError(.state, "dataset has no labels")
      }
      try checkOutput("labels_out", labels_out, range.count, 1)
        .update(from: labels.base + range.lowerBound, count: range.count)
    }
  }
}

@c @implementation public func gen_dataset_factors(
  _ dataset: OpaquePointer?, _ first_row: Int64, _ n_rows: Int64,
  _ factors_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try withDataset(dataset) { (dataset) throws(GenerativeError) in
      let range = try checkRows(dataset, first_row, n_rows)
      guard let table = dataset.factors else {
        throw GenerativeError(.state, "dataset has no factors: only drawn faces do")
      }
      let width = table.factors.count
      try checkOutput("factors_out", factors_out, range.count, width)
        .update(from: table.values.base + range.lowerBound * width, count: range.count * width)
    }
  }
}

@c @implementation public func gen_dataset_factor_name(
  _ dataset: OpaquePointer?, _ factor: Int32
) -> UnsafePointer<CChar>? {
  var name: UnsafePointer<CChar>?
  _ = boundary { () throws(GenerativeError) in
    let object: DatasetHandle = try Handles.shared.object(dataset, "dataset")
    try checkRange("factor", factor, 0...max(object.factorNames.count - 1, 0))
    if object.factorNames.isEmpty { throw GenerativeError(.state, "dataset has no factors") }
    name = object.factorNames[Int(factor)].pointer
  }
  return name
}

@c @implementation public func gen_dataset_nearest(
  _ dataset: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ n_rows: Int64, _ n_neighbours: Int64,
  _ indices_out: UnsafeMutablePointer<Int64>?, _ distances_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try withDataset(dataset) { (dataset) throws(GenerativeError) in
      let count = try checkRange("n_rows", n_rows, 0...Int(Int32.max))
      guard let rowCount = dataset.rowCount else {
        throw GenerativeError(.unsupported, "a stream's rows cannot be read by number")
      }
      let neighbours = try checkRange("n_neighbours", n_neighbours, 1...rowCount)
      let x = try checkInput("rows", rows, count, dataset.shape.count)
      try checkFinite("rows", x, count, dataset.shape.count, dataset.context)
      if let indices_out { _ = try checkOutput("indices_out", indices_out, count, neighbours) }
      if let distances_out { _ = try checkOutput("distances_out", distances_out, count, neighbours) }
      try NearestRows.find(
        x, count: count, neighbours: neighbours, in: dataset, indices: indices_out,
        distances: distances_out)
    }
  }
}
