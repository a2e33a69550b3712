/// The kernels of the matrix product: packing and the two loops around the micro-kernel.
///
/// A is packed in panels of `tileRows` rows, each `depth × tileRows`, and B in panels of `tileColumns`
/// columns, each `depth × tileColumns`. Both are padded with zeros. The number of lanes in a panel is its
/// depth in lanes times its width.
///
/// A table has two sets of these kernels: one for operands as they are, and one that rounds operands to
/// bfloat16 (`Packing` says how). A lane is 32 bits wide: a float, or two bfloat16 numbers. The number in the
/// upper half is multiplied first. In both sets, the pointers to packed operands have the type of floats.
package struct ProductKernels: Sendable {
  package typealias Input = UnsafePointer<Float>
  package typealias Output = UnsafeMutablePointer<Float>

  /// Rows of the micro-kernel's tile, on every instruction set.
  package static let tileRows = 6
  /// Columns of the micro-kernel's tile: two vectors.
  package let tileColumns: Int
  /// The number of elements along the depth that a lane of a packed operand holds, 1 or 2. The depth and the
  /// depth strides of the kernels that multiply are in lanes.
  package let depthPerLane: Int

  /// Packs one panel: `panel[p * width + i] ← source[p * depthStride + i * widthStride]` for i < `count`, and
  /// zeros for `count` ≤ i < `width`. `width` is `tileRows` or `tileColumns`. `depth` is in elements. With two
  /// elements per lane, p counts lanes, and a zero completes the last one.
  package typealias Pack =
    @Sendable (
      _ source: Input, _ depthStride: Int, _ widthStride: Int, _ depth: Int, _ count: Int, _ panel: Output
    ) -> Void
  package let packRows: Pack
  package let packColumns: Pack

  /// Rounds unpacked rows of A: lane p of row i is at `lanes[i * laneStride + p]`. `lanes` may be `source` if
  /// `laneStride` ≤ `rowStride`.
  package typealias RoundRows =
    @Sendable (
      _ source: Input, _ rowStride: Int, _ rows: Int, _ depth: Int, _ lanes: Output, _ laneStride: Int
    ) -> Void
  /// nil if operands are multiplied as they are.
  package let roundRows: RoundRows?

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
    tileColumns: Int, depthPerLane: Int = 1, packRows: @escaping Pack, packColumns: @escaping Pack,
    roundRows: RoundRows? = nil, multiplyBlock: @escaping MultiplyBlock, multiplyRows: @escaping MultiplyRows,
    multiplyPlain: @escaping MultiplyRows
  ) {
    self.tileColumns = tileColumns
    self.depthPerLane = depthPerLane
    self.packRows = packRows
    self.packColumns = packColumns
    self.roundRows = roundRows
    self.multiplyBlock = multiplyBlock
    self.multiplyRows = multiplyRows
    self.multiplyPlain = multiplyPlain
  }

  /// The number of lanes that hold `depth` elements.
  package func lanes(_ depth: Int) -> Int { (depth + depthPerLane - 1) / depthPerLane }
}
