import Tensors

extension Dataset {
  /// Common names of arrays in npz files: rows and their labels.
  private static let pairs: [(rows: String, labels: String)] = [
    ("x", "y"), ("X", "y"), ("data", "labels"), ("data", "target"), ("images", "labels"),
    ("x_train", "y_train"),
    ("X_train", "y_train"), ("train_images", "train_labels"), ("arr_0", "arr_1"),
  ]

  /// An array of an npz file: the one that `columns` names, the only one, or the first with a common name.
  /// Its labels are the array that `label_column` names, or the one that commonly belongs to it.
  static func npz(
    _ file: InputFile, _ options: OpenOptions, _ context: Context
  ) throws(GenerativeError) -> Dataset {
    let path = file.path
    try options.allow([.columns, .labelColumn], path, "an npz file")
    let archive = try ZipArchive(file, in: context.memory)
    let names = archive.entries.map { $0.name.removing(suffix: ".npy") ?? "" }
    let arrays = names.filter { !$0.isEmpty }
    guard !arrays.isEmpty else {
      throw GenerativeError(.format, "\(path) is a zip file without arrays: unpack it, and open the folder")
    }
    func reader(_ name: String) throws(GenerativeError) -> any ByteReader {
      guard let index = names.firstIndex(of: name) else {
        throw GenerativeError(
          .argument, "\(path) has no array \(quoted(name)); it has \(arrays.joined(separator: ", "))")
      }
      return try archive.reader(archive.entries[index])
    }
    if let columns = options.columns, columns.count != 1 {
      throw GenerativeError(.argument, "columns must be the name of one array of \(path)")
    }
    let usual = pairs.first { arrays.contains($0.rows) }
    guard let name = options.columns?[0] ?? (arrays.count == 1 ? arrays[0] : usual?.rows) else {
      throw GenerativeError(
        .argument,
        "\(path) has several arrays, \(arrays.joined(separator: ", ")): name the one of the rows by columns, and that "
          + "of their labels by label_column")
    }
    let rows = try NumberArray(npy: try reader(name), "\(path) (\(name))", in: context.memory)
    let labelName =
      options.labelColumn
      ?? pairs.first { $0.rows == name && arrays.contains($0.labels) }?.labels
      // "x_test" and "y_test", for example.
      ?? name.removing(prefix: "x_").flatMap { arrays.contains("y_" + $0) ? "y_" + $0 : nil } ?? ""
    var labels: Buffer<Int32>?
    if !labelName.isEmpty {
      labels = try NumberArray(npy: try reader(labelName), "\(path) (\(labelName))", in: context.memory)
        .labels(count: rows.rowCount, "rows", in: context.memory)
    }
    return try rows.dataset(labels: labels, options, context)
  }
}

extension String {
  /// The text before `suffix`; nil if it does not end with `suffix`.
  func removing(suffix: String) -> String? {
    let count = utf8.count - suffix.utf8.count
    guard count >= 0, utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) else { return nil }
    return String(decoding: utf8.prefix(count), as: UTF8.self)
  }
}
