/// The transforms of Winograd's convolution. See `WinogradConvolution` in Tensors for the algorithm and
/// `Kernels/Winograd.swift` for the matrices.
///
/// A transformed patch, tile or kernel has 25 points. Channel c of point p is at
/// `points[p * pointStride + c]`. The number of channels is a multiple of `channelMultiple`.
package struct WinogradKernels: Sendable {
  package typealias Input = UnsafePointer<Float>
  package typealias Output = UnsafeMutablePointer<Float>

  /// The number of outputs of a tile along one axis.
  package static let tileSize = 4
  /// The number of products of a tile per pair of channels: (4 + 2 − 1)².
  package static let pointCount = 25
  /// The number of lanes in the widest vector.
  package static let channelMultiple = 16

  /// The location of a patch's or tile's pixels: (y, x) is at y · `rowStride` + x · `pixelStride`. Pixels
  /// outside the given rows and columns do not exist; they are read as zeros and not written.
  package struct Window: Sendable {
    package var rowStride: Int
    package var pixelStride: Int
    package var firstRow: Int
    package var endRow: Int
    package var firstColumn: Int
    package var endColumn: Int

    package init(
      rowStride: Int, pixelStride: Int, firstRow: Int, endRow: Int, firstColumn: Int, endColumn: Int
    ) {
      self.rowStride = rowStride
      self.pixelStride = pixelStride
      self.firstRow = firstRow
      self.endRow = endRow
      self.firstColumn = firstColumn
      self.endColumn = endColumn
    }
  }

  /// points ← Bᵀ·d·B for a patch d of 5 × 5 pixels.
  package typealias TransformPixels =
    @Sendable (_ pixels: Input, _ window: Window, _ channels: Int, _ points: Output, _ pointStride: Int) ->
    Void
  package let transformPatch: TransformPixels
  /// points ← A·d·Aᵀ for a tile d of 4 × 4 pixels.
  package let transformTile: TransformPixels
  /// points ← G·w·Gᵀ for 2 × 2 taps, tap (i, j) at i · `rowStride` + j · `tapStride`. Processes one panel of
  /// the product: `depth` rows of `ProductKernels.tileColumns` channels, `depthStride` apart.
  package typealias TransformTaps =
    @Sendable (
      _ taps: Input, _ rowStride: Int, _ tapStride: Int, _ depthStride: Int, _ depth: Int, _ points: Output,
      _ pointStride: Int
    ) -> Void
  package let transformTaps: TransformTaps
  /// A tile of 4 × 4 pixels ← Aᵀ·m·A of its points m.
  package let makeTile:
    @Sendable (_ points: Input, _ pointStride: Int, _ channels: Int, _ pixels: Output, _ window: Window) ->
      Void
  /// 2 × 2 taps += Gᵀ·m·G of their points m.
  package let addTaps:
    @Sendable (
      _ points: Input, _ pointStride: Int, _ channels: Int, _ taps: Output, _ rowStride: Int, _ tapStride: Int
    ) -> Void

  package init(
    transformPatch: @escaping TransformPixels, transformTile: @escaping TransformPixels,
    transformTaps: @escaping TransformTaps,
    makeTile: @escaping @Sendable (Input, Int, Int, Output, Window) -> Void,
    addTaps: @escaping @Sendable (Input, Int, Int, Output, Int, Int) -> Void
  ) {
    self.transformPatch = transformPatch
    self.transformTile = transformTile
    self.transformTaps = transformTaps
    self.makeTile = makeTile
    self.addTaps = addTaps
  }
}
