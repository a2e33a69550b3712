import CGenerative
import Datasets
import Evaluation
import Models
import Options
import Tensors
import Training

/// A dataset behind a handle, with what the header tells of its making.
final class DatasetHandle: HandleObject {
  static var kind: HandleKind { .dataset }

  let dataset: Dataset
  let skippedCount: Int
  let damagedCount: Int
  /// The factors' names as C strings.
  let factorNames: [StaticCString]

  init(_ dataset: Dataset, skippedCount: Int = 0, damagedCount: Int = 0) {
    self.dataset = dataset
    self.skippedCount = skippedCount
    self.damagedCount = damagedCount
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

func checkShape(_ height: Int64, _ width: Int64, _ channels: Int64) throws(GenerativeError) -> Shape {
  let sides = 1...Shape.sideLimit
  let shape = Shape(
    height: try checkRange("height", height, sides), width: try checkRange("width", width, sides),
    channels: try checkRange("channels", channels, sides))
  try shape.checkCount()
  return shape
}

@c @implementation public func gen_dataset_create(
  _ data: UnsafeRawPointer?, _ options: UnsafePointer<gen_memory_options>?,
  _ dataset_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(dataset_out) { () throws(GenerativeError) -> DatasetHandle in
    guard let data else { throw .null("data") }
    guard options != nil else { throw .null("options") }
    let (o, values) = try gen_memory_options.read(options)
    let kind: ElementKind = [.uint8, .float32, .float64][Int(o.dtype)]
    let rowCount = try checkRange("n_rows", o.n_rows, 1...Dataset.largestRowCount)
    return DatasetHandle(
      try Dataset.memory(
        data, kind, rowCount: rowCount, shape: try values.shape(),
        rowStride: o.row_stride == 0 ? nil : Int(o.row_stride),
        columnStride: o.element_stride == 0 ? nil : Int(o.element_stride),
        ownership: o.borrow == 1 ? .borrowed : .copied, labels: o.labels,
        checks: o.unchecked == 0, context: try resolve(o.context)))
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

@c @implementation public func gen_dataset_open_folder(
  _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<gen_folder_options>?,
  _ run: UnsafePointer<gen_run>?,
  _ dataset_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(dataset_out) { () throws(GenerativeError) -> DatasetHandle in
    let path = try checkPath("path", path)
    guard options != nil else { throw .null("options") }
    let (o, values) = try gen_folder_options.read(options)
    let context = try resolve(o.context)
    try checkRange("height", o.height, 1...context.limits.sideLength)
    try checkRange("width", o.width, 1...context.limits.sideLength)
    let shape = try values.shape()
    let observer = try Observer(run)
    var skippedCount = 0
    var damagedCount = 0
    var reading = Image.Reading()
    reading.resizing = Resizing(values)
    reading.isTolerant = o.tolerant == 1
    let dataset = try following(run) { () throws(GenerativeError) in
      try Dataset.folder(
        path, shape: shape, recursive: o.recursive == 1, reading: reading, context: context,
        onDamage: { _ in damagedCount += 1 }
      ) { (_, reason) throws(GenerativeError) in
        skippedCount += 1
        guard let tell = observer.tell else { return }
        var event = Event(.skipped)
        event.message = reason.message
        if tell(event) == .stopNow { throw GenerativeError(.cancelled, "the callback stopped the reading") }
      }
    }
    return DatasetHandle(dataset, skippedCount: skippedCount, damagedCount: damagedCount)
  }
}

@c @implementation public func gen_dataset_create_stream(
  _ options: UnsafePointer<gen_stream_options>?, _ dataset_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(dataset_out) { () throws(GenerativeError) -> DatasetHandle in
    guard options != nil else { throw .null("options") }
    let (o, values) = try gen_stream_options.read(options)
    guard let read = o.read else { throw .null("read") }
    guard let rewind = o.rewind else { throw .null("rewind") }
    nonisolated(unsafe) let userData = o.user_data
    return DatasetHandle(
      try Dataset.stream(
        shape: try values.shape(), shuffleWindow: o.shuffle_rows == 0 ? -1 : Int(o.shuffle_rows),
        context: try resolve(o.context)
      ) { firstRow, maxRowCount, rows in
        if firstRow == 0, callHost({ rewind(userData) }) != 0 { return -1 }
        return Int(callHost { read(rows, Int64(maxRowCount), userData) })
      })
  }
}

@c @implementation public func gen_dataset_create_faces(
  _ options: UnsafePointer<gen_faces_options>?, _ dataset_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(dataset_out) { () throws(GenerativeError) -> DatasetHandle in
    let (o, values) = try gen_faces_options.read(options)
    return DatasetHandle(
      try Dataset.faces(
        rowCount: Int(o.n_rows), shape: try values.shape(), seed: o.seed, context: try resolve(o.context)))
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
    info.n_factors = Int64(object.factorNames.count)
    info.n_rows = Int64(object.dataset.rowCount ?? -1)
    info.height = Int64(object.dataset.shape.height)
    info.width = Int64(object.dataset.shape.width)
    info.channels = Int64(object.dataset.shape.channels)
    info.n_classes = Int64(object.dataset.classCount)
    info.n_skipped = Int64(object.skippedCount)
    info.n_damaged = Int64(object.damagedCount)
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
  _ dataset: OpaquePointer?, _ factor: Int64
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
  _ run: UnsafePointer<gen_run>?,
  _ indices_out: UnsafeMutablePointer<Int64>?, _ distances_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary(run) { () throws(GenerativeError) in
    try withDataset(dataset) { (dataset) throws(GenerativeError) in
      let count = try checkRange("n_rows", n_rows, 0...Int(Int32.max))
      guard let rowCount = dataset.rowCount else {
        throw GenerativeError(.unsupported, "a stream's rows cannot be read by number")
      }
      let neighbours = try checkRange("n_neighbours", n_neighbours, 1...rowCount)
      let x = try checkInput("rows", rows, count, dataset.shape.count)
      try checkFinite("rows", x, count, dataset.shape.count, dataset.context)
      try checkOptionalOutput("indices_out", indices_out, count, neighbours)
      try checkOptionalOutput("distances_out", distances_out, count, neighbours)
      try NearestRows.find(
        x, count: count, neighbours: neighbours, in: dataset, indices: indices_out,
        distances: distances_out)
    }
  }
}
