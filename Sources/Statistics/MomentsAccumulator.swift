import Tensors

/// Adds sums and products of rows to `Moments`, block by block.
final class MomentsAccumulator {
  private let columnCount: Int
  private let context: Context
  private let product: DoubleProduct
  private let doubleBlock: Buffer<Double>
  private let floatBlock: Buffer<Float>

  /// Below this many rows, and up to so many columns, products are taken in Double.
  private static let doubleBlockRows = 256
  private static let widestDouble = 256

  init(columns: Int, in context: Context) throws(GenerativeError) {
    guard let block = checkedProduct(columns, Self.doubleBlockRows) else {
      throw GenerativeError(.memory, "a block of \(columns) columns does not fit memory")
    }
    columnCount = columns
    self.context = context
    product = try DoubleProduct(rows: columns, columns: columns, in: context)
    doubleBlock = try Buffer(count: block, in: context.memory)
    floatBlock = try Buffer(count: block, in: context.memory)
  }

  /// Doubles for every column, free between additions.
  var columnScratch: UnsafeMutablePointer<Double> { doubleBlock.base }

  // MARK: - Adding

  /// Adds packed rows of bytes to sums of bytes, exactly.
  func add(bytes: UnsafePointer<UInt8>, rowCount: Int, to moments: Moments) {
    let d = columnCount
    context.rankUpdate(
      bytes: bytes, rows: rowCount, columns: d, rowStride: d, into: moments.products.base,
      sums: moments.sums.base)
  }

  /// Adds packed rows of bytes to sums of floats.
  func add(
    scaledBytes bytes: UnsafePointer<UInt8>, rowCount: Int, to moments: Moments
  ) throws(GenerativeError) {
    let d = columnCount
    for first in stride(from: 0, to: rowCount, by: Self.doubleBlockRows) {
      let count = min(rowCount - first, Self.doubleBlockRows)
      context.convert(bytes + first * d, count: count * d, into: floatBlock.base)
      try add(Matrix(floatBlock.base, rows: count, columns: d), to: moments)
    }
  }

  /// Adds rows of floats.
  ///
  /// - Throws: `.nonfinite`, and then rows were added.
  func add(_ rows: Matrix, to moments: Moments) throws(GenerativeError) {
    if columnCount <= Self.widestDouble || rows.rowCount < Self.doubleBlockRows {
      for first in stride(from: 0, to: rows.rowCount, by: Self.doubleBlockRows) {
        let block = rows.rows(first, min(rows.rowCount - first, Self.doubleBlockRows))
        centre(block, moments)
        addDoubles(block.rowCount, to: moments)
      }
    } else {
      context.rankUpdate(
        rows, subtracting: moments.shift.base, into: moments.products.base, sums: moments.sums.base)
    }
    try checkSums(moments, rows)
  }

  /// A NaN or an infinity anywhere shows in its column's sum.
  private func checkSums(_ moments: Moments, _ rows: Matrix) throws(GenerativeError) {
    guard let column = (0..<columnCount).first(where: { !moments.sums.base[$0].isFinite }) else { return }
    try checkFinite(rows, in: context)
    throw GenerativeError(.nonfinite, "the sum of column \(column) overflows")
  }

  /// doubleBlock ← x − s in Double, and t ← t + Σ (x − s).
  private func centre(_ rows: Matrix, _ moments: Moments) {
    let d = columnCount
    let s = moments.shift.base
    let t = moments.sums.base
    for i in 0..<rows.rowCount {
      let x = rows.base + i * rows.rowStride
      let target = doubleBlock.base + i * d
      for j in 0..<d {
        let value = Double(x[j]) - Double(s[j])
        target[j] = value
        t[j] += value
      }
    }
  }

  /// S ← S + doubleBlockᵀ·doubleBlock
  private func addDoubles(_ count: Int, to moments: Moments) {
    let d = columnCount
    let block = DoubleMatrix(doubleBlock.base, rows: count, columns: d)
    product.add(
      block.transposed, block, into: DoubleMatrix(moments.products.base, rows: d, columns: d),
      upperOnly: true)
  }
}
