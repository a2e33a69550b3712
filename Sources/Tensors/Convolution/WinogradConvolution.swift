import Kernels

/// The three products of a convolution with a 4 × 4 kernel and stride 2, with 2.56 times fewer
/// multiplications than the direct computation.
///
/// Such a convolution is the sum of four convolutions with 2 × 2 taps and stride 1, one for each phase of the
/// large image. Its transpose is four of them side by side. Each is computed in tiles of 4 × 4 outputs. The 5
/// × 5 pixels that a tile reads, the 2 × 2 taps and the tile's gradient are transformed to 25 points. At each
/// point, a matrix product over the channels remains: 25 products instead of 64 (Lavin & Gray, "Fast
/// algorithms for convolutional neural networks", CVPR 2016). The constants of the transforms, up to 8,
/// amplify rounding a little. Errors relative to the largest result are below 1e-5 for up to 1,024 channels.
///
/// Tiles are processed in stretches that stay in the cache, in two steps each. First all threads transform
/// pixels. Then each takes a group of output channels, transforms its weights and multiplies. Weights are
/// thus transformed where they are used, and there is no transformed copy that could become stale.
///
/// The order of an element's sum depends only on the geometry.
package struct WinogradConvolution {
  let product: ConvolutionProduct

  /// Maximum number of tiles transformed at a time: 27 panels of the product.
  private static let stretchLimit = 27 * ProductKernels.tileRows
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
    let (height, width) = (product.vertical.small, product.horizontal.small)
    let tiled = tileRowCount * tileColumnCount * WinogradKernels.tileSize * WinogradKernels.tileSize
    guard 5 * tiled <= 9 * height * width, tilesPerImage > 1 || !product.sparesSingleTiles else { return nil }
  }

  // MARK: - Tiles

  var tileRowCount: Int { tileCount(product.vertical) }
  var tileColumnCount: Int { tileCount(product.horizontal) }
  var tilesPerImage: Int { tileRowCount * tileColumnCount }

  /// The number of tiles along an axis, the same for both directions: it covers the small side, or half of
  /// the large side if that is more.
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

  /// The layout of a stretch's transformed pixels: 25 matrices of tiles × channels for every phase.
  struct Points {
    let tileCapacity: Int
    let channels: Int
    let phaseCount: Int

    /// The strides of rows and matrices avoid multiples of 4 KiB, the size of a cache way.
    var tileStride: Int { channels + 16 }
    var pointStride: Int { tileCapacity * tileStride + 16 }
    var phaseStride: Int { WinogradKernels.pointCount * pointStride }
    var count: Int { phaseCount * phaseStride }
  }

  /// Maximum number of tiles in a stretch.
  func stretchTiles(channels: Int, phaseCount: Int) -> Int {
    let perTile = phaseCount * WinogradKernels.pointCount * (channels + 16)
    return min(Self.stretchLimit, max(ProductKernels.tileRows, Self.stretchCapacity / perTile))
  }

  /// The layout for `rows` images with this many channels, `phaseCount` phases at a time.
  func points(channels: Int, phaseCount: Int, rows: Int) -> Points {
    let limit = stretchTiles(channels: channels, phaseCount: phaseCount)
    return Points(
      tileCapacity: min(limit, rows * tilesPerImage), channels: channels, phaseCount: phaseCount)
  }

  /// points ← Bᵀ·d·B for the patches that `tiles` read in `source`, for `layout.phaseCount` phases of
  /// `direction`, starting at `firstPhase`.
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

  /// The number of floats that each of the three products needs for `rows` images.
  func scratchCount(rows: Int, context: Context) -> Int {
    max(
      imageScratchCount(.correlation, rows: rows, context: context),
      imageScratchCount(.spreading, rows: rows, context: context),
      gradientScratchCount(rows: rows, context: context))
  }
}
