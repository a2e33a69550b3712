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

  /// C ← C + Xᵀ·X in the tiles that reach the upper triangle, for rows of few columns, which are not packed before.
  ///
  /// X's rows are `width` apart, a multiple of `tileColumns`, with zeros past the columns, and `tileRows`
  /// doubles that may be read follow the last. C has as many rows as `columns` rounded up to `tileRows`, `width`
  /// apart too.
  package typealias AddSquares =
    @Sendable (_ x: Input, _ rows: Int, _ width: Int, _ columns: Int, _ c: Output) -> Void
  package let addSquares: AddSquares

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
    tileColumns: Int, multiplyBlock: @escaping MultiplyBlock, addSquares: @escaping AddSquares,
    dot: @escaping @Sendable (Input, Input, Int) -> Double,
    addScaled: @escaping @Sendable (Double, Input, Output, Int) -> Void,
    multiplySymmetric: @escaping MultiplySymmetric, secularSums: @escaping SecularSums
  ) {
    self.tileColumns = tileColumns
    self.multiplyBlock = multiplyBlock
    self.addSquares = addSquares
    self.dot = dot
    self.addScaled = addScaled
    self.multiplySymmetric = multiplySymmetric
    self.secularSums = secularSums
  }
}
