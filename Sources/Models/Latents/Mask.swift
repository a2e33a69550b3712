import Tensors

/// Which values of rows are known, given for each row or once for all rows.
package struct Mask {
  private let known: UnsafePointer<UInt8>
  private let width: Int
  package let isShared: Bool

  /// - Parameter known: 1 if a value is known, otherwise 0; for one row, or for all rows.
  package init(_ known: UnsafePointer<UInt8>, width: Int, isShared: Bool) {
    (self.known, self.width, self.isShared) = (known, width, isShared)
  }

  /// The flags of a row's values.
  package func row(_ index: Int) -> UnsafePointer<UInt8> { known + (isShared ? 0 : index * width) }

  /// y ← x where x is known, for rows first ..< first + rows of the mask.
  func copy(
    _ x: UnsafePointer<Float>, first: Int, rows: Int, into y: UnsafeMutablePointer<Float>
  ) {
    for i in 0..<rows {
      let (known, offset) = (row(first + i), i * width)
      for j in 0..<width where known[j] != 0 { y[offset + j] = x[offset + j] }
    }
  }

  /// x with unknown values replaced by the model's reconstruction. They start as the mean of the row's known
  /// values, and are then replaced repeatedly.
  ///
  /// - Parameters:
  ///   - middles: a start for each column, used instead of the row's mean; nil if there are none.
  ///   - reconstruct: y ← rows that have passed through the model.
  /// - Throws: `.memory`; errors of `reconstruct`.
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

  /// After this many rounds, the rows of a VAE hardly change.
  private static let rounds = 10
}
