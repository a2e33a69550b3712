import Kernels
import Tensors

/// Matrix products in Double, for the eigensolver and for statistics that need full precision.
///
/// Owns the packing buffers, so a product allocates nothing. Only one product may run at a time.
package final class DoubleProduct {
  private static let tileRows = DoubleKernels.tileRows
  /// Depth of a packed block: 256 × 8 doubles of B fill half of a 32 KiB first-level cache.
  private static let depth = 256
  /// Rows per unit of work: 72 × 256 doubles of A fill a quarter of a 512 KiB second-level cache.
  private static let maximumChunk = 72

  private let context: Context
  private let packedA: Buffer<Double>
  private let packedB: Buffer<Double>
  /// One tile per slot.
  private let tiles: Buffer<Double>
  private var tileColumns: Int { context.kernels.doubles.tileColumns }

  /// Allocates buffers for products of at most `rows` × `columns`, of any depth.
  ///
  /// - Throws: `.memory`.
  package init(rows: Int, columns: Int, in context: Context) throws(GenerativeError) {
    self.context = context
    let tall = roundUp(rows, Self.maximumChunk)
    guard let a = checkedProduct(tall, Self.depth),
      let b = checkedProduct(roundUp(columns, context.kernels.doubles.tileColumns), Self.depth)
    else { throw GenerativeError(.memory, "cannot multiply \(rows) × \(columns) doubles") }
    packedA = try Buffer(uninitializedCount: a, in: context.memory)
    packedB = try Buffer(uninitializedCount: b, in: context.memory)
    tiles = try Buffer(
      count: context.threadCount * Self.tileRows * context.kernels.doubles.tileColumns, in: context.memory)
  }

  /// C ← C + scale · A·B. With `upperOnly`, only tiles of C that reach the upper triangle are computed.
  ///
  /// A is m × k and B is k × n, both with any strides. C is m × n with unit column stride. The order of each
  /// element's sum depends only on k, so the bits are the same for any m, n and thread count.
  package func add(
    _ a: DoubleMatrix, _ b: DoubleMatrix, scale: Double = 1, into c: DoubleMatrix,
    upperOnly: Bool = false
  ) {
    let m = c.rowCount
    let n = c.columnCount
    let tileColumns = tileColumns
    let multiplyBlock = context.kernels.doubles.multiplyBlock
    // A product with few rows is still split into several chunks, so that every worker has one.
    let chunk = min(Self.maximumChunk, max(Self.tileRows, roundUp(m / 4, Self.tileRows)))
    var p = 0
    while p < a.columnCount {
      let k = min(Self.depth, a.columnCount - p)
      let bBlock = b[p..<p + k, 0..<n]
      let aBlock = a[0..<m, p..<p + k]
      let panels = (n + tileColumns - 1) / tileColumns
      context.parallelSlots((panels + 15) / 16, isSmall: n * k < 20_000) { _, group in
        for panel in group * 16..<min(panels, group * 16 + 16) {
          packColumns(
            bBlock, from: panel * tileColumns, into: packedB.base + panel * tileColumns * k)
        }
      }
      let tileCount = Self.tileRows * tileColumns
      context.parallelSlots((m + chunk - 1) / chunk, isSmall: m * n * k < 200_000) { slot, index in
        let first = index * chunk
        let height = min(chunk, m - first)
        // Skips whole panels of columns left of the diagonal.
        let left = upperOnly ? min(first / tileColumns, panels) : 0
        let packed = packedA.base + first * k
        packRows(aBlock[first..<first + height, 0..<k], scale: scale, into: packed)
        multiplyBlock(
          packed, height, packedB.base + left * tileColumns * k, n - left * tileColumns, k,
          c.base + first * c.rowStride + left * tileColumns, c.rowStride,
          upperOnly ? first - left * tileColumns : Int.min, tiles.base + slot * tileCount)
      }
      p += k
    }
  }

  /// Packs a panel of columns of B row by row, with zeros past the edge.
  private func packColumns(_ b: DoubleMatrix, from j: Int, into packed: UnsafeMutablePointer<Double>) {
    let width = min(tileColumns, b.columnCount - j)
    for p in 0..<b.rowCount {
      let row = b.base + p * b.rowStride + j * b.columnStride
      let target = packed + p * tileColumns
      for c in 0..<width { target[c] = row[c * b.columnStride] }
      for c in width..<tileColumns { target[c] = 0 }
    }
  }

  /// Packs all rows of A in panels of six, each column by column, with zeros past the edge.
  private func packRows(_ a: DoubleMatrix, scale: Double, into packed: UnsafeMutablePointer<Double>) {
    for i in stride(from: 0, to: a.rowCount, by: Self.tileRows) {
      let rows = a.base + i * a.rowStride
      let height = min(Self.tileRows, a.rowCount - i)
      var target = packed + i * a.columnCount
      if height == Self.tileRows, a.columnStride == 1 {
        Self.packSixRows(rows, a.rowStride, a.columnCount, scale: scale, into: target)
        continue
      }
      for p in 0..<a.columnCount {
        let column = rows + p * a.columnStride
        for r in 0..<height { target[r] = scale * column[r * a.rowStride] }
        for r in height..<Self.tileRows { target[r] = 0 }
        target += Self.tileRows
      }
    }
  }

  /// Packs six whole rows with unit column stride: the same as the general loop, in a third of the time.
  static func packSixRows(
    _ a: UnsafePointer<Double>, _ stride: Int, _ count: Int, scale: Double,
    into packed: UnsafeMutablePointer<Double>
  ) {
    let (a1, a2, a3, a4, a5) = (a + stride, a + 2 * stride, a + 3 * stride, a + 4 * stride, a + 5 * stride)
    var target = packed
    for p in 0..<count {
      target[0] = scale * a[p]
      target[1] = scale * a1[p]
      target[2] = scale * a2[p]
      target[3] = scale * a3[p]
      target[4] = scale * a4[p]
      target[5] = scale * a5[p]
      target += tileRows
    }
  }
}

/// `count` rounded up to a multiple of `unit`, and at least `unit`.
func roundUp(_ count: Int, _ unit: Int) -> Int { (max(count, 1) + unit - 1) / unit * unit }
