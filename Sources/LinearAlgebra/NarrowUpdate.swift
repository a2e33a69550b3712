import Kernels
import Tensors

/// C ← C + Yᵀ·Y and t ← t + Yᵀ·1 for very many rows of few columns, in Double; Y is X or X·Vᵀ.
///
/// Such rows are read as fast as memory gives them: each worker takes a chunk of rows that stays in its first
/// cache, with a column of ones whose products are t, and adds its products to a sum of its own. Rows are cut
/// into stripes by their number alone, and the stripes' sums are added in their order: the same bits for any
/// number of threads.
package struct NarrowUpdate {
  package static let mostColumns = 64
  /// Rows whose products are summed one after the other: few, for such a chain's rounding grows with its length.
  private static let mostChunkRows = 64
  private static let mostStripes = 64

  private let context: Context
  private let rowCount: Int
  /// Columns of X, and of Y.
  private let width: Int
  private let columns: Int
  /// From one row of Y to the next, and of a stripe's sums.
  private let pitch: Int
  private let chunkRows: Int
  private let stripeRows: Int
  private let stripeCount: Int
  /// Vᵀ as a product's right-hand side.
  private let rotation: PackedDoubles?
  /// Of every stripe C with t in its last column.
  private let sums: Buffer<Double>
  private let sumCount: Int
  /// Of every slot a chunk of Y, and of X and what its product needs.
  private let space: Buffer<Double>
  private let spaceCount: Int

  /// - Parameter v: m × columns, m ≤ `mostColumns`; nil: Y is X.
  /// - Throws: `.memory`.
  package init(
    rows: Int, columns d: Int, rotatedBy v: DoubleMatrix? = nil, in context: Context
  ) throws(GenerativeError) {
    self.context = context
    width = d
    columns = v?.rowCount ?? d
    rowCount = rows
    pitch = roundUp(columns + 1, context.kernels.doubles.tileColumns)
    chunkRows = max(1, min(rows, Self.mostChunkRows))
    let chunks = (rows + chunkRows - 1) / chunkRows
    stripeRows = max(1, (chunks + Self.mostStripes - 1) / Self.mostStripes) * chunkRows
    stripeCount = (rows + stripeRows - 1) / stripeRows
    sumCount = roundUp(columns + 1, DoubleKernels.tileRows) * pitch
    sums = try Buffer(count: stripeCount * sumCount, in: context.memory)
    if let v { rotation = try PackedDoubles(v.transposed, in: context) } else { rotation = nil }
    var count = chunkRows * pitch + DoubleKernels.tileRows
    if let rotation { count += chunkRows * (d + columns) + rotation.spaceCount(chunkRows) }
    spaceCount = count
    // What stands right of the ones stays zero.
    space = try Buffer(count: context.threadCount * spaceCount, in: context.memory)
  }

  /// - Parameters:
  ///   - c: square; its upper triangle is added to, what stands below is undefined.
  ///   - fill: writes `count` rows of X from `first` on, `stride` apart; called by any worker.
  package func run(
    into c: UnsafeMutablePointer<Double>, sums t: UnsafeMutablePointer<Double>,
    _ fill: (_ first: Int, _ count: Int, _ block: UnsafeMutablePointer<Double>, _ stride: Int) -> Void
  ) {
    let m = columns
    let addSquares = context.kernels.doubles.addSquares
    context.parallelSlots(stripeCount, isSmall: rowCount * width < 20_000) { slot, stripe in
      let y = space.base + slot * spaceCount
      for i in 0..<chunkRows { y[i * pitch + m] = 1 }
      let end = min(rowCount, (stripe + 1) * stripeRows)
      for first in stride(from: stripe * stripeRows, to: end, by: chunkRows) {
        let count = min(chunkRows, end - first)
        if let rotation {
          let x = y + chunkRows * pitch + DoubleKernels.tileRows
          let product = x + chunkRows * width
          fill(first, count, x, width)
          rotation.multiply(x, count, into: product, space: product + chunkRows * m)
          for i in 0..<count { (y + i * pitch).update(from: product + i * m, count: m) }
        } else {
          fill(first, count, y, pitch)
        }
        addSquares(y, count, pitch, m + 1, sums.base + stripe * sumCount)
      }
    }
    for stripe in 0..<stripeCount {
      let own = sums.base + stripe * sumCount
      for i in 0..<m {
        for j in i..<m { c[i * m + j] += own[i * pitch + j] }
        t[i] += own[i * pitch + m]
      }
    }
  }
}
