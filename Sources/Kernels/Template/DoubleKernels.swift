/// Kernels in Double, for the eigensolver and for statistics.
package struct DoubleKernels: Sendable {
  package typealias Input = UnsafePointer<Double>
  package typealias Output = UnsafeMutablePointer<Double>

  /// Rows of the matrix product's tile.
  package static let tileRows = 6
  /// Columns of the matrix product's tile: two vectors.
  package let tileColumns: Int

  /// C ← C + A·B, where A is packed in panels of `tileRows` rows and B in panels of `tileColumns` columns.
  /// Each panel is `depth` deep and padded with zeros. Skips tiles that lie entirely below the diagonal
  /// column − row = `diagonal` (`Int.min`: skips none). `tile` is the calling thread's scratch space for one
  /// tile.
  package typealias MultiplyBlock =
    @Sendable (
      _ a: Input, _ rows: Int, _ b: Input, _ columns: Int, _ depth: Int, _ c: Output, _ rowStride: Int,
      _ diagonal: Int, _ tile: Output
    ) -> Void
  package let multiplyBlock: MultiplyBlock

  /// Lanes of a vector.
  package var lanes: Int { tileColumns / 2 }

  /// out ← x − c. The rows x are floats or doubles with any strides. The result is stored as columns, `pitch`
  /// elements apart. Zeros pad each column to a multiple of 2 · `lanes` rows, as `pitch` is.
  package typealias CentreColumns =
    @Sendable (
      _ x: UnsafeRawPointer, _ isFloat: Bool, _ rowStride: Int, _ columnStride: Int, _ rows: Int,
      _ columns: Int,
      _ centre: Input?, _ out: Output, _ pitch: Int
    ) -> Void
  package let centreColumns: CentreColumns

  /// C ← C + Xᵀ·X for a narrow X as written by `centreColumns`. `rows` is a multiple of `lanes`, `columns` a
  /// multiple of 4.
  ///
  /// C consists of 4 × 2 tiles, each in row-major order, whose elements are vectors with lanes still to be
  /// summed. For each pair of columns j, j + 1, the tiles of rows 0, 4, … up to j + 1 follow each other.
  package typealias AddSquares =
    @Sendable (_ x: Input, _ rows: Int, _ pitch: Int, _ columns: Int, _ c: Output) -> Void
  package let addSquares: AddSquares

  /// Y ← X·Vᵀ, or Y + X·Vᵀ if `isAdding`, for X as written by `centreColumns`. Y has the same layout.
  ///
  /// `rows` is a multiple of 2 · `lanes`, `outputs` a multiple of 4. v holds V in groups of four rows, each
  /// group stored column by column; `stride` is the number of elements per row of V.
  package typealias ProjectColumns =
    @Sendable (
      _ x: Input, _ rows: Int, _ pitch: Int, _ columns: Int, _ v: Input, _ stride: Int, _ outputs: Int,
      _ y: Output,
      _ isAdding: Bool
    ) -> Void
  package let projectColumns: ProjectColumns

  /// Σ x·y
  package let dot: @Sendable (_ x: Input, _ y: Input, _ count: Int) -> Double

  /// y ← y + a·x
  package let addScaled: @Sendable (_ a: Double, _ x: Input, _ y: Output, _ count: Int) -> Void

  /// y ← y + the contribution to A·x of rows first ..< end of the upper triangle of a symmetric A (count ×
  /// count), and of the columns that mirror them.
  package typealias MultiplySymmetric =
    @Sendable (
      _ a: Input, _ rowStride: Int, _ first: Int, _ end: Int, _ x: Input, _ count: Int, _ y: Output
    ) -> Void
  package let multiplySymmetric: MultiplySymmetric

  /// Σ z²/(δ − η) and Σ z²/(δ − η)², written to sums[0] and sums[1].
  package typealias SecularSums =
    @Sendable (_ delta: Input, _ z: Input, _ eta: Double, _ count: Int, _ sums: Output) -> Void
  package let secularSums: SecularSums

  package init(
    tileColumns: Int, multiplyBlock: @escaping MultiplyBlock, centreColumns: @escaping CentreColumns,
    addSquares: @escaping AddSquares, projectColumns: @escaping ProjectColumns,
    dot: @escaping @Sendable (Input, Input, Int) -> Double,
    addScaled: @escaping @Sendable (Double, Input, Output, Int) -> Void,
    multiplySymmetric: @escaping MultiplySymmetric, secularSums: @escaping SecularSums
  ) {
    self.tileColumns = tileColumns
    self.multiplyBlock = multiplyBlock
    self.centreColumns = centreColumns
    self.addSquares = addSquares
    self.projectColumns = projectColumns
    self.dot = dot
    self.addScaled = addScaled
    self.multiplySymmetric = multiplySymmetric
    self.secularSums = secularSums
  }
}
