/// The transforms of Winograd's convolution. See `WinogradConvolution` in Tensors for the algorithm,
/// `Kernels/Winograd.swift` for the matrices of tiles of 4 × 4 outputs, and `Kernels/SmallWinograd.swift` for
/// those of 2 × 2.
///
/// A table has two sets of these kernels: tiles of 4 × 4 whose points are floats, and tiles of 2 × 2 whose points
/// are rounded to bfloat16. Points are stored in lanes, as the products of the same precision read them. A lane
/// that holds two elements holds two adjacent channels if channels are the depth of the product, or the same
/// channel of two tiles if the product sums over tiles.
///
/// Lane i of point p is at `points[p * pointStride + i]`. The number of channels is a multiple of
/// `channelMultiple`.
package struct WinogradKernels: Sendable {
  package typealias Input = UnsafePointer<Float>
  package typealias Output = UnsafeMutablePointer<Float>

  /// The number of outputs of a tile along one axis, t.
  package let tileSize: Int
  /// The number of products of a tile per pair of channels: (t + 2 − 1)².
  package var pointCount: Int { (tileSize + 1) * (tileSize + 1) }
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

  /// points ← Bᵀ·d·B for a patch d of t + 1 × t + 1 pixels, whose channels are the depth of the product.
  package let transformPatch:
    @Sendable (_ pixels: Input, _ window: Window, _ channels: Int, _ points: Output, _ pointStride: Int) ->
      Void
  /// points ← Bᵀ·d·B for the patches of the one or two tiles that share lanes. With one, the second is ignored.
  package typealias TransformTiles =
    @Sendable (
      _ first: Input, _ firstWindow: Window, _ second: Input, _ secondWindow: Window, _ channels: Int,
      _ points: Output, _ pointStride: Int
    ) -> Void
  package let transformPatches: TransformTiles
  /// points ← A·d·Aᵀ for one or two tiles d of t × t pixels.
  package let transformTiles: TransformTiles
  /// points ← G·w·Gᵀ for 2 × 2 taps, tap (i, j) at i · `rowStride` + j · `tapStride`. Processes one panel of
  /// the product: `depth` rows of `ProductKernels.tileColumns` channels, `depthStride` apart. `depth` is a multiple
  /// of the number of elements in a lane.
  package typealias TransformTaps =
    @Sendable (
      _ taps: Input, _ rowStride: Int, _ tapStride: Int, _ depthStride: Int, _ depth: Int, _ points: Output,
      _ pointStride: Int
    ) -> Void
  package let transformTaps: TransformTaps
  /// A tile of t × t pixels ← Aᵀ·m·A of its points m.
  package let makeTile:
    @Sendable (_ points: Input, _ pointStride: Int, _ channels: Int, _ pixels: Output, _ window: Window) ->
      Void
  /// 2 × 2 taps += Gᵀ·m·G of their points m.
  package let addTaps:
    @Sendable (
      _ points: Input, _ pointStride: Int, _ channels: Int, _ taps: Output, _ rowStride: Int, _ tapStride: Int
    ) -> Void

  package init(
    tileSize: Int, transformPatch: @escaping @Sendable (Input, Window, Int, Output, Int) -> Void,
    transformPatches: @escaping TransformTiles, transformTiles: @escaping TransformTiles,
    transformTaps: @escaping TransformTaps,
    makeTile: @escaping @Sendable (Input, Int, Int, Output, Window) -> Void,
    addTaps: @escaping @Sendable (Input, Int, Int, Output, Int, Int) -> Void
  ) {
    self.tileSize = tileSize
    self.transformPatch = transformPatch
    self.transformPatches = transformPatches
    self.transformTiles = transformTiles
    self.transformTaps = transformTaps
    self.makeTile = makeTile
    self.addTaps = addTaps
  }
}
