import ArgumentParser
import CGenerative
import Glibc

/// Where a command writes its results. The name determines the form, in the same way for all commands:
/// `.csv`, `.npy`, an image, a folder of images that ends in "/", or standard output, "-".
struct Output: ExpressibleByArgument {
  enum Form { case image, array, table, folder }

  let path: String

  init(path: String) { self.path = path }
  init(argument: String) { path = argument }

  /// The default destination of a model's rows: an image with this name, or a table.
  init(_ name: String, of model: Model) { path = name + (model.isTable ? ".csv" : ".png") }

  /// The help text of -o for a command whose default has this name.
  static func help(default name: String) -> ArgumentHelp {
    """
    .csv, .npy, .png or .jpg file to write, a folder of images that ends in /, or - for CSV to standard output \
    (default: \(name).png; tables: \(name).csv).
    """
  }

  var defaultValueDescription: String { path }

  /// Whether this is standard output: "-", whose form is CSV, or "npy:-", "png:-" and so on.
  var isStandard: Bool { path == "-" || path.hasSuffix(":-") }

  /// The name, with the form as its extension.
  private var ending: String {
    isStandard ? "." + (path == "-" ? "csv" : String(path.dropLast(2))) : path
  }

  /// nil if the name does not determine a form.
  private var form: Form? {
    if path.hasSuffix("/") || isFolder(path) { return .folder }
    let name = ending.lowercased()
    if name.hasSuffix(".csv") { return .table }
    if name.hasSuffix(".npy") { return .array }
    return [".png", ".jpg", ".jpeg"].contains { name.hasSuffix($0) } ? .image : nil
  }

  /// The form in which rows are written, depending on whether they are images.
  ///
  /// - Parameter subject: what the rows are, if they cannot be images: "latents".
  func form(unlessImages subject: String? = nil) throws -> Form {
    guard let form else {
      throw ValidationError(
        "-o \(path) does not determine a format: it must end in .csv, .npy, .png, .jpg, .jpeg or / (a folder of "
          + "images), or be -, npy:- or png:-")
    }
    if let subject, form == .image || form == .folder {
      throw ValidationError(
        "\(subject) cannot be written as images: -o must end in .csv or .npy, or be - (CSV to standard output), not "
          + path)
    }
    return form
  }

  /// Writes rows in the form that the name determines. An image is a grid of them.
  func write(_ table: Table, columns: Int? = nil) throws {
    let form = try form(unlessImages: table.shape == nil ? table.subject : nil)
    switch (form, table.shape) {
    case (.image, let shape?): try writeGrid(table.values, shape, columns: columns)
    case (.folder, let shape?): try write(table, shape, inFolder: path)
    case (.array, let shape):
      let extents = shape.map { [$0.height, $0.width, $0.channels] } ?? [table.values.rowSize]
      try write(bytes: numpyFile(table.values, [table.values.count] + extents))
    default: try write(bytes: Array(table.lines.utf8))
    }
  }

  /// Writes rows as a single image.
  func writeGrid(_ rows: Rows, _ shape: Shape, columns: Int? = nil) throws {
    let picture = shape.picture
    let grid = Grid(
      columns: columns, height: picture.height, width: picture.width, channels: picture.channels)
    try save(grid.image(of: rows))
  }

  /// Writes an image of any size.
  func save(_ image: Object) throws {
    guard isStandard else { return try check(gen_image_save(image.handle, path, nil)) }
    try write(bytes: encoded(image, ending))
  }

  func write(bytes: [UInt8]) throws {
    guard isStandard else { return try gen.write(bytes, to: path) }
    fflush(nil)
    guard append(bytes, to: STDOUT_FILENO) else {
      throw Failure(description: "cannot write to standard output: \(String(cString: strerror(errno)))")
    }
  }

  /// Prints a line for the user, kept apart from the results.
  func tell(_ line: String) { isStandard ? showProgress(line + "\n") : gen.tell(line) }

  /// Prints what was done, or one line of JSON if it was asked for.
  func tell(_ line: String, orJSON json: Bool, _ facts: @autoclosure () -> [(name: String, value: JSON)]) {
    if json { gen.tell(line, orJSON: true, facts()) } else { tell(line) }
  }

  /// Writes a PNG per row.
  private func write(_ table: Table, _ shape: Shape, inFolder folder: String) throws {
    let folder = folder.hasSuffix("/") ? folder : folder + "/"
    let inputs = Set(table.files.compactMap(FileIdentity.init(path:)))
    let picture = shape.picture
    var made: Set<String> = []
    for (row, name) in table.imageNames.enumerated() {
      let path = folder + name
      if let old = FileIdentity(path: path), inputs.contains(old) {
        throw Failure(description: "\(path) is one of the input images: give another folder with -o")
      }
      let parent = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
      if made.insert(parent).inserted { try makeFolder(parent) }
      try Picture(shape: picture, pixels: table.values[row..<row + 1]).save(to: path)
    }
  }
}

/// Rows of numbers to write, with the file and the class of each row.
struct Table {
  let values: Rows
  /// The names of a row's numbers.
  let names: [String]
  /// The shape of rows that are images; nil if they are not.
  var shape: Shape?
  /// What rows that are not images are, for messages.
  var subject = "latents"
  /// The file that each row came from; empty if they did not come from files.
  var files: [String] = []
  /// The folder that contains all the files, if they come from one.
  var root: String?
  /// The class of each row; empty if rows have none.
  var labels: [String] = []
  /// Texts that replace the values, if those are not all numbers of the same kind.
  var cells: [[String]]?

  /// The latents of a dataset's rows.
  init(latents: Rows, of dataset: Dataset) {
    self.init(values: latents, names: (0..<latents.rowSize).map { "z\($0 + 1)" })
    take(dataset)
  }

  /// Rows created by a model.
  init(_ rows: Rows, by model: Model, of dataset: Dataset? = nil, shape: Shape? = nil) {
    let names = model.columnNames
    self.init(
      values: rows, names: names.count == rows.rowSize ? names : (0..<rows.rowSize).map { "x\($0 + 1)" })
    self.shape = model.makesImages ? shape ?? model.shape : nil
    subject = "rows of a table"
    if let dataset { take(dataset) }
  }

  init(values: Rows, names: [String]) { (self.values, self.names) = (values, names) }

  /// Uses the files of a dataset's rows.
  mutating func take(_ dataset: Dataset) {
    files = dataset.paths
    root = isFolder(dataset.name) ? dataset.name : nil
  }

  /// The lines of a CSV file, starting with a header.
  var lines: String {
    let header =
      (files.isEmpty ? [] : ["file"]) + (labels.isEmpty ? [] : ["label"]) + names
    var text = header.map(commaField).joined(separator: ",") + "\n"
    for row in 0..<values.count {
      var fields: [String] = []
      if !files.isEmpty { fields.append(commaField(files[row])) }
      if !labels.isEmpty { fields.append(commaField(labels[row])) }
      fields +=
        cells?[row]
        ?? values.values[row * values.rowSize..<(row + 1) * values.rowSize].map { "\($0)" }
      text += fields.joined(separator: ",") + "\n"
    }
    return text
  }

  /// A path for each row's image below a folder: the name and subfolder of the file that it came from, or a
  /// number in a subfolder of its class.
  var imageNames: [String] {
    let digits = max(3, String(values.count - 1).count)
    let places =
      files.isEmpty
      ? (0..<values.count).map { row in
        let number = String(repeating: "0", count: digits - String(row).count) + "\(row)"
        return (labels.isEmpty ? "" : "\(place(labels[row]))/") + number + ".png"
      }
      : filesBelowRoot.map(place)
    let stems = places.map { withoutEnding($0) + ".png" }
    var uses: [String: Int] = [:]
    for stem in stems { uses[stem, default: 0] += 1 }
    var taken: Set<String> = []
    return zip(places, stems).map { place, stem in
      // Files that differ only by their extensions keep them.
      var name = uses[stem] == 1 ? stem : place + ".png"
      while !taken.insert(name).inserted { name = withoutEnding(name) + "-2.png" }
      return name
    }
  }

  /// The files' paths without the folder that they have in common.
  private var filesBelowRoot: [String] {
    if let root {
      let prefix = root.hasSuffix("/") ? root : root + "/"
      if files.allSatisfy({ $0.hasPrefix(prefix) }) {
        return files.map { String($0.dropFirst(prefix.count)) }
      }
    }
    let folders = files.map { $0.split(separator: "/", omittingEmptySubsequences: false).dropLast() }
    var common = folders.first.map(Array.init) ?? []
    for folder in folders {
      common = Array(zip(common, folder).prefix { $0 == $1 }.map(\.0))
    }
    return files.map {
      $0.split(separator: "/", omittingEmptySubsequences: false).dropFirst(common.count).joined(
        separator: "/")
    }
  }

  /// A path that cannot lead out of its folder.
  private func place(_ path: String) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." && $0 != ".." }
    return parts.isEmpty ? "image" : parts.joined(separator: "/")
  }

  /// A path without the extension of its last part.
  private func withoutEnding(_ path: String) -> String {
    guard let dot = path.lastIndex(of: "."), dot > path.startIndex, path[path.index(before: dot)] != "/",
      !path[dot...].contains("/")
    else { return path }
    return String(path[..<dot])
  }
}

/// A field of a CSV file, quoted if necessary.
private func commaField(_ text: String) -> String {
  let isPlain =
    !text.unicodeScalars.contains {
      $0 == "," || $0 == "\"" || $0 == ";" || $0 == "\t" || $0 == "\n" || $0 == "\r"
    }
    && text.first != " " && text.last != " " && !text.isEmpty
  if isPlain { return text }
  return "\"" + text.replacing("\"", with: "\"\"") + "\""
}

/// The bytes of a .npy file, version 1.0: float32, row-major, little-endian.
private func numpyFile(_ rows: Rows, _ shape: [Int]) -> [UInt8] {
  let extents = shape.map(String.init).joined(separator: ", ")
  var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(extents)), }"
  // Magic, version, the header's length and the header together fill a multiple of 64 bytes.
  let prefix = 10
  while (prefix + header.utf8.count + 1) % 64 != 0 { header += " " }
  header += "\n"
  var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
  bytes += [UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)]
  bytes += header.utf8
  rows.values.withUnsafeBytes { bytes += $0 }
  return bytes
}

/// Throws if both JSON and results would go to standard output.
func checkStandardOutput(_ json: Bool, _ out: Output?) throws {
  if json, out?.isStandard == true {
    throw ValidationError("--json and --out - both write to standard output")
  }
}
