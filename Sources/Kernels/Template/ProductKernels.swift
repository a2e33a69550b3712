/// The matrix product's kernels: packing and the two loops around the micro-kernel.
///
/// A is packed in panels of `tileRows` rows, each `depth × tileRows`; B in panels of `tileColumns`
/// columns, each `depth × tileColumns`; both padded with zeros. A panel's float count is its depth
/// times its width.
package struct ProductKernels: Sendable {
  package typealias Input = UnsafePointer<Float>
  package typealias Output = UnsafeMutablePointer<Float>

  /// Rows of the micro-kernel's tile, on every instruction set.
  package static let tileRows = 6
  /// Columns of the micro-kernel's tile: two vectors.
  package let tileColumns: Int

  /// Packs one panel: `panel[p * width + i] ← source[p * depthStride + i * widthStride]` for
  /// i < `count`, zeros for `count` ≤ i < `width`. `width` is `tileRows` or `tileColumns`.
  package typealias Pack =
    @Sendable (
      _ source: Input, _ depthStride: Int, _ widthStride: Int, _ depth: Int, _ count: Int, _ panel: Output
    ) -> Void
  package let packRows: Pack
  package let packColumns: Pack

  /// C ← A·B, or C + A·B when `adding`, for packed A (`rows` × `depth`) and B (`depth` × `columns`,
  /// panels `panelStride` floats apart). `tile` is scratch for one tile.
  package typealias MultiplyBlock =
    @Sendable (
      _ a: Input, _ rows: Int, _ b: Input, _ panelStride: Int, _ columns: Int, _ depth: Int, _ c: Output,
      _ rowStride: Int, _ adding: Bool, _ tile: Output
    ) -> Void
  package let multiplyBlock: MultiplyBlock

  /// The same for 1 to 3 rows of unpacked A (element (i, p) at `a[i * aRowStride + p * aDepthStride]`),
  /// and B either packed or plain rows: element (p, j) at `b[(j / tileColumns) * panelStride +
  /// p * bDepthStride + j % tileColumns]`. `columns` must be a multiple of `tileColumns` unless B is
  /// packed.
  package typealias MultiplyRows =
    @Sendable (
      _ a: Input, _ aRowStride: Int, _ aDepthStride: Int, _ rows: Int, _ b: Input, _ panelStride: Int,
      _ bDepthStride: Int, _ columns: Int, _ depth: Int, _ c: Output, _ rowStride: Int, _ adding: Bool,
      _ tile: Output
    ) -> Void
  package let multiplyRows: MultiplyRows
  /// The same for any number of rows.
  package let multiplyPlain: MultiplyRows

  package init(
    tileColumns: Int, packRows: @escaping Pack, packColumns: @escaping Pack,
    multiplyBlock: @escaping MultiplyBlock, multiplyRows: @escaping MultiplyRows,
    multiplyPlain: @escaping MultiplyRows
  ) {
    self.tileColumns = tileColumns
    self.packRows = packRows
    self.packColumns = packColumns
    self.multiplyBlock = multiplyBlock
    self.multiplyRows = multiplyRows
    self.multiplyPlain = multiplyPlain
  }
}
