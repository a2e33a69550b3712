import Kernels
import Tensors

/// C ← C + Yᵀ·Y and t ← t + Yᵀ·1 for very many rows of few columns, in Double; Y is X or X·Vᵀ.
///
/// Such rows are read as fast as memory gives them: each worker packs a chunk of rows, which for few columns
/// is all that the tiles need of both sides, and adds its products to a sum of its own. Rows are cut into
/// stripes by their number alone, and the stripes' sums are added in their order: the same bits for any
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
  private let chunkRows: Int
  private let stripeRows: Int
  private let stripeCount: Int
  /// Vᵀ as a product's right-hand side.
  private let rotation: PackedDoubles?
  /// Of every stripe C, and t.
  private let sums: Buffer<Double>
  /// Of every slot a chunk of X and of Y, their packed sides, and a tile.
  private let space: Buffer<Double>
  private let spaceCount: Int

  private var tall: Int { DoubleKernels.tileRows }
  private var wide: Int { context.kernels.doubles.tileColumns }

  /// - Parameter v: m × columns, m ≤ `mostColumns`; nil: Y is X.
  /// - Throws: `.memory`.
  package init(
    rows: Int, columns d: Int, rotatedBy v: DoubleMatrix? = nil, in context: Context
  ) throws(GenerativeError) {
    self.context = context
    width = d
    columns = v?.rowCount ?? d
    rowCount = rows
    chunkRows = max(1, min(rows, Self.mostChunkRows))
    let chunks = (rows + chunkRows - 1) / chunkRows
    stripeRows = max(1, (chunks + Self.mostStripes - 1) / Self.mostStripes) * chunkRows
    stripeCount = (rows + stripeRows - 1) / stripeRows
    sums = try Buffer(count: stripeCount * columns * (columns + 1), in: context.memory)
    let (tall, wide) = (DoubleKernels.tileRows, context.kernels.doubles.tileColumns)
    if let v { rotation = try PackedDoubles(v.transposed, in: context) } else { rotation = nil }
    let sides = max(roundUp(columns, tall) + roundUp(columns, wide), rotation == nil ? 0 : d)
    spaceCount = roundUp(chunkRows, tall) * (d + columns + sides) + tall * wide
    space = try Buffer(uninitializedCount: context.threadCount * spaceCount, in: context.memory)
  }

  /// - Parameters:
  ///   - c: square; its upper triangle is added to, what stands below is undefined.
  ///   - fill: writes `count` rows of X from `first` on, packed; called by any worker.
  package func run(
    into c: UnsafeMutablePointer<Double>, sums t: UnsafeMutablePointer<Double>,
    _ fill: (_ first: Int, _ count: Int, _ block: UnsafeMutablePointer<Double>) -> Void
  ) {
    let m = columns
    context.parallelSlots(stripeCount, isSmall: rowCount * width < 20_000) { slot, stripe in
      let (c, t) = place(of: stripe)
      let end = min(rowCount, (stripe + 1) * stripeRows)
      for first in stride(from: stripe * stripeRows, to: end, by: chunkRows) {
        let count = min(chunkRows, end - first)
        let x = space.base + slot * spaceCount
        fill(first, count, x)
        add(x, count, c, t)
      }
    }
    for stripe in 0..<stripeCount {
      let (stripeC, stripeT) = place(of: stripe)
      for p in 0..<m * m { c[p] += stripeC[p] }
      for j in 0..<m { t[j] += stripeT[j] }
    }
  }

  private func place(of stripe: Int) -> (c: UnsafeMutablePointer<Double>, t: UnsafeMutablePointer<Double>) {
    let c = sums.base + stripe * columns * (columns + 1)
    return (c, c + columns * columns)
  }

  /// Adds a chunk, which is followed by space for the rest.
  private func add(
    _ x: UnsafeMutablePointer<Double>, _ count: Int, _ c: UnsafeMutablePointer<Double>,
    _ t: UnsafeMutablePointer<Double>
  ) {
    let m = columns
    let height = roundUp(chunkRows, tall)
    let y = rotation == nil ? x : x + height * width
    let left = y + height * m
    rotation?.multiply(x, count, into: y, space: left)
    let right = left + height * roundUp(m, tall)
    let tile = right + height * roundUp(m, wide)
    for i in 0..<count {
      for j in 0..<m { t[j] += y[i * m + j] }
    }
    let matrix = DoubleMatrix(y, rows: count, columns: m)
    matrix.pack(width: tall, into: left)
    matrix.pack(width: wide, into: right)
    context.kernels.doubles.multiplyBlock(left, m, right, m, count, c, m, 0, tile)
  }
}
