/// Sums and products of the columns of rows, of which the covariance is made, for one kind of number.
///
/// A lane of 32 bits holds one row's float or a few rows' bytes. Columns are packed in panels of
/// `ProductKernels.tileColumns`, `depth` lanes deep; zeros stand behind the last column. Six columns of
/// them at a time become the product's left-hand side. Products are summed lane by lane, in Float or in
/// integers, over one slab of rows, and then added to doubles.
package struct MomentKernels: Sendable {
  package typealias Input = UnsafePointer<Float>
  package typealias Output = UnsafeMutablePointer<Float>
  package typealias Wide = UnsafeMutablePointer<Double>

  /// Rows that share a lane.
  package let rowsPerLane: Int
  /// What the left-hand side is above the numbers, or the right-hand side below them, so that both fit the
  /// instruction: a product is by `bias` · Σ of its row's column too small.
  package let bias: Double

  /// panel ← `count` columns of `rows` rows of numbers, `rowStride` numbers apart, less `shift` (nil for
  /// zeros; floats only); sums[j] += what was packed in column j, exact for bytes (nil: not wanted).
  package let pack:
    @Sendable (
      _ source: UnsafeRawPointer, _ rowStride: Int, _ rows: Int, _ count: Int, _ shift: Input?,
      _ panel: Output, _ sums: Wide?
    ) -> Void
  /// panel ← columns first ..< first + 6 of packed panels, six lanes after six; columns past the last
  /// of `columns` repeat it.
  package let gather:
    @Sendable (
      _ panels: Input, _ panelStride: Int, _ columns: Int, _ first: Int, _ depth: Int, _ panel: Output
    ) -> Void
  /// c ← A·B, or c + A·B when `adding`, of whole tiles: `rows` and `columns` are rounded up. Tiles that
  /// lie wholly below the diagonal column − row = `diagonal` are left out (`Int.min`: none). Meanwhile
  /// fetches the bytes at `next` into the second-level cache, some with each tile.
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
