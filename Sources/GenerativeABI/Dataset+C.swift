import CGenerative
import CShims
import Datasets
import Evaluation
import Models
import Options
import Tensors
import Training

/// A dataset behind a handle.
final class DatasetHandle: HandleObject {
  static var kind: HandleKind { .dataset }

  let dataset: Dataset

  init(_ dataset: Dataset) { self.dataset = dataset }
}

/// A C string that is never freed. There is one per text.
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

/// Runs `body` with a dataset to fit or read: exclusively for a stream, shared with other readers otherwise.
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

@c @implementation public func gen_dataset_open(
  _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<gen_open_options>?,
  _ run: UnsafePointer<gen_run>?,
  _ dataset_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(dataset_out) { () throws(GenerativeError) -> DatasetHandle in
    let path = try checkPath("path", path)
    let (o, values) = try gen_open_options.read(options)
    let context = try resolve(o.context)
    let open = try OpenOptions(o, values)
    let observer = try Observer(run)
    var hooks = OpenHooks()
    if let tell = observer.tell {
      hooks.skip = { reason throws(GenerativeError) in
        var event = Event(.skipped)
        event.message = reason.message
        if tell(event) == .stopNow { throw GenerativeError(.cancelled, "the callback stopped the reading") }
      }
    }
    if let decode = o.decode {
      let userData = o.user_data
      hooks.decode = { path throws(GenerativeError) in
        guard let handle = path.withCString({ path in callHost { decode(path, userData) } }) else {
          return nil
        }
        let object: ImageHandle = try Handles.shared.object(handle, "what decode returned")
        destroy(handle, ImageHandle.self)
        return object.image
      }
    }
    return DatasetHandle(
      try following(run) { () throws(GenerativeError) in
        try Dataset.open(path, open, context: context, hooks: hooks)
      })
  }
}

extension OpenOptions {
  fileprivate init(_ o: gen_open_options, _ values: OptionValues) throws(GenerativeError) {
    func text(_ name: String, _ text: UnsafePointer<CChar>?) throws(GenerativeError) -> String? {
      guard let text, text.pointee != 0 else { return text == nil ? nil : "" }
      return try checkPath(name, text)
    }
    func list(_ name: String, _ words: UnsafePointer<CChar>?) throws(GenerativeError) -> [String]? {
      guard let words = try text(name, words) else { return nil }
      if words.isEmpty { throw GenerativeError(.argument, "\(name) must not be empty") }
      return words.fields(separatedBy: ",")
    }
    self.init()
    (height, width, channels) = (values.whole("height"), values.whole("width"), values.whole("channels"))
    (maxRows, seed, isLazy) = (values.whole("max_rows"), o.seed, o.lazy == 1)
    (reading.resizing, reading.isTolerant) = (Resizing(values), o.tolerant == 1)
    subfolders = Subfolders(rawValue: Int(o.subfolders)) ?? .automatic
    (labels, labelColumn) = (try text("labels", o.labels), try text("label_column", o.label_column))
    (columns, omit) = (try list("columns", o.columns), try list("omit", o.omit))
    guard (o.files == nil) == (o.n_files == 0) else {
      throw GenerativeError(.argument, "files and n_files must be given together")
    }
    if let given = o.files {
      var files: [String] = []
      for i in 0..<Int(o.n_files) { files.append(try checkPath("files[\(i)]", given[i])) }
      self.files = files
    }
  }
}

@c @implementation public func gen_dataset_create_stream(
  _ options: UnsafePointer<gen_stream_options>?, _ dataset_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(dataset_out) { () throws(GenerativeError) -> DatasetHandle in
    guard options != nil else { throw .null("options") }
    let (o, values) = try gen_stream_options.read(options)
    let (plain, labelled) = (o.read, o.read_labelled)
    guard plain != nil || labelled != nil else { throw .null("read") }
    guard plain == nil || labelled == nil else {
      throw GenerativeError(.argument, "read must be NULL where read_labelled is given")
    }
    guard let rewind = o.rewind else { throw .null("rewind") }
    nonisolated(unsafe) let userData = o.user_data
    return DatasetHandle(
      try Dataset.stream(
        shape: try values.shape(), shuffleWindow: o.shuffle_rows == 0 ? -1 : Int(o.shuffle_rows),
        hasLabels: labelled != nil, context: try resolve(o.context)
      ) { firstRow, maxRowCount, rows, labels in
        if firstRow == 0, callHost({ rewind(userData) }) != 0 { return -1 }
        let most = Int64(maxRowCount)
        return Int(callHost { labelled?(rows, labels, most, userData) ?? plain?(rows, most, userData) ?? 0 })
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

@c @implementation public func gen_dataset_split(
  _ dataset: OpaquePointer?, _ share: Double, _ seed: UInt64,
  _ rest_out: UnsafeMutablePointer<OpaquePointer?>?, _ held_out_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    guard let rest_out else { throw .null("rest_out") }
    guard let held_out_out else { throw .null("held_out_out") }
    rest_out.pointee = nil
    held_out_out.pointee = nil
    guard share > 0, share < 1 else {
      throw GenerativeError(.argument, "share must be above 0 and below 1, not \(share)")
    }
    try withDataset(dataset) { (whole) throws(GenerativeError) in
      let (rest, held) = try whole.split(share: share, seed: seed)
      rest_out.pointee = Handles.shared.insert(DatasetHandle(rest))
      held_out_out.pointee = Handles.shared.insert(DatasetHandle(held))
    }
  }
}

/// The range of rows, checked against the dataset's row count, which a stream does not have.
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
    info.n_factors = Int64(object.dataset.factors?.factors.count ?? 0)
    info.n_rows = Int64(object.dataset.rowCount ?? -1)
    info.height = Int64(object.dataset.shape.height)
    info.width = Int64(object.dataset.shape.width)
    info.channels = Int64(object.dataset.shape.channels)
    info.n_classes = object.dataset.stream?.hasLabels ?? false ? -1 : Int64(object.dataset.classCount)
    let element: Int =
      switch object.dataset.elementKind {
      case .uint8: Int(GEN_U8)
      case .float32: Int(GEN_F32)
      case .float64: Int(GEN_F64)
      case .number(let format): Int(format.isWide ? GEN_F64 : GEN_F32)
      }
    info.dtype = Int32(element)
    if let account = object.dataset.names?.account {
      info.n_skipped = Int64(account.skipped.count)
      info.n_damaged = Int64(account.damaged.count)
      info.n_files = Int64(account.fileCount)
      info.n_passed = Int64(account.passed.count)
    }
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
        throw GenerativeError(
          .state, "dataset has no factors: only drawn faces and images with a table of labels have them")
      }
      let width = table.factors.count
      try checkOutput("factors_out", factors_out, range.count, width)
        .update(from: table.values.base + range.lowerBound * width, count: range.count * width)
    }
  }
}

@c @implementation public func gen_dataset_name(
  _ dataset: OpaquePointer?, _ kind: Int32, _ index: Int64
) -> UnsafePointer<CChar>? {
  name { () throws(GenerativeError) -> String? in
    let object: DatasetHandle = try Handles.shared.object(dataset, "dataset")
    let dataset = object.dataset
    let kind = try checkRange("kind", kind, 0...Int(GEN_NAME_ACCOUNT))
    let account = dataset.names?.account
    guard let index = Int(exactly: index), index >= 0 else { return nil }
    switch kind {
    case Int(GEN_NAME_CLASS): return dataset.names?.classes.at(index)
    case Int(GEN_NAME_COLUMN): return dataset.names?.columns.at(index)
    case Int(GEN_NAME_FACTOR): return dataset.factors?.factors.at(index)?.name
    case Int(GEN_NAME_PATH): return dataset.path(ofRow: index)
    case Int(GEN_NAME_SKIPPED): return account?.skipped.at(index)
    case Int(GEN_NAME_PASSED): return account?.passed.at(index).map { "\($0.path): \($0.kind)" }
    default: return index == 0 && account?.fileCount ?? 0 > 0 ? account?.line : nil
    }
  }
}

@c @implementation public func gen_model_name(
  _ model: OpaquePointer?, _ kind: Int32, _ index: Int64
) -> UnsafePointer<CChar>? {
  name { () throws(GenerativeError) -> String? in
    let kind = try checkRange("kind", kind, 0...Int(GEN_NAME_COLUMN))
    var found: String?
    try Handles.shared.readingModel(model) { (model) throws(GenerativeError) in
      let names = model.names
      if let index = Int(exactly: index) {
        found = (kind == Int(GEN_NAME_CLASS) ? names.classes : names.columns).at(index)
      }
    }
    return found
  }
}

/// Returns the text that `body` finds, and keeps it for the thread.
private func name(_ body: () throws(GenerativeError) -> String?) -> UnsafePointer<CChar>? {
  var kept: UnsafePointer<CChar>?
  _ = boundary { () throws(GenerativeError) in
    guard var text = try body() else { throw GenerativeError(.argument, "there is no such name") }
    text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { characters in
        // An empty text has no address.
        kept = shim_keep_name(characters.baseAddress ?? UnsafePointer(shim_message()), characters.count)
      }
    }
  }
  return kept
}

extension Array {
  fileprivate func at(_ index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
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
