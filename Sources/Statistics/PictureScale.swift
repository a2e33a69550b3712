import Tensors

// Bytes are images and count as 0 … 1. The same numbers as floats do not, so mixing both is an error.

/// Noise and corruption may leave 0 … 1, but not this far.
private var farthest: Double { 8 }

extension RowBatch {
  /// Checks up to 256 rows spread over the data for numbers that cannot belong to an image.
  ///
  /// - Parameter subject: what involved images of bytes, as in "the PCA was fitted to".
  /// - Throws: `.argument`, naming a number that is out of range; `.memory`.
  package func checkPictures(
    of width: Int, _ subject: String, in context: Context
  ) throws(GenerativeError) {
    if case .bytes = self { return }
    let count = min(rowCount, 256)
    let x = try Buffer<Double>(uninitializedCount: width, in: context.memory)
    for i in 0..<count {
      let row = i * rowCount / count
      centre(row, 1, columns: 0..<width, of: width, about: nil, into: x.base)
      guard let far = (0..<width).first(where: { abs(x[$0]) > farthest && x[$0].isFinite }) else { continue }
      throw GenerativeError(
        .argument,
        "row \(row), column \(far) is \(x[far]); \(subject) 8-bit pictures, whose values are 0 to 1: "
          + "divide rows by 255")
    }
  }
}

extension Moments {
  /// Checks new rows, or rows that others have seen, against those seen: if bytes and floats are mixed, both
  /// must be images.
  ///
  /// - Throws: `.argument`, naming a number that is out of range for an image; `.memory`.
  func checkScale(of batch: RowBatch) throws(GenerativeError) {
    guard rowCount > 0, batch.rowCount > 0 else { return }
    if case .bytes = batch { return try checkHoldsPictures() }
    if element == .byte { try batch.checkPictures(of: columnCount, "rows so far were", in: context) }
  }

  func checkScale(of other: Moments) throws(GenerativeError) {
    guard rowCount > 0, other.rowCount > 0, (element == .byte) != (other.element == .byte) else { return }
    try (element == .byte ? other : self).checkHoldsPictures()
  }

  private func checkHoldsPictures() throws(GenerativeError) {
    guard element != .byte else { return }
    let n = Double(rowCount)
    for j in 0..<columnCount {
      let offset = sums.base[j] / n
      let mean = unit * (shift.base[j] + offset)
      let variance = unit * unit * (square(j) / n - offset * offset)
      guard abs(mean) > farthest || variance > farthest * farthest else { continue }
      throw GenerativeError(
        .argument,
        "column \(j) of the rows of floats has mean \(mean) and variance \(variance), but 8-bit rows are pictures, "
          + "whose values are 0 to 1: give all rows as floats, or divide them by 255")
    }
  }
}
