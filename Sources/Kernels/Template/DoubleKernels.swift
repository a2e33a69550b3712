/// Kernels in Double, for the eigensolver and for statistics.
package struct DoubleKernels: Sendable {
  package typealias Input = UnsafePointer<Double>
  package typealias Output = UnsafeMutablePointer<Double>

  /// Rows of the matrix product's tile.
  package static let tileRows = 6
  /// Its columns: two vectors.
  package let tileColumns: Int

  /// C ← C + A·B for A packed in panels of `tileRows` rows and B in panels of `tileColumns` columns,
  /// each `depth` deep and padded with zeros. Tiles that lie wholly below the diagonal
  /// column − row = `diagonal` are left out (`Int.min`: none). `tile` is scratch for one tile.
  package typealias MultiplyBlock =
    @Sendable (
      _ a: Input, _ rows: Int, _ b: Input, _ columns: Int, _ depth: Int, _ c: Output, _ rowStride: Int,
      _ diagonal: Int, _ tile: Output
    ) -> Void
  package let multiplyBlock: MultiplyBlock

  /// Lanes of a vector.
  package var lanes: Int { tileColumns / 2 }

  /// out ← x − c for rows of floats or doubles of any strides, as columns that are `pitch` apart; zeros follow
  /// a column's rows up to a multiple of 2 · `lanes`, which `pitch` is.
  package typealias CentreColumns =
    @Sendable (
      _ x: UnsafeRawPointer, _ isFloat: Bool, _ rowStride: Int, _ columnStride: Int, _ rows: Int,
      _ columns: Int,
      _ centre: Input?, _ out: Output, _ pitch: Int
    ) -> Void
  package let centreColumns: CentreColumns

  /// C ← C + Xᵀ·X, for X of few columns as `centreColumns` writes it: `rows` a multiple of `lanes`, `columns` of 4.
  ///
  /// C is tiles of 4 × 2, each row by row, of vectors whose lanes are still to be added up: for columns j, j + 1
  /// after each other those of rows 0, 4, ... up to j + 1.
  package typealias AddSquares =
    @Sendable (_ x: Input, _ rows: Int, _ pitch: Int, _ columns: Int, _ c: Output) -> Void
  package let addSquares: AddSquares

  /// Y ← X·Vᵀ, or Y + X·Vᵀ, for X as `centreColumns` writes it; Y is columns as far apart.
  ///
  /// `rows` is a multiple of 2 · `lanes`, `outputs` of 4. Four rows of V at a time stand in v, one of their columns
  /// after the other; `stride` is a row's part of that.
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

  /// y ← y + what rows first ..< end of the upper triangle of a symmetric A (count × count), and the
  /// columns they mirror, contribute to A·x.
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
