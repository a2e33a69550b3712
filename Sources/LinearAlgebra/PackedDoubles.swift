import Kernels
import Tensors

/// A right-hand side in Double that is packed once for many products Y = X·B. X is processed in chunks of
/// rows, each by one worker.
package struct PackedDoubles: Sendable {
  /// Depth of a block, as in `DoubleProduct`.
  private static let depth = 256

  private let context: Context
  private let rowCount: Int
  private let columnCount: Int
  /// B's rows in blocks, each block stored as panels of columns.
  private let panels: Buffer<Double>

  private var tall: Int { DoubleKernels.tileRows }
  private var wide: Int { context.kernels.doubles.tileColumns }

  /// - Parameter b: any strides.
  /// - Throws: `.memory`.
  package init(_ b: DoubleMatrix, in context: Context) throws(GenerativeError) {
    self.context = context
    (rowCount, columnCount) = (b.rowCount, b.columnCount)
    let wide = context.kernels.doubles.tileColumns
    let width = roundUp(b.columnCount, wide)
    let panels = try Buffer<Double>(uninitializedCount: width * max(b.rowCount, 1), in: context.memory)
    let depth = Self.depth
    context.parallelSlots((b.rowCount + depth - 1) / depth, isSmall: b.rowCount * width < 20_000) {
      _, block in
      let rows = block * depth..<min(b.rowCount, (block + 1) * depth)
      b[rows, 0..<b.columnCount].pack(width: wide, into: panels.base + rows.lowerBound * width)
    }
    self.panels = panels
  }

  /// The number of doubles of workspace that `multiply` needs for this many rows.
  package func spaceCount(_ rows: Int) -> Int {
    roundUp(rows, tall) * min(rowCount, Self.depth) + tall * wide
  }

  /// Y ← X·B, with `x` and `y` packed. The order of each element's sum depends only on the number of B's
  /// rows.
  package func multiply(
    _ x: UnsafeMutablePointer<Double>, _ count: Int, into y: UnsafeMutablePointer<Double>,
    space: UnsafeMutablePointer<Double>
  ) {
    y.update(repeating: 0, count: count * columnCount)
    let rows = DoubleMatrix(x, rows: count, columns: rowCount)
    let tile = space + roundUp(count, tall) * min(rowCount, Self.depth)
    for first in stride(from: 0, to: rowCount, by: Self.depth) {
      let depth = min(Self.depth, rowCount - first)
      rows[0..<count, first..<first + depth].transposed.pack(width: tall, into: space)
      context.kernels.doubles.multiplyBlock(
        space, count, panels.base + first * roundUp(columnCount, wide), columnCount, depth, y, columnCount,
        Int.min, tile)
    }
  }
}

extension DoubleMatrix {
  /// Packs panels of `width` columns, each row by row, with zeros past the edge.
  func pack(width: Int, into packed: UnsafeMutablePointer<Double>) {
    for first in Swift.stride(from: 0, to: columnCount, by: width) {
      let filled = min(width, columnCount - first)
      let panel = packed + first * rowCount
      for i in 0..<rowCount {
        let (row, target) = (base + (i * rowStride + first * columnStride), panel + i * width)
        for j in 0..<filled { target[j] = row[j * columnStride] }
        for j in filled..<width { target[j] = 0 }
      }
    }
  }
}
