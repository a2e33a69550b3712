import Kernels
import Tensors

/// C ← C + Yᵀ·Y and t ← t + Yᵀ·1 for many rows with few columns, in Double. Y is X or X·Vᵀ.
///
/// Such rows are processed as fast as memory delivers them. Each worker takes a chunk of rows that stays in
/// its first-level cache, stores it as columns, appends a column of ones whose products are t, and adds the
/// products to its own sum. The number of rows alone determines how they are cut into stripes, and the sums
/// of stripes are added in pairs. The bits are therefore the same for any number of threads, and chains of
/// sums are short.
package struct NarrowUpdate {
  package static let mostColumns = 64
  private static let mostStripes = 64
  /// About how many numbers each lane adds one by one. In a column of two values, each step of such a sum may
  /// be rounded the same way.
  private static let mostSteps = 64

  private let context: Context
  private let rowCount: Int
  /// Columns of X and of Y.
  private let width: Int
  private let columns: Int
  /// Columns of Y plus the column of ones, rounded up to a whole tile.
  private let padded: Int
  private let chunkRows: Int
  private let stripeRows: Int
  private let stripeCount: Int
  private let rotation: ColumnProjection?
  /// C of every stripe, with t in its last column.
  private let sums: Buffer<Double>
  /// For every slot: a chunk of Y, one of X, and the sums of a stripe and of its latest rows, before their
  /// lanes are added up.
  private let space: Buffer<Double>
  private let spaceCount: Int
  private let laneCount: Int

  /// - Parameter v: m × columns, m ≤ `mostColumns`. nil: Y is X.
  /// - Throws: `.memory`.
  package init(
    rows: Int, columns d: Int, rotatedBy v: DoubleMatrix? = nil, in context: Context
  ) throws(GenerativeError) {
    self.context = context
    width = d
    columns = v?.rowCount ?? d
    rowCount = rows
    padded = roundUp(columns + 1, 4)
    chunkRows = ColumnProjection.chunkRows(padded, in: context)
    let chunks = (rows + chunkRows - 1) / chunkRows
    stripeRows = max(1, (chunks + Self.mostStripes - 1) / Self.mostStripes) * chunkRows
    stripeCount = (rows + stripeRows - 1) / stripeRows
    let lanes = context.kernels.doubles.lanes
    laneCount = stride(from: 0, to: padded, by: 2).reduce(0) { $0 + ($1 + 5) / 4 } * 8 * lanes
    sums = try Buffer(count: stripeCount * (columns + 1) * (columns + 1), in: context.memory)
    if let v { rotation = try ColumnProjection(v, in: context) } else { rotation = nil }
    spaceCount = chunkRows * (padded + (v == nil ? 0 : d)) + 2 * laneCount
    // Columns right of the ones stay zero.
    space = try Buffer(count: context.threadCount * spaceCount, in: context.memory)
  }

  /// - Parameters:
  ///   - c: square. The result is added to its upper triangle; the lower triangle is undefined afterwards.
  ///   - fill: writes `count` rows of X, starting at `first`, as columns that are `pitch` apart, padded with
  ///     zeros like those of `Context.centreColumns`. Any worker may call it.
  package func run(
    into c: UnsafeMutablePointer<Double>, sums t: UnsafeMutablePointer<Double>,
    _ fill: (_ first: Int, _ count: Int, _ block: UnsafeMutablePointer<Double>, _ pitch: Int) -> Void
  ) {
    let (m, pitch, order) = (columns, chunkRows, columns + 1)
    let doubles = context.kernels.doubles
    let sectionRows = Self.mostSteps * doubles.lanes
    context.parallelSlots(stripeCount, isSmall: rowCount * width < 20_000) { slot, stripe in
      let y = space.base + slot * spaceCount
      let lanes = y + pitch * padded
      let latest = lanes + laneCount
      let x = latest + laneCount
      lanes.update(repeating: 0, count: 2 * laneCount)
      let end = min(rowCount, (stripe + 1) * stripeRows)
      for first in Swift.stride(from: stripe * stripeRows, to: end, by: chunkRows) {
        let count = min(chunkRows, end - first)
        let height = roundUp(count, 2 * doubles.lanes)
        fill(first, count, rotation == nil ? y : x, pitch)
        rotation?.run(x, height, pitch: pitch, columns: 0..<width, into: y)
        let ones = y + m * pitch
        for i in 0..<count { ones[i] = 1 }
        for i in count..<height { ones[i] = 0 }
        doubles.addSquares(y, height, pitch, padded, latest)
        let added = first + count - stripe * stripeRows
        guard added % sectionRows < pitch || first + count == end else { continue }
        for p in 0..<laneCount { lanes[p] += latest[p] }
        latest.update(repeating: 0, count: laneCount)
      }
      addLanes(lanes, to: sums.base + stripe * order * order)
    }
    var step = 1
    while step < stripeCount {
      for stripe in Swift.stride(from: 0, to: stripeCount - step, by: 2 * step) {
        let own = sums.base + stripe * order * order
        let other = own + step * order * order
        for p in 0..<order * order { own[p] += other[p] }
      }
      step *= 2
    }
    guard stripeCount > 0 else { return }
    for i in 0..<m {
      for j in i..<m { c[i * m + j] += sums.base[i * order + j] }
      t[i] += sums.base[i * order + m]
    }
  }

  /// Adds the upper triangle of the kernel's tiles to the sums.
  private func addLanes(_ lanes: UnsafePointer<Double>, to sums: UnsafeMutablePointer<Double>) {
    let (width, order) = (context.kernels.doubles.lanes, columns + 1)
    var tile = lanes
    for j in Swift.stride(from: 0, to: padded, by: 2) {
      for i in Swift.stride(from: 0, to: j + 2, by: 4) {
        for place in 0..<8 {
          let (row, column) = (i + place / 2, j + place % 2)
          guard row <= column, column < order else { continue }
          sums[row * order + column] = (0..<width).reduce(0) { $0 + tile[place * width + $1] }
        }
        tile += 8 * width
      }
    }
  }
}
