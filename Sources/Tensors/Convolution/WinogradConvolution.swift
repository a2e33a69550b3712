import Kernels

/// The three products of a convolution with a 4 × 4 kernel and stride 2, in 2.56 times fewer
/// multiplications than their definition.
///
/// Such a convolution is the sum of four with 2 × 2 taps and stride 1, one for each phase of the
/// large image; its transpose is four of them side by side. Each is worked in tiles of 4 × 4 outputs:
/// the 5 × 5 pixels that a tile sees, the 2 × 2 taps and the tile's gradient are transformed to 25
/// points, at which all that is left are matrix products over the channels, 25 instead of 64 (Lavin
/// & Gray, "Fast algorithms for convolutional neural networks", CVPR 2016). The transforms' constants
/// up to 8 amplify rounding a little: errors relative to the largest result are below 1e-5 for
/// up to 1,024 channels.
///
/// Tiles are worked in stretches that stay in the cache, each in two steps: all threads transform
/// pixels, then each takes a group of output channels, transforms its weights and multiplies. So
/// weights are transformed where they are used, and nothing is kept of them that could go stale.
///
/// An element is summed in an order that depends on the geometry alone.
package struct WinogradConvolution {
  let product: ConvolutionProduct

  /// Tiles transformed at a time, at most: 27 panels of the product.
  private static let stretchLimit = 27 * ProductKernels.tileRows
  /// Floats of transformed pixels: 8 MiB, which the third-level cache holds.
  private static let stretchCapacity = 1 << 21
  /// Input channels multiplied at a time.
  static let blockDepth = 256
  /// Output channels of one task.
  static let groupColumns = 32
  static let phaseCount = 4

  /// Nil where the definition is as fast: other windows, channels that do not fill vectors, images
  /// whose tiles would be half empty.
  package init?(_ product: ConvolutionProduct, context: Context) {
    func fits(_ axis: ConvolutionAxis) -> Bool {
      axis.window.kernel == 4 && axis.window.stride == 2 && axis.small > 2 && axis.large > 1
    }
    guard context.usesWinograd, fits(product.vertical), fits(product.horizontal),
      product.largeChannels % WinogradKernels.channelMultiple == 0,
      product.smallChannels % WinogradKernels.channelMultiple == 0
    else { return nil }
    self.product = product
    let (height, width) = (product.vertical.small, product.horizontal.small)
    let tiled = tileRowCount * tileColumnCount * WinogradKernels.tileSize * WinogradKernels.tileSize
    guard 5 * tiled <= 9 * height * width, tilesPerImage > 1 || !product.sparesSingleTiles else { return nil }
  }

  // MARK: - Tiles

  var tileRowCount: Int { tileCount(product.vertical) }
  var tileColumnCount: Int { tileCount(product.horizontal) }
  var tilesPerImage: Int { tileRowCount * tileColumnCount }

  /// Both directions have as many: the small side's, or half of the large side's if that is more.
  private func tileCount(_ axis: ConvolutionAxis) -> Int {
    let positions = max(axis.small, (axis.large + 1) / 2)
    return (positions + WinogradKernels.tileSize - 1) / WinogradKernels.tileSize
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

  /// How transformed pixels of a stretch lie: for every phase 25 matrices of tiles × channels.
  struct Points {
    let tileCapacity: Int
    let channels: Int
    let phaseCount: Int

    /// Rows and matrices keep clear of multiples of the cache's 4 KiB ways.
    var tileStride: Int { channels + 16 }
    var pointStride: Int { tileCapacity * tileStride + 16 }
    var phaseStride: Int { WinogradKernels.pointCount * pointStride }
    var count: Int { phaseCount * phaseStride }
  }

  /// Tiles of a stretch, at most.
  func stretchTiles(channels: Int, phaseCount: Int) -> Int {
    let perTile = phaseCount * WinogradKernels.pointCount * (channels + 16)
    return min(Self.stretchLimit, max(ProductKernels.tileRows, Self.stretchCapacity / perTile))
  }

  /// The layout for `rows` images of this many channels, `phaseCount` phases at a time.
  func points(channels: Int, phaseCount: Int, rows: Int) -> Points {
    let limit = stretchTiles(channels: channels, phaseCount: phaseCount)
    return Points(
      tileCapacity: min(limit, rows * tilesPerImage), channels: channels, phaseCount: phaseCount)
  }

  /// points ← Bᵀ·d·B of the patches that `tiles` see in `source`, for `layout.phaseCount` phases of
  /// `direction` from `firstPhase` on.
  func transformPatches(
    _ source: UnsafePointer<Float>, _ direction: ConvolutionProduct.Direction, firstPhase: Int,
    _ tiles: Range<Int>, _ layout: Points, into points: UnsafeMutablePointer<Float>, isSmall: Bool,
    _ context: Context
  ) {
    let share = 8
    let shareCount = (tiles.count + share - 1) / share
    let transform = context.kernels.winograd.transformPatch
    context.parallelSlots(layout.phaseCount * shareCount, isSmall: isSmall) { _, task in
      let (phase, index) = task.quotientAndRemainder(dividingBy: shareCount)
      let (vertical, horizontal) = axes(direction, phase: firstPhase + phase)
      let start = tiles.lowerBound + index * share
      for tile in start..<min(tiles.upperBound, start + share) {
        let (image, row, column) = place(tile)
        let (y, x) = (vertical.patch(row), horizontal.patch(column))
        let pixel = (image * vertical.sourceCount + y.start) * horizontal.sourceCount + x.start
        let window = WinogradKernels.Window(
          rowStride: vertical.sourceStep * horizontal.sourceCount * layout.channels,
          pixelStride: horizontal.sourceStep * layout.channels, firstRow: y.first, endRow: y.end,
          firstColumn: x.first, endColumn: x.end)
        transform(
          source + pixel * layout.channels, window, layout.channels,
          points + (phase * layout.phaseStride + (tile - tiles.lowerBound) * layout.tileStride),
          layout.pointStride)
      }
    }
  }

  // MARK: - Scratch

  /// Floats that any of the three products needs for `rows` images.
  func scratchCount(rows: Int, context: Context) -> Int {
    max(
      imageScratchCount(.correlation, rows: rows, context: context),
      imageScratchCount(.spreading, rows: rows, context: context),
      gradientScratchCount(rows: rows, context: context))
  }
}
