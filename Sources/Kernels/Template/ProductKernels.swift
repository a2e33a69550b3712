/// The kernels of the matrix product: packing and the two loops around the micro-kernel.
///
/// A is packed in panels of `tileRows` rows, each `depth × tileRows`, and B in panels of `tileColumns`
/// columns, each `depth × tileColumns`. Both are padded with zeros. The number of floats in a panel is its
/// depth times its width.
package struct ProductKernels: Sendable {
  package typealias Input = UnsafePointer<Float>
  package typealias Output = UnsafeMutablePointer<Float>

  /// Rows of the micro-kernel's tile, on every instruction set.
  package static let tileRows = 6
  /// Columns of the micro-kernel's tile: two vectors.
  package let tileColumns: Int

  /// Packs one panel: `panel[p * width + i] ← source[p * depthStride + i * widthStride]` for i < `count`, and
  /// zeros for `count` ≤ i < `width`. `width` is `tileRows` or `tileColumns`.
  package typealias Pack =
    @Sendable (
      _ source: Input, _ depthStride: Int, _ widthStride: Int, _ depth: Int, _ count: Int, _ panel: Output
    ) -> Void
  package let packRows: Pack
  package let packColumns: Pack

  /// C ← A·B, or C + A·B if `adding`, for packed A (`rows` × `depth`) and B (`depth` × `columns`, panels
  /// `panelStride` floats apart). `tile` is scratch space for one tile.
  package typealias MultiplyBlock =
    @Sendable (
      _ a: Input, _ rows: Int, _ b: Input, _ panelStride: Int, _ columns: Int, _ depth: Int, _ c: Output,
      _ rowStride: Int, _ adding: Bool, _ tile: Output
    ) -> Void
  package let multiplyBlock: MultiplyBlock

  /// `multiplyBlock` for 1 to 3 rows of unpacked A (element (i, p) at
  /// `a[i * aRowStride + p * aDepthStride]`). B is packed or plain rows: element (p, j) is at
  /// `b[(j / tileColumns) * panelStride + p * bDepthStride + j % tileColumns]`. `columns` must be a multiple
  /// of `tileColumns` unless B is packed.
  package typealias MultiplyRows =
    @Sendable (
      _ a: Input, _ aRowStride: Int, _ aDepthStride: Int, _ rows: Int, _ b: Input, _ panelStride: Int,
      _ bDepthStride: Int, _ columns: Int, _ depth: Int, _ c: Output, _ rowStride: Int, _ adding: Bool,
      _ tile: Output
    ) -> Void
  package let multiplyRows: MultiplyRows
  /// `multiplyRows` for any number of rows.
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
