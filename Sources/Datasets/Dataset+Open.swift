import Glibc
import Tensors

extension Dataset {
  /// The rows of a file or folder. Its content, not its name, determines how it is read.
  ///
  /// - Parameters:
  ///   - path: a folder; a PNG, JPEG, IDX, npy, npz, CSV, TSV or CIFAR file; a list of images; or `faces:`
  ///     for faces that the library draws, `faces:7` with seed 7.
  /// - Throws: `.argument` for an option that does not apply to the data; `.io`, `.format` and the like,
  ///   naming the path; `.memory`; `.cancelled`.
  package static func open(
    _ path: String, _ options: OpenOptions, context: Context = .standard,
    hooks: OpenHooks = OpenHooks()
  ) throws(GenerativeError) -> Dataset {
    if let seed = path.removing(prefix: "faces:") { return try faces(path, seed, options, context) }
    var status = stat()
    let isFolder = stat(path, &status) == 0 && status.st_mode & mode_t(S_IFMT) == mode_t(S_IFDIR)
    if isFolder {
      guard let list = try pictureList(inFolder: path, options, context, takesForeign: hooks.decode != nil)
      else {
        return try cifar(inFolder: path, options, context: context)
      }
      return try pictures(list, path, options, context: context, hooks: hooks)
    }
    if path == "faces", access(path, F_OK) != 0 {
      throw GenerativeError(
        .io,
        "cannot open faces: there is no such file; the faces that the library draws are faces:"
      )
    }
    let file = try InputFile(path: path)
    // CIFAR files have no magic number and may start with any bytes.
    if try CIFARFile.labelCount(file) != nil { return try cifar([path], path, options, context: context) }
    switch try file.kind() {
    case .png, .jpeg:
      try options.allow(OpenOptions.Special.ofPictures, path, "an image")
      return try pictures(PictureList([path]), path, options, context: context, hooks: hooks)
    case .idx: return try idx(PlainReader(file), path, options, context)
    case .gzip:
      let reader = try GzipReader(file, in: context.memory)
      // The decompressed content determines the type.
      let head = try reader.peek(FileKind.headByteCount)
      switch FileKind(head) {
      case .idx: return try idx(reader, path, options, context)
      case .npy: return try npy(reader, path, options, context)
      case .text: return try table(reader, path, options, context: context, hooks: hooks)
      case let kind: throw unreadable(path, "gzip of \(kind.name)")
      }
    case .npy: return try npy(PlainReader(file), path, options, context)
    case .zip: return try npz(file, options, context)
    case .text: return try table(PlainReader(file), path, options, context: context, hooks: hooks)
    case let kind where hooks.decode != nil && kind.isForeignPicture:
      try options.allow(OpenOptions.Special.ofPictures, path, "an image")
      return try pictures(PictureList([path]), path, options, context: context, hooks: hooks)
    case let kind: throw unreadable(path, kind.name)
    }
  }

  static func unreadable(_ path: String, _ kind: String) -> GenerativeError {
    GenerativeError(
      .format,
      "\(path) is \(kind): data are a folder of PNG and JPEG images, one image, an IDX, npy, npz, CSV or CIFAR file, "
        + "or faces:")
  }

  private static func faces(
    _ path: String, _ seed: String, _ options: OpenOptions, _ context: Context
  ) throws(GenerativeError) -> Dataset {
    guard let number = seed.isEmpty ? 0 : UInt64(seed) else {
      throw GenerativeError(.argument, "faces: may be followed by a seed, as in faces:7, not \(quoted(seed))")
    }
    var options = options
    if options.maxRows == nil { options.maxRows = 10_000 }
    try options.allow([], path, "drawn faces")
    guard options.seed == 0 else {
      throw GenerativeError(
        .argument, "seed is not for drawn faces: the seed is part of the path, as in faces:7")
    }
    return try faces(
      rowCount: options.maxRows ?? 10_000,
      shape: Shape(
        height: options.height ?? options.width ?? 32, width: options.width ?? options.height ?? 32,
        channels: options.channels ?? 3), seed: number, context: context)
  }

  // MARK: - Rows of numbers

  /// These rows in the shape and number that the options request.
  func limited(_ options: OpenOptions, _ names: DataNames = DataNames()) throws(GenerativeError) -> Dataset {
    let whole = Dataset(
      shape: shape, source: source, owner: owner?.object, labels: labels, factors: factors, names: names,
      isChecked: isChecked, context: context)
    let count = rowCount ?? 0
    guard let maxRows = options.maxRows, maxRows < count else { return whole }
    let chosen = options.choose(count) { labels?.base[$0] ?? 0 }
    return try whole.subset(chosen.prefix(maxRows))
  }

  func subset(_ rows: ArraySlice<Int32>) throws(GenerativeError) -> Dataset {
    let indices = try Buffer<Int32>(count: rows.count, in: context.memory)
    for (i, row) in rows.enumerated() { indices.base[i] = row }
    return try subset(UnsafeBufferPointer(indices.elements))
  }

  static func idx(
    _ bytes: any ByteReader, _ path: String, _ options: OpenOptions, _ context: Context
  ) throws(GenerativeError) -> Dataset {
    try options.allow([.labels], path, "an IDX file")
    let file = try IDXFile(reading: bytes, path: path, in: context.memory)
    let name = path.fields(separatedBy: "/").last ?? path
    if file.dimensions.count == 1, name.replacingLast("labels", by: "") != nil {
      throw GenerativeError(
        .format,
        "\(path) has one number for each row, and by its name these are labels: open the images, with this file as labels"
      )
    }
    return try array(
      NumberArray(file, path), labelsPath: options.labels ?? labelsBeside(path), options, context)
  }

  static func npy(
    _ bytes: any ByteReader, _ path: String, _ options: OpenOptions, _ context: Context
  ) throws(GenerativeError) -> Dataset {
    try options.allow([.labels], path, "an npy file")
    return try array(
      try NumberArray(npy: bytes, path, in: context.memory), labelsPath: options.labels, options, context)
  }

  /// The rows of an array, with labels from a file if there is one.
  private static func array(
    _ rows: NumberArray, labelsPath: String?, _ options: OpenOptions, _ context: Context
  ) throws(GenerativeError) -> Dataset {
    var labels: Buffer<Int32>?
    if let labelsPath, !labelsPath.isEmpty {
      labels = try readLabels(labelsPath, count: rows.rowCount, "rows", context)
    }
    return try rows.dataset(labels: labels, options, context)
  }

  /// The class numbers in an IDX or npy file.
  ///
  /// - Throws: `.mismatch` unless there are `count` of them.
  static func readLabels(
    _ path: String, count: Int, _ what: String, _ context: Context
  ) throws(GenerativeError) -> Buffer<Int32> {
    let file = try InputFile(path: path)
    var reader: any ByteReader = PlainReader(file)
    var kind = try file.kind()
    if kind == .gzip {
      let inflated = try GzipReader(file, in: context.memory)
      kind = FileKind(try inflated.peek(FileKind.headByteCount))
      reader = inflated
    }
    let numbers: NumberArray
    switch kind {
    case .idx: numbers = NumberArray(try IDXFile(reading: reader, path: path, in: context.memory), path)
    case .npy: numbers = try NumberArray(npy: reader, path, in: context.memory)
    default:
      throw GenerativeError(
        .format, "\(path) is \(kind.name): labels are an IDX or npy file of class numbers")
    }
    return try numbers.labels(count: count, what, in: context.memory)
  }

  /// For example "t10k-labels-idx1-ubyte.gz" for "t10k-images-idx3-ubyte.gz", if there is such a file.
  private static func labelsBeside(_ path: String) -> String? {
    guard let labels = path.replacingLast("images", by: "labels")?.replacingLast("idx3", by: "idx1"),
      access(labels, R_OK) == 0
    else { return nil }
    return labels
  }
}

extension String {
  /// This text with the last occurrence of `old` replaced; nil if there is none.
  fileprivate func replacingLast(_ old: String, by new: String) -> String? {
    let (bytes, wanted) = (Array(utf8), Array(old.utf8))
    for start in stride(from: bytes.count - wanted.count, through: 0, by: -1)
    where bytes[start..<start + wanted.count].elementsEqual(wanted) {
      return String(decoding: bytes[..<start], as: UTF8.self) + new
        + String(decoding: bytes[(start + wanted.count)...], as: UTF8.self)
    }
    return nil
  }
}
