import CGenerative

/// Packed rows of floats.
struct Rows {
  let rowSize: Int
  var values: [Float]

  var count: Int { rowSize == 0 ? 0 : values.count / rowSize }

  init(rowSize: Int, values: [Float] = []) {
    self.rowSize = rowSize
    self.values = values
  }

  /// Rows written by a call of the library.
  init(count: Int, rowSize: Int, fill: (UnsafeMutablePointer<Float>?) -> gen_status) throws {
    self.rowSize = rowSize
    self.values = try [Float](unsafeUninitializedCapacity: count * rowSize) { buffer, written in
      try check(fill(buffer.baseAddress))
      written = count * rowSize
    }
  }

  /// Some of the rows.
  subscript(range: Range<Int>) -> Rows {
    Rows(rowSize: rowSize, values: Array(values[range.lowerBound * rowSize..<range.upperBound * rowSize]))
  }

  /// The first `limit` rows, or all if there are fewer.
  func first(_ limit: Int) -> Rows { self[0..<min(limit, count)] }

  /// Each row separately.
  func split() -> [Rows] { (0..<count).map { self[$0..<$0 + 1] } }

  mutating func append(_ more: Rows) { values += more.values }

  /// Lines of rows below each other in an image with this number of columns: row i of each line is below row
  /// i of the previous line. Missing cells at the end of the last block are white.
  static func stacked(_ lines: [Rows], columns: Int) -> Rows {
    let (count, rowSize) = (lines[0].count, lines[0].rowSize)
    var rows = Rows(rowSize: rowSize)
    for first in stride(from: 0, to: count, by: columns) {
      let last = min(first + columns, count)
      for line in lines {
        rows.append(line[first..<last])
        let missing = min(columns, count) - (last - first)
        rows.values += [Float](repeating: 1, count: missing * rowSize)
      }
    }
    return rows
  }

  /// The peak signal-to-noise ratio in decibels, averaged over rows.
  func psnr(to clean: Rows) throws -> Double {
    try quality(against: clean).psnr
  }

  /// The squared error summed over a row, averaged over rows.
  func squaredError(to clean: Rows) throws -> Double {
    try quality(against: clean).squared_error
  }

  private func quality(against clean: Rows) throws -> gen_reconstruction_t {
    var quality = gen_reconstruction_t()
    quality.struct_size = UInt32(MemoryLayout<gen_reconstruction_t>.stride)
    try check(
      gen_evaluate_reconstruction(
        values, clean.values, Int64(count), 1, 1, Int64(rowSize), nil, nil, &quality))
    return quality
  }
}
