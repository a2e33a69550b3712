/// Sums and products of columns, from which a covariance is computed, for one number type.
///
/// A 32-bit lane holds one row's float or several rows' bytes. Columns are packed in panels of
/// `ProductKernels.tileColumns`, `depth` lanes deep, with zeros after the last column. Groups of six packed
/// columns become the left-hand side of the product. Products are summed lane by lane, in Float or in
/// integers, over one slab of rows, and then added to doubles.
package struct MomentKernels: Sendable {
  package typealias Input = UnsafePointer<Float>
  package typealias Output = UnsafeMutablePointer<Float>
  package typealias Wide = UnsafeMutablePointer<Double>

  /// The number of rows that share a lane.
  package let rowsPerLane: Int
  /// Added to the numbers on the left-hand side, or subtracted on the right-hand side, so that both fit the
  /// instruction. A product is then too small by `bias` · Σ of its row's column.
  package let bias: Double

  /// panel ← `count` columns of `rows` rows, `rowStride` numbers apart, minus `shift` (floats only; nil:
  /// zeros). sums[j] += the sum of what was packed in column j, exact for bytes (nil: not computed).
  package let pack:
    @Sendable (
      _ source: UnsafeRawPointer, _ rowStride: Int, _ rows: Int, _ count: Int, _ shift: Input?,
      _ panel: Output, _ sums: Wide?
    ) -> Void
  /// panel ← columns first ..< first + 6 of packed panels, in groups of six lanes. Columns past `columns`
  /// repeat the last one.
  package let gather:
    @Sendable (
      _ panels: Input, _ panelStride: Int, _ columns: Int, _ first: Int, _ depth: Int, _ panel: Output
    ) -> Void
  /// c ← A·B, or c + A·B if `adding`, in whole tiles: `rows` and `columns` are rounded up. Skips tiles that
  /// lie entirely below the diagonal column − row = `diagonal` (`Int.min`: skips none). Meanwhile prefetches
  /// the bytes at `next` into the second-level cache, a share with each tile.
  package typealias Multiply =
    @Sendable (
      _ a: Input, _ rows: Int, _ b: Input, _ panelStride: Int, _ columns: Int, _ depth: Int, _ c: Output,
      _ rowStride: Int, _ adding: Bool, _ diagonal: Int, _ next: UnsafeRawPointer?, _ nextByteCount: Int
    ) -> Void
  package let multiply: Multiply
  /// wide[j] += products[j] + offset
  package let add: @Sendable (_ products: Input, _ offset: Double, _ wide: Wide, _ count: Int) -> Void

  package init(
    rowsPerLane: Int, bias: Double,
    pack: @escaping @Sendable (UnsafeRawPointer, Int, Int, Int, Input?, Output, Wide?) -> Void,
    gather: @escaping @Sendable (Input, Int, Int, Int, Int, Output) -> Void,
    multiply: @escaping Multiply,
    add: @escaping @Sendable (Input, Double, Wide, Int) -> Void
  ) {
    self.rowsPerLane = rowsPerLane
    self.bias = bias
    self.pack = pack
    self.gather = gather
    self.multiply = multiply
    self.add = add
  }
}
