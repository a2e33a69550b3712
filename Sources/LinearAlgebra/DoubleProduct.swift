import Kernels
import Tensors

/// Matrix products in Double, for the eigensolver and for statistics that need all the digits.
///
/// Holds the packing space, so that a product allocates nothing. One product at a time.
package final class DoubleProduct {
  private static let tileRows = DoubleKernels.tileRows
  /// Depth of a packed block: 256 × 8 doubles of B are half of a 32 KiB L1.
  private static let depth = 256
  /// Rows per unit of work: 72 × 256 doubles of A are a quarter of a 512 KiB L2.
  private static let maximumChunk = 72

  private let context: Context
  private let packedA: Buffer<Double>
  private let packedB: Buffer<Double>
  /// A tile for every slot.
  private let tiles: Buffer<Double>
  private var tileColumns: Int { context.kernels.doubles.tileColumns }

  /// Space for products of at most `rows` × `columns`, of any depth.
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

  /// C ← C + scale · A·B; of C only tiles that reach the upper triangle when `upperOnly`.
  ///
  /// A is m × k, B k × n, C m × n with unit column stride; any strides of A and B. Each element is
  /// summed in an order that depends on k alone: the same bits for any m, n and thread count.
  package func add(
    _ a: DoubleMatrix, _ b: DoubleMatrix, scale: Double = 1, into c: DoubleMatrix,
    upperOnly: Bool = false
  ) {
    let m = c.rowCount
    let n = c.columnCount
    let tileColumns = tileColumns
    let multiplyBlock = context.kernels.doubles.multiplyBlock
    // Few rows still make a few chunks, so that every worker has one.
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
        // Columns left of the diagonal by whole panels are skipped.
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

  /// A panel of columns of B, one row of them after the other, zeros past the edge.
  private func packColumns(_ b: DoubleMatrix, from j: Int, into packed: UnsafeMutablePointer<Double>) {
    let width = min(tileColumns, b.columnCount - j)
    for p in 0..<b.rowCount {
      let row = b.base + p * b.rowStride + j * b.columnStride
      let target = packed + p * tileColumns
      for c in 0..<width { target[c] = row[c * b.columnStride] }
      for c in width..<tileColumns { target[c] = 0 }
    }
  }

  /// All rows of A in panels of six, one column of six after the other, zeros past the edge.
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

  /// Six whole rows that lie packed: what the loop above does, in a third of its time.
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

/// The least multiple of `unit` that is at least `count`, and at least one unit.
func roundUp(_ count: Int, _ unit: Int) -> Int { (max(count, 1) + unit - 1) / unit * unit }
