import Tensors

/// Which values of rows are known, given for each row or once for all rows.
package struct Mask {
  private let known: UnsafePointer<UInt8>
  private let width: Int
  package let isShared: Bool

  /// - Parameter known: 1 where a value is known, else 0; of one row, or of all rows.
  package init(_ known: UnsafePointer<UInt8>, width: Int, isShared: Bool) {
    (self.known, self.width, self.isShared) = (known, width, isShared)
  }

  /// The number of values of a row.
  package func row(_ index: Int) -> UnsafePointer<UInt8> { known + (isShared ? 0 : index * width) }

  /// y ← x where it is known; rows first ..< first + rows of the mask.
  func copy(
    _ x: UnsafePointer<Float>, first: Int, rows: Int, into y: UnsafeMutablePointer<Float>
  ) {
    for i in 0..<rows {
      let (known, offset) = (row(first + i), i * width)
      for j in 0..<width where known[j] != 0 { y[offset + j] = x[offset + j] }
    }
  }

  /// x with other values in place of those that are not known: what a model makes of the row that has, at first,
  /// the mean of its known values there, and then what the model made.
  ///
  /// - Parameters:
  ///   - middles: of each column, in place of the row's mean; nil where there are none.
  ///   - reconstruct: y ← rows that went through the model.
  /// - Throws: `.memory`, what `reconstruct` throws.
  func filled(
    _ x: UnsafePointer<Float>, rows: Int, _ middles: Buffer<Double>?, _ context: Context,
    _ reconstruct: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) throws(GenerativeError) -> Void
  ) throws(GenerativeError) -> Buffer<Float> {
    let y = try Buffer<Float>(count: rows * width, in: context.memory)
    let next = try Buffer<Float>(count: rows * width, in: context.memory)
    for i in 0..<rows {
      let (known, offset) = (row(i), i * width)
      var (sum, count) = (0.0, 0.0)
      for j in 0..<width where known[j] != 0 { (sum, count) = (sum + Double(x[offset + j]), count + 1) }
      let mean = count > 0 ? sum / count : 0.5
      for j in 0..<width { y.base[offset + j] = Float(middles?.base[j] ?? mean) }
    }
    copy(x, first: 0, rows: rows, into: y.base)
    for _ in 0..<Self.rounds {
      try reconstruct(y.base, next.base)
      y.base.update(from: next.base, count: rows * width)
      copy(x, first: 0, rows: rows, into: y.base)
    }
    return y
  }

  /// After so many rounds a VAE's rows hardly change.
  private static let rounds = 10
}
