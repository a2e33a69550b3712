import ArgumentParser
import CGenerative
import Glibc

/// Rows, such as images, and what is known about them.
struct Dataset {
  let name: String
  let object: Object
  let count: Int
  let shape: Shape
  /// The names of the factors of drawn faces, or of the numeric columns of a label table.
  let factorNames: [String]
  let classNames: [String]
  /// The names of a table's columns.
  let columnNames: [String]
  let classCount: Int
  /// The number of files in a folder that could not be read.
  let skippedCount: Int

  init(_ name: String, _ object: Object) throws {
    var info = gen_dataset_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_dataset_info_t>.stride)
    try check(gen_dataset_info(object.handle, &info))
    self.name = name
    self.object = object
    count = Int(info.n_rows)
    shape = Shape(height: Int(info.height), width: Int(info.width), channels: Int(info.channels))
    factorNames = names(GEN_NAME_FACTOR) { gen_dataset_name(object.handle, $0, $1) }
    classNames = names(GEN_NAME_CLASS) { gen_dataset_name(object.handle, $0, $1) }
    columnNames = names(GEN_NAME_COLUMN) { gen_dataset_name(object.handle, $0, $1) }
    classCount = Int(info.n_classes)
    skippedCount = Int(info.n_skipped)
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

  /// The file that each row came from; empty if rows have none.
  var paths: [String] {
    names(GEN_NAME_PATH) { gen_dataset_name(handle, $0, $1) }.map(StandardInput.told)
  }

  /// The last part of the path, such as "train-images-idx3-ubyte.gz".
  var shortName: String { Dataset.lastPart(of: name) }

  static func lastPart(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  func rows(_ range: Range<Int>) throws -> Rows {
    try Rows(count: range.count, rowSize: shape.count) {
      gen_dataset_read(handle, Int64(range.lowerBound), Int64(range.count), $0)
    }
  }

  /// All rows.
  func rows() throws -> Rows { try rows(0..<count) }

  /// At most `limit` of the rows, drawn at random with the same share of each class. Their order is
  /// preserved.
  func random(_ limit: Int, seed: UInt64 = 0) throws -> Dataset {
    limit >= count ? self : try split(Double(limit) / Double(count), seed: seed).1
  }

  /// The remaining rows, and a share of all rows drawn at random.
  func split(_ share: Double, seed: UInt64) throws -> (Dataset, Dataset) {
    var (rest, held): (OpaquePointer?, OpaquePointer?)
    try check(gen_dataset_split(handle, share, seed, &rest, &held))
    return (
      try Dataset(name, Object(gen_dataset_destroy, rest)),
      try Dataset(name, Object(gen_dataset_destroy, held))
    )
  }

  /// The rows nearest to each of the given rows, nearest first, and their distances.
  func nearest(to rows: Rows, _ count: Int) throws -> (indices: [Int], distances: [Float]) {
    var indices = [Int64](repeating: 0, count: rows.count * count)
    var distances = [Float](repeating: 0, count: rows.count * count)
    try Stage.following("finding the nearest rows") {
      try check(
        gen_dataset_nearest(handle, rows.values, Int64(rows.count), Int64(count), $0, &indices, &distances))
    }
    return (indices.map { Int($0) }, distances)
  }

  /// The classes of all rows.
  func labels() throws -> [Int32] {
    var labels = [Int32](repeating: 0, count: count)
    try check(gen_dataset_labels(handle, 0, Int64(labels.count), &labels))
    return labels
  }

  /// The number of classes for a conditional model.
  func requiredClassCount() throws -> Int {
    guard classCount > 0 else {
      throw Failure(description: "classes need labels, but \(name) has none; see --labels")
    }
    return classCount
  }

  /// A factor of all rows.
  func factor(_ index: Int) throws -> [Float] {
    let rows = try Rows(count: count, rowSize: factorNames.count) {
      gen_dataset_factors(handle, 0, Int64(count), $0)
    }
    return (0..<rows.count).map { rows.values[$0 * rows.rowSize + index] }
  }

  /// The factor with this name, which must exist, of all rows.
  func factor(_ name: String) throws -> [Float] {
    guard let index = factorNames.firstIndex(of: name) else {
      throw Failure(description: "\(self.name) has no factor \(name)")
    }
    return try factor(index)
  }
}

/// All names of a kind (GEN_NAME_...), which `name` returns one by one.
func names<Kind: BinaryInteger>(_ kind: Kind, _ name: (Int32, Int64) -> UnsafePointer<CChar>?) -> [String] {
  var names: [String] = []
  while let next = name(Int32(kind), Int64(names.count)) { names.append(String(cString: next)) }
  return names
}

/// The shape of a row.
struct Shape: Equatable, CustomStringConvertible {
  let height: Int
  let width: Int
  let channels: Int
  /// Whether the shape was guessed from the number of features. The rows may then not be images.
  var isGuess = false

  static func == (a: Shape, b: Shape) -> Bool {
    (a.height, a.width, a.channels) == (b.height, b.width, b.channels)
  }

  var count: Int { height * width * channels }

  /// The shape as an image: if the channels are not colors, they are placed next to each other.
  var picture: Shape {
    [1, 3, 4].contains(channels) ? self : Shape(height: height, width: width * channels, channels: 1)
  }

  var description: String { "\(height) x \(width) x \(channels)" }
}

/// The options of every command that reads DATA.
struct DataOptions: ParsableArguments {
  /// The meaning of subfolders of images.
  enum Subfolders: String, ExpressibleByArgument, CaseIterable { case auto, classes, pool, ignore }

  @Option(
    help: ArgumentHelp(
      "File of labels: for a folder, a CSV file with a line for each image (file, class, numbers ...); otherwise an IDX "
        + "or npy file with a class number for each row; \"\" for no labels (default: the file next to an IDX file of "
        + "images that follows MNIST's names).", valueName: "file"))
  var labels: String?

  @Option(
    help: ArgumentHelp(
      "Column of a table that contains the classes, as its name or number from 0 (-1: the last column); \"\" for none "
        + "(default: the column named label, labels, class or target).", valueName: "column"))
  var labelColumn: String?

  @Option(
    help: ArgumentHelp(
      "Columns of a table to read, separated by commas, or the array of an npz file (default: all).",
      valueName: "columns"))
  var columns: String?

  @Option(
    help: ArgumentHelp(
      "Columns of a table to leave out, separated by commas (default: none).", valueName: "columns"))
  var omit: String?

  @Option(
    help:
      "Meaning of subfolders of images: classes, pool (images without labels), ignore, or auto (classes, if unambiguous)"
  )
  var subfolders = Subfolders.auto

  @Option(
    help:
      "Height and width of images from files or of faces, such as \"64\" or \"48x64\"; reshapes other rows (default: as in the data)."
  )
  var size: PictureSize?

  @Option(
    help:
      "Channels of images from files (1, 3 or 4) or of faces (1 or 3) (default: as in the data; faces: 3)."
  )
  var channels: Int?

  @Option(
    help: ArgumentHelp(
      "Maximum number of rows, drawn at random with the same share of each class (default: all); for faces, the number "
        + "to draw (default: 10,000).")
  )
  var rows: Int?

  @Option(help: "Seed of the random choice of --rows (default: 0).")
  var rowsSeed: UInt64?

  @Flag(help: "Decode images each time they are read, for folders larger than memory.")
  var lazy = false

  @OptionGroup var pictures: PictureFlags

  func validate() throws {
    if let rows, rows < 1 { throw ValidationError("--rows must be at least 1, not \(rows)") }
    if rowsSeed != nil, rows == nil { throw ValidationError("--rows-seed needs --rows") }
  }

  /// The rows that DATA refers to, for a model.
  ///
  /// - Parameter limit: maximum number of rows, drawn at random; no other images are decoded.
  func open(_ data: String, for model: Model, limit: Int? = nil) throws -> Dataset {
    var options = self
    if rows == nil { options.rows = limit }
    let dataset = try options.open(data, for: model.shape)
    let (own, given) = (model.columnNames, dataset.columnNames)
    guard own.isEmpty || given.isEmpty || own == given else {
      throw Failure(
        description:
          "the columns of \(dataset.name) are \(given.joined(separator: ", ")), but the model has "
          + "\(own.joined(separator: ", ")): select them with --columns")
    }
    return try limit.map { try dataset.random($0, seed: rowsSeed ?? 0) } ?? dataset
  }

  /// The rows that DATA refers to, in a model's shape if a shape is given.
  func open(_ data: String, for shape: Shape? = nil) throws -> Dataset {
    // Images are resized to a model's shape. A guessed shape is used only if the images have another size.
    if let shape, size == nil,
      try !shape.isGuess
        || (isFolder(data) || data.hasPrefix("faces:")) && self.shape(of: data).count != shape.count
    {
      do {
        return try open(data, as: shape)
      } catch let failure as Failure where failure.status == gen_status(GEN_E_MISMATCH) {
        let whole = try open(data, as: nil)
        guard shape.count == whole.shape.count else {
          throw Failure(description: "rows of \(data) are \(whole.shape), those of the model \(shape)")
        }
        return whole
      }
    }
    let whole = try open(data, as: nil)
    if let shape, shape.count != whole.shape.count {
      throw Failure(description: "rows of \(data) are \(whole.shape), those of the model \(shape)")
    }
    return whole
  }

  /// The shape that image rows have by default, determined from one of them.
  private func shape(of data: String) throws -> Shape {
    var options = self
    options.rows = 1
    return try options.open(data, as: nil, isTold: false).shape
  }

  /// - Parameter isTold: whether to report the files that were not read.
  private func open(_ data: String, as shape: Shape?, isTold: Bool = true) throws -> Dataset {
    var options = try pictures.options().value
    if let shape, shape.isGuess ? shape.height > 1 : shape.height * shape.width > 1 {
      (options.height, options.width) = (Int64(shape.height), Int64(shape.width))
      options.channels = Int64(shape.channels)
    }
    if let size { (options.height, options.width) = (Int64(size.height), Int64(size.width)) }
    if let channels { options.channels = Int64(channels) }
    if let rows { options.max_rows = Int64(rows) }
    options.seed = rowsSeed ?? 0
    options.subfolders = Int32(Subfolders.allCases.firstIndex(of: subfolders) ?? 0)
    options.lazy = lazy ? 1 : 0
    var texts: [UnsafeMutablePointer<CChar>?] = []
    defer { for text in texts { free(text) } }
    func keep(_ text: String?) -> UnsafePointer<CChar>? {
      guard let text else { return nil }
      texts.append(strdup(text))
      return UnsafePointer(texts[texts.count - 1])
    }
    (options.labels, options.label_column) = (keep(labels), keep(labelColumn))
    (options.columns, options.omit) = (keep(columns), keep(omit))
    let context = try pictures.context()
    options.context = context?.handle
    let path = try StandardInput.path(of: data)
    let whole: Dataset
    do {
      whole = try withExtendedLifetime(context) {
        try Dataset(
          data == "-" ? StandardInput.name : data,
          Object(gen_dataset_destroy) { dataset in
            guard isTold else { return gen_dataset_open(path, &options, nil, dataset) }
            return Loading.following { run in gen_dataset_open(path, &options, run, dataset) }
          })
      }
    } catch let failure as Failure {
      throw Failure(description: StandardInput.told(failure.description), status: failure.status)
    }
    if isTold { tellFiles(of: whole) }
    return whole
  }

  /// Rejects a file of labels that a model does not use. For a folder, the file may say which images there
  /// are.
  func checkLabelsAreUsed(_ data: String, _ reason: String) throws {
    if labels?.isEmpty == false, !isFolder(data) {
      throw Failure(description: "--labels is not used: \(reason)")
    }
  }

  /// Prints one line about files that were skipped, ignored or read with missing pixels.
  private func tellFiles(of dataset: Dataset) {
    var info = gen_dataset_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_dataset_info_t>.stride)
    guard gen_dataset_info(dataset.handle, &info) == gen_status(GEN_OK),
      info.n_skipped + info.n_passed + info.n_damaged > 0
    else {
      return
    }
    let account = text(gen_dataset_name(dataset.handle, Int32(GEN_NAME_ACCOUNT), 0))
    complain("\(dataset.name): \(StandardInput.told(account))")
  }
}

/// Shows the progress of reading many files, if standard error is a terminal.
private enum Loading {
  static func following(_ body: (UnsafePointer<gen_run>?) -> gen_status) -> gen_status {
    guard var run: gen_run = try? defaults(gen_run_init) else { return body(nil) }
    run.event = { event, _ in
      guard let event = event?.pointee else { return Int32(GEN_GO_ON) }
      let isTerminal = isatty(STDERR_FILENO) == 1
      if event.kind == Int32(GEN_EVENT_SKIPPED) {
        complain((isTerminal ? "\r\u{1B}[2K" : "") + "skipped: \(StandardInput.told(text(event.message)))")
      } else if isTerminal, event.n_steps > 0 {
        showError("\r\u{1B}[2Kread \(event.step) of \(event.n_steps)")
      }
      return Int32(GEN_GO_ON)
    }
    let status = body(&run)
    if isatty(STDERR_FILENO) == 1 { showError("\r\u{1B}[2K") }
    return status
  }
}

/// Height and width as given on the command line.
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
