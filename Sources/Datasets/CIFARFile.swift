import Tensors

/// The binary files of CIFAR-10 and CIFAR-100 (A. Krizhevsky, "Learning multiple layers of features from tiny
/// images", 2009). Each image has one or two bytes for its class, and 32 × 32 bytes per color.
enum CIFARFile {
  private static let imageByteCount = 3_072

  /// The number of label bytes before each image: 1, or 2 for CIFAR-100; nil for other files. The format has
  /// no magic number, so the name must end in .bin, the size must fit and the first classes must be in range.
  static func labelCount(_ file: InputFile) throws(GenerativeError) -> Int? {
    guard lowercased(file.path).removing(suffix: ".bin") != nil, file.byteCount > 0 else { return nil }
    for labelCount in 1...2 where file.byteCount % (imageByteCount + labelCount) == 0 {
      let recordCount = file.byteCount / (imageByteCount + labelCount)
      var isOne = true
      for record in 0..<min(recordCount, 32) where isOne {
        isOne = try withUnsafeTemporaryBytes(2) { bytes throws(GenerativeError) in
          try file.read(labelCount, at: record * (imageByteCount + labelCount), into: bytes)
          return labelCount == 1 ? bytes[0] < 10 : bytes[0] < 20 && bytes[1] < 100
        }
      }
      if isOne { return labelCount }
    }
    return nil
  }

  /// The names of the classes, from a text file in the same folder; empty if there is no such file.
  static func classNames(beside path: String, _ labelColumn: String, _ labelCount: Int, in memory: Memory)
    -> [String]
  {
    let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map {
      String(decoding: path.utf8[...$0], as: UTF8.self)
    }
    let name = labelCount == 1 ? "batches.meta.txt" : "\(labelColumn)_label_names.txt"
    guard let text = try? InputFile(path: (folder ?? "") + name).readAll(limit: 65_536, in: memory) else {
      return []
    }
    return String(decoding: text.elements, as: UTF8.self).fields(separatedBy: "\n").map {
      $0.removing(suffix: "\r") ?? $0
    }.filter { !$0.isEmpty }
  }
}

extension Dataset {
  /// The images of CIFAR's training files in a folder, without the test files.
  static func cifar(
    inFolder folder: String, _ options: OpenOptions, context: Context
  ) throws(GenerativeError) -> Dataset {
    let listing = try FolderListing(folder, recursive: true)
    let training = listing.binaries.filter { path in
      let name = path.fields(separatedBy: "/").last ?? path
      return name.removing(prefix: "data_batch") != nil || name == "train.bin"
    }
    let paths = training.isEmpty ? listing.binaries : training
    var account = FileAccount()
    account.passed = listing.passed
    for path in listing.binaries where !paths.contains(path) {
      account.passed.append((path, "of CIFAR, not for training"))
    }
    account.fileCount = paths.count + account.passed.count
    return try cifar(paths, folder, options, account, context: context)
  }

  static func cifar(
    _ paths: [String], _ what: String, _ options: OpenOptions, _ account: FileAccount = FileAccount(),
    context: Context
  ) throws(GenerativeError) -> Dataset {
    try options.allow([.labelColumn], what, "of CIFAR's binary files")
    var files: [(file: InputFile, labelCount: Int)] = []
    var rowCount = 0
    for path in paths {
      let file = try InputFile(path: path)
      guard let labelCount = try CIFARFile.labelCount(file),
        files.first.map({ $0.labelCount == labelCount }) ?? true
      else { throw GenerativeError(.format, "\(path) is not a binary CIFAR file like the others") }
      files.append((file, labelCount))
      rowCount += file.byteCount / (3_072 + labelCount)
    }
    guard let labelCount = files.first?.labelCount else { throw unreadable(what, "a folder without them") }
    let column = options.labelColumn ?? (labelCount == 1 ? "label" : "fine")
    let labelPlaces = labelCount == 1 ? ["label"] : ["coarse", "fine"]
    let labelPlace = labelPlaces.firstIndex(of: column)
    guard labelPlace != nil || column.isEmpty else {
      throw GenerativeError(
        .argument,
        "label_column must be \(labelPlaces.joined(separator: " or ")) for \(what), not \(quoted(column))")
    }
    try require(rowCount, in: 1...largestRowCount, "the rows of \(what)")
    let pixels = try Buffer<UInt8>(uninitializedCount: rowCount * 3_072, in: context.memory)
    let labels = try Buffer<Int32>(count: rowCount, in: context.memory)
    let record = try Buffer<UInt8>(count: 3_074, in: context.memory)
    var row = 0
    for (file, _) in files {
      for offset in stride(from: 0, to: file.byteCount, by: 3_072 + labelCount) {
        try Run.proceed(row, of: rowCount)
        try file.read(3_072 + labelCount, at: offset, into: record.base)
        if let labelPlace { labels.base[row] = Int32(record.base[labelPlace]) }
        for i in 0..<1_024 {
          for channel in 0..<3 {
            pixels.base[row * 3_072 + i * 3 + channel] = record.base[labelCount + channel * 1_024 + i]
          }
        }
        row += 1
      }
    }
    var names = DataNames()
    names.account = account
    names.account.rowCount = rowCount
    if labelPlace != nil {
      names.classes = CIFARFile.classNames(beside: paths[0], column, labelCount, in: context.memory)
    }
    return try bytes(
      pixels, rowCount: rowCount,
      shape: options.shape(of: Shape(height: 32, width: 32, channels: 3), what),
      labels: labelPlace == nil ? nil : labels, context: context
    ).limited(options, names)
  }
}
