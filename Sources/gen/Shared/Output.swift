import ArgumentParser

/// The file a command writes, its form told by its name's ending.
struct Output: ExpressibleByArgument {
  enum Form { case picture, numpy, commas }

  let path: String

  init(path: String) { self.path = path }
  init(argument: String) { path = argument }

  var defaultValueDescription: String { path }

  var form: Form {
    let name = path.lowercased()
    return name.hasSuffix(".npy") ? .numpy : name.hasSuffix(".csv") ? .commas : .picture
  }

  /// Writes rows: a picture as a grid of them, else an array of n x height x width x channels, or a line
  /// of numbers for each.
  func write(_ rows: Rows, _ shape: Shape, columns: Int? = nil) throws {
    switch form {
    case .picture:
      let picture = shape.picture
      let grid = Grid(
        columns: columns, height: picture.height, width: picture.width, channels: picture.channels)
      try grid.save(rows, to: path)
    case .numpy:
      try gen.write(numpyFile(rows, [rows.count, shape.height, shape.width, shape.channels]), to: path)
    case .commas: try gen.write(commaLines(rows), to: path)
    }
  }

  /// Writes latents, which make no picture.
  func write(latents: Rows) throws {
    switch form {
    case .numpy: try gen.write(numpyFile(latents, [latents.count, latents.rowSize]), to: path)
    case .commas: try gen.write(commaLines(latents), to: path)
    case .picture: throw Failure(description: "latents go to a file that ends in .npy or .csv, not \(path)")
    }
  }
}

/// The bytes of a .npy file, version 1.0: float32, row-major, little-endian.
private func numpyFile(_ rows: Rows, _ shape: [Int]) -> [UInt8] {
  let extents = shape.map(String.init).joined(separator: ", ")
  var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(extents)), }"
  // Magic, version, the header's length and the header fill a multiple of 64 bytes.
  let prefix = 10
  while (prefix + header.utf8.count + 1) % 64 != 0 { header += " " }
  header += "\n"
  var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
  bytes += [UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)]
  bytes += header.utf8
  rows.values.withUnsafeBytes { bytes += $0 }
  return bytes
}

private func commaLines(_ rows: Rows) -> String {
  var lines = ""
  for row in 0..<rows.count {
    let values = rows.values[row * rows.rowSize..<(row + 1) * rows.rowSize]
    lines += values.map { "\($0)" }.joined(separator: ",") + "\n"
  }
  return lines
}
