import Kernels

/// The three products of a convolution with a 4 × 4 kernel and stride 2, with fewer multiplications than the
/// direct computation: 2.56 times fewer in float32, 1.78 times in bfloat16.
///
/// Such a convolution is the sum of four convolutions with 2 × 2 taps and stride 1, one for each phase of the
/// large image. Its transpose is four of them side by side. Each is computed in tiles of t × t outputs. The
/// (t + 1)² pixels that a tile reads, the 2 × 2 taps and the tile's gradient are transformed to (t + 1)² points.
/// At each point, a matrix product over the channels remains (Lavin & Gray, "Fast algorithms for convolutional
/// neural networks", CVPR 2016).
///
/// In float32, t is 4: 25 products instead of 64. The constants of the transforms, up to 8, amplify rounding a
/// little. Errors relative to the largest result are below 1e-5 for up to 1,024 channels. In bfloat16, points are
/// rounded, and these constants would amplify the error six times. There, t is 2: 9 products instead of 16, by
/// transforms that only add and subtract.
///
/// Tiles are processed in stretches that stay in the cache, in two steps each. First all threads transform
/// pixels. Then each takes a group of output channels, transforms its weights and multiplies. Training thus
/// transforms weights where they are used, and there is no transformed copy that could become stale. Inference in
/// bfloat16 uses weights that were transformed beforehand (`PackedKernel`).
///
/// The order of an element's sum depends only on the geometry.
package struct WinogradConvolution {
  let product: ConvolutionProduct
  /// The number of outputs of a tile along one axis.
  let tileSize: Int
  /// The number of products of a tile per pair of channels.
  let pointCount: Int

  /// Maximum number of outputs whose tiles are transformed at a time: 27 panels of tiles of 4 × 4.
  private static let stretchLimit = 16 * 27 * ProductKernels.tileRows
  /// Floats of transformed pixels: 8 MiB, which fits in the third-level cache.
  private static let stretchCapacity = 1 << 21
  /// The number of input channels multiplied at a time.
  static let blockDepth = 256
  /// The number of output channels per task.
  static let groupColumns = 32
  static let phaseCount = 4

  /// Returns nil if the direct computation is as fast: for other windows, channels that do not fill vectors,
  /// and images whose tiles would be half empty.
  package init?(_ product: ConvolutionProduct, context: Context) {
    func fits(_ axis: ConvolutionAxis) -> Bool {
      axis.window.kernel == 4 && axis.window.stride == 2 && axis.small > 2 && axis.large > 1
    }
    guard context.usesWinograd, fits(product.vertical), fits(product.horizontal),
      product.largeChannels % WinogradKernels.channelMultiple == 0,
      product.smallChannels % WinogradKernels.channelMultiple == 0
    else { return nil }
    self.product = product
    (tileSize, pointCount) = (context.winograd.tileSize, context.winograd.pointCount)
    let (height, width) = (product.vertical.small, product.horizontal.small)
    let outputs = tilesPerImage * tileSize * tileSize
    guard 5 * outputs <= 9 * height * width else { return nil }
    if tilesPerImage == 1, product.sparesSingleTiles { return nil }
  }

  // MARK: - Tiles

  var tileRowCount: Int { tileCount(product.vertical) }
  var tileColumnCount: Int { tileCount(product.horizontal) }
  var tilesPerImage: Int { tileRowCount * tileColumnCount }

  /// The number of tiles along an axis, the same for both directions: it covers the small side, or half of
  /// the large side if that is more.
  private func tileCount(_ axis: ConvolutionAxis) -> Int {
    let positions = max(axis.small, (axis.large + 1) / 2)
    return (positions + tileSize - 1) / tileSize
  }

  func place(_ tile: Int) -> (image: Int, row: Int, column: Int) {
    let (image, inImage) = tile.quotientAndRemainder(dividingBy: tilesPerImage)
    let (row, column) = inImage.quotientAndRemainder(dividingBy: tileColumnCount)
    return (image, row, column)
  }

  func axes(_ direction: ConvolutionProduct.Direction, phase: Int) -> (
    vertical: WinogradAxis, horizontal: WinogradAxis
  ) {
    let (y, x) = phase.quotientAndRemainder(dividingBy: 2)
    switch direction {
    case .correlation:
      return (product.vertical.correlationPhase(y), product.horizontal.correlationPhase(x))
    case .spreading: return (product.vertical.spreadingPhase(y), product.horizontal.spreadingPhase(x))
    }
  }

  // MARK: - Transformed pixels

  /// The layout of a stretch's transformed pixels: for every phase and point, a matrix of lanes. A row is a tile,
  /// with its channels in lanes. In the gradient of the weights, where the product sums over tiles, a row is as
  /// many tiles as share a lane.
  struct Points {
    let pointCount: Int
    let rowCapacity: Int
    let lanes: Int
    let phaseCount: Int

    /// The strides of rows and matrices avoid multiples of 4 KiB, the size of a cache way.
    var rowStride: Int { lanes + 16 }
    var pointStride: Int { rowCapacity * rowStride + 16 }
    var phaseStride: Int { pointCount * pointStride }
    var count: Int { phaseCount * phaseStride }
  }

  /// Maximum number of tiles in a stretch whose tiles have this many numbers at each point.
  func stretchTiles(width: Int, phaseCount: Int) -> Int {
    let perTile = phaseCount * pointCount * (width + 16)
    return min(
      Self.stretchLimit / (tileSize * tileSize), max(ProductKernels.tileRows, Self.stretchCapacity / perTile))
  }

  /// The patch that a tile reads in images of this many channels: the position of its first pixel, which may lie
  /// outside the image, and its pixels.
  func patch(
    _ tile: Int, _ axes: (vertical: WinogradAxis, horizontal: WinogradAxis), channels: Int
  ) -> (start: Int, window: WinogradKernels.Window) {
    let (vertical, horizontal) = axes
    let (image, row, column) = place(tile)
    let y = vertical.patch(row, tileSize: tileSize)
    let x = horizontal.patch(column, tileSize: tileSize)
    let pixel = (image * vertical.sourceCount + y.start) * horizontal.sourceCount + x.start
    let window = WinogradKernels.Window(
      rowStride: vertical.sourceStep * horizontal.sourceCount * channels,
      pixelStride: horizontal.sourceStep * channels, firstRow: y.first, endRow: y.end,
      firstColumn: x.first, endColumn: x.end)
    return (pixel * channels, window)
  }

  // MARK: - Scratch

  /// The number of floats that each of the three products needs for `rows` images.
  func scratchCount(rows: Int, context: Context) -> Int {
    max(
      imageScratchCount(.correlation, rows: rows, context: context),
      imageScratchCount(.spreading, rows: rows, context: context),
      gradientScratchCount(rows: rows, context: context))
  }
}
