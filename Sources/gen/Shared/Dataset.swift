import ArgumentParser
import CGenerative
import Glibc

/// Rows of pictures and what is known of them.
struct Dataset {
  let name: String
  let object: Object
  let count: Int
  let shape: Shape
  /// Names of the factors behind drawn faces.
  let factorNames: [String]
  let classCount: Int

  init(_ name: String, _ object: Object) throws {
    var info = gen_dataset_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_dataset_info_t>.stride)
    try check(gen_dataset_info(object.handle, &info))
    self.name = name
    self.object = object
    count = Int(info.n_rows)
    shape = Shape(height: Int(info.height), width: Int(info.width), channels: Int(info.channels))
    factorNames = (0..<info.n_factors).map { text(gen_dataset_factor_name(object.handle, $0)) }
    classCount = Int(info.n_classes)
  }

  /// Faces that the library draws.
  static func faces(_ count: Int, _ shape: Shape, seed: UInt64, name: String = "faces") throws -> Dataset {
    var options: gen_faces_options = try defaults(gen_faces_options_init)
    options.n_rows = Int64(count)
    options.height = Int64(shape.height)
    options.width = Int64(shape.width)
    options.channels = Int64(shape.channels)
    options.seed = seed
    return try Dataset(name, Object(gen_dataset_destroy) { gen_dataset_create_faces(&options, $0) })
  }

  var handle: OpaquePointer { object.handle }

  /// "train-images-idx3-ubyte.gz" of a path that ends so.
  var shortName: String { name.split(separator: "/").last.map(String.init) ?? name }

  func rows(_ range: Range<Int>) throws -> Rows {
    try Rows(count: range.count, rowSize: shape.count) {
      gen_dataset_read(handle, Int64(range.lowerBound), Int64(range.count), $0)
    }
  }

  /// The first rows, as many as there are.
  func first(_ limit: Int) throws -> Rows { try rows(0..<min(limit, count)) }

  func slice(_ range: Range<Int>) throws -> Dataset {
    try Dataset(
      name,
      Object(gen_dataset_destroy) {
        gen_dataset_create_slice(handle, Int64(range.lowerBound), Int64(range.count), $0)
      })
  }

  /// The rows nearest to each of some rows, nearest first, and their distances.
  func nearest(to rows: Rows, _ count: Int) throws -> (indices: [Int], distances: [Float]) {
    var indices = [Int64](repeating: 0, count: rows.count * count)
    var distances = [Float](repeating: 0, count: rows.count * count)
    try check(
      gen_dataset_nearest(handle, rows.values, Int64(rows.count), Int64(count), nil, &indices, &distances))
    return (indices.map { Int($0) }, distances)
  }

  /// The classes of the first rows.
  func labels(_ limit: Int) throws -> [Int32] {
    var labels = [Int32](repeating: 0, count: min(limit, count))
    try check(gen_dataset_labels(handle, 0, Int64(labels.count), &labels))
    return labels
  }

  /// The classes for a conditional model.
  func requiredClassCount() throws -> Int {
    guard classCount > 0 else {
      throw Failure(description: "classes need labels, and \(name) has none; see --labels")
    }
    return classCount
  }

  /// A factor of the first rows.
  func factor(_ index: Int, _ limit: Int) throws -> [Float] {
    let rows = try Rows(count: min(limit, count), rowSize: factorNames.count) {
      gen_dataset_factors(handle, 0, Int64(min(limit, count)), $0)
    }
    return (0..<rows.count).map { rows.values[$0 * rows.rowSize + index] }
  }

  /// The same of a factor that must be there, by its name.
  func factor(_ name: String, _ limit: Int) throws -> [Float] {
    guard let index = factorNames.firstIndex(of: name) else {
      throw Failure(description: "\(self.name) has no factor \(name)")
    }
    return try factor(index, limit)
  }
}

/// The shape of a row.
struct Shape: Equatable, CustomStringConvertible {
  let height: Int
  let width: Int
  let channels: Int

  var count: Int { height * width * channels }

  /// The shape as a picture: channels that are no colours lie beside one another.
  var picture: Shape {
    [1, 3, 4].contains(channels) ? self : Shape(height: height, width: width * channels, channels: 1)
  }

  var description: String { "\(height) x \(width) x \(channels)" }
}

/// The options of every command that reads DATA.
struct DataOptions: ParsableArguments {
  @Option(
    help:
      "IDX file with the classes of the rows (default: the one next to the images if they are named as in MNIST)."
  )
  var labels: String?

  @Option(help: "Height and width of pictures from a folder, or of faces: \"64\" or \"48x64\".")
  var size: PictureSize?

  @Option(help: "Channels of pictures from a folder (1, 3 or 4), or of faces (1 or 3).")
  var channels: Int?

  @Option(help: "Maximum number of rows; for faces, the number to draw (default: 10,000).")
  var rows: Int?

  @OptionGroup var pictures: PictureFlags

  func validate() throws {
    if let rows, rows < 1 { throw ValidationError("--rows must be at least 1, not \(rows)") }
  }

  /// The rows that DATA names, in a model's shape where there is one.
  ///
  /// - Parameter data: a folder, an IDX file, or `faces`, with a seed `faces:7`.
  func open(_ data: String, for shape: Shape? = nil) throws -> Dataset {
    let whole = try unlimited(data, for: shape)
    if let shape, shape != whole.shape, shape.count != whole.shape.count {
      throw Failure(description: "rows of \(data) are \(whole.shape), those of the model \(shape)")
    }
    guard let rows, rows < whole.count else { return whole }
    return try whole.slice(0..<rows)
  }

  private func unlimited(_ data: String, for shape: Shape?) throws -> Dataset {
    if !isFolder(data) { try pictures.refuse(for: data) }
    let parts = data.split(separator: ":", omittingEmptySubsequences: false)
    if parts[0] == "faces", parts.count < 3, let seed = parts.count == 1 ? 0 : UInt64(parts[1]) {
      let drawn = Shape(
        height: size?.height ?? shape?.height ?? 32, width: size?.width ?? shape?.width ?? 32,
        channels: channels ?? shape?.channels ?? 3)
      return try .faces(rows ?? 10_000, drawn, seed: seed, name: data)
    }
    return try Dataset(data, isFolder(data) ? folder(data, for: shape) : idx(data))
  }

  private func folder(_ path: String, for shape: Shape?) throws -> Object {
    let given = try pictures.options(
      Shape(
        height: size?.height ?? shape?.height ?? 64, width: size?.width ?? shape?.width ?? 64,
        channels: channels ?? shape?.channels ?? 3))
    var options = given.value
    let context = try pictures.context()
    options.context = context?.handle
    options.recursive = 1
    var run: gen_run = try defaults(gen_run_init)
    run.event = { event, _ in
      if let event, event.pointee.kind == Int32(GEN_EVENT_SKIPPED) {
        complain("skipped: \(text(event.pointee.message))")
      }
      return Int32(GEN_GO_ON)
    }
    defer { withExtendedLifetime(context) {} }
    let rows = try Object(gen_dataset_destroy) { gen_dataset_open_folder(path, &options, &run, $0) }
    try pictures.tell(of: rows)
    return rows
  }

  private func idx(_ path: String) throws -> Object {
    try Object(gen_dataset_destroy) {
      gen_dataset_open_idx(path, labels ?? labelsBeside(path), nil, $0)
    }
  }

  /// "t10k-labels-idx1-ubyte.gz" for "t10k-images-idx3-ubyte.gz", where there is such a file.
  private func labelsBeside(_ path: String) -> String? {
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    let name = path.dropFirst(folder.count)
    guard let range = name.firstRange(of: "images-idx3") else { return nil }
    let labels = folder + name[..<range.lowerBound] + "labels-idx1" + name[range.upperBound...]
    return access(String(labels), R_OK) == 0 ? String(labels) : nil
  }
}

/// Height and width on the command line.
struct PictureSize: ExpressibleByArgument {
  let height: Int
  let width: Int

  init?(argument: String) {
    let sides = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(sides.count), let height = sides[0], let width = sides[sides.count - 1] else {
      return nil
    }
    self.height = height
    self.width = width
  }
}
