import Kernels

/// The gradient of the weights. At every point, it is the transformed tiles of the small side's gradient,
/// transposed, times the transformed patches of the large side, summed over tiles.
extension WinogradConvolution {
  /// The number of small and large channels per task.
  private static let blockRows = 16 * ProductKernels.tileRows
  private static let blockColumns = 64

  private struct Plan {
    let patches: Points
    let tiles: Points
    /// The number of tiles in a stretch, and in a lane.
    let tileCapacity: Int
    let perLane: Int
    let width: Int

    /// Avoids multiples of 4 KiB.
    var resultPointStride: Int { blockRows * blockColumns + 16 }
    var resultCount: Int { patches.pointCount * resultPointStride }
    var slotStride: Int {
      resultCount + ConvolutionProduct.padded(ProductKernels.tileRows * width, to: 16)
    }
  }

  private func plan(_ rows: Int, _ context: Context) -> Plan {
    // Not a number of lanes: the sums must not depend on how many tiles share one.
    let limit = stretchTiles(width: product.largeChannels, phaseCount: 1)
    let tileCapacity = min(limit, rows * tilesPerImage)
    func points(channels: Int) -> Points {
      Points(
        pointCount: pointCount, rowCapacity: context.product.lanes(tileCapacity), lanes: channels,
        phaseCount: 1)
    }
    return Plan(
      patches: points(channels: product.largeChannels), tiles: points(channels: product.smallChannels),
      tileCapacity: tileCapacity, perLane: context.product.depthPerLane, width: context.product.tileColumns)
  }

  func gradientScratchCount(rows: Int, context: Context) -> Int {
    let plan = plan(rows, context)
    return plan.patches.count + plan.tiles.count + context.threadCount * plan.slotStride
  }

  /// dWeight += Σ small · large, over `rows` images.
  func addWeightGradient(
    small: UnsafePointer<Float>, large: UnsafePointer<Float>, into dWeight: UnsafeMutablePointer<Float>,
    rows: Int, scratch: UnsafeMutablePointer<Float>, context: Context
  ) {
    let plan = plan(rows, context)
    let tilePoints = scratch + plan.patches.count
    let slots = tilePoints + plan.tiles.count
    let tileCount = rows * tilesPerImage
    let isSmall = tileCount * product.weightCount < ConvolutionProduct.smallWork / 8
    let rowBlocks = (product.smallChannels + Self.blockRows - 1) / Self.blockRows
    let rowShare = (product.smallChannels + rowBlocks - 1) / rowBlocks
    let columnBlocks = (product.largeChannels + Self.blockColumns - 1) / Self.blockColumns
    let winograd = context.winograd
    var start = 0
    while start < tileCount {
      let tiles = start..<min(tileCount, start + plan.tileCapacity)
      transform(
        tiles, plan, by: winograd.transformTiles, plan.tiles, into: tilePoints, isSmall: isSmall, context
      ) { index in
        let tile = tile(index)
        return (small + tile.start, tile.window)
      }
      for phase in 0..<Self.phaseCount {
        let axes = axes(.correlation, phase: phase)
        transform(
          tiles, plan, by: winograd.transformPatches, plan.patches, into: scratch, isSmall: isSmall, context
        ) { index in
          let patch = patch(index, axes, channels: product.largeChannels)
          return (large + patch.start, patch.window)
        }
        context.parallelSlots(rowBlocks * columnBlocks, isSmall: isSmall) { slot, task in
          let (rowBlock, columnBlock) = task.quotientAndRemainder(dividingBy: columnBlocks)
          let row = rowBlock * rowShare
          let column = columnBlock * Self.blockColumns
          addBlock(
            tilePoints, scratch, phase, context.product.lanes(tiles.count),
            row..<min(product.smallChannels, row + rowShare),
            column..<min(product.largeChannels, column + Self.blockColumns), plan,
            slots + slot * plan.slotStride, dWeight, context)
        }
      }
      start = tiles.upperBound
    }
  }

  /// points ← the transforms of `tiles`, or of the patches that they read. `pixels` gives the pixels of one.
  private func transform(
    _ tiles: Range<Int>, _ plan: Plan, by kernel: WinogradKernels.TransformTiles, _ layout: Points,
    into points: UnsafeMutablePointer<Float>, isSmall: Bool, _ context: Context,
    pixels: (_ tile: Int) -> (UnsafePointer<Float>, WinogradKernels.Window)
  ) {
    context.parallelSlots(context.product.lanes(tiles.count), isSmall: isSmall) { _, row in
      let index = tiles.lowerBound + row * plan.perLane
      let (first, firstWindow) = pixels(index)
      // The last tile may have no other to share its lanes with.
      var (second, secondWindow) = (first, firstWindow)
      if index + 1 < tiles.upperBound {
        (second, secondWindow) = pixels(index + 1)
      } else {
        secondWindow.endRow = 0
      }
      kernel(
        first, firstWindow, second, secondWindow, layout.lanes, points + row * layout.rowStride,
        layout.pointStride)
    }
  }

  /// A tile of the small side: the position of its first pixel, and its pixels.
  private func tile(_ index: Int) -> (start: Int, window: WinogradKernels.Window) {
    let image = product.small
    let (imageIndex, row, column) = place(index)
    let (y, x) = (row * tileSize, column * tileSize)
    let window = WinogradKernels.Window(
      rowStride: image.width * image.channels, pixelStride: image.channels, firstRow: 0,
      endRow: min(tileSize, image.height - y), firstColumn: 0, endColumn: min(tileSize, image.width - x))
    return (((imageIndex * image.height + y) * image.width + x) * image.channels, window)
  }

  /// Adds the gradient of one phase's taps for a block of channels. `depth` is the number of lanes of tiles.
  private func addBlock(
    _ tiles: UnsafePointer<Float>, _ patches: UnsafePointer<Float>, _ phase: Int, _ depth: Int,
    _ rows: Range<Int>, _ columns: Range<Int>, _ plan: Plan, _ results: UnsafeMutablePointer<Float>,
    _ dWeight: UnsafeMutablePointer<Float>, _ context: Context
  ) {
    let multiply = context.product.multiplyPlain
    let tile = results + plan.resultCount
    for point in 0..<pointCount {
      multiply(
        tiles + (point * plan.tiles.pointStride + rows.lowerBound), 1, plan.tiles.rowStride, rows.count,
        patches + (point * plan.patches.pointStride + columns.lowerBound), plan.width,
        plan.patches.rowStride, columns.count, depth, results + point * plan.resultPointStride,
        Self.blockColumns, false, tile)
    }
    let (vertical, horizontal) = axes(.correlation, phase: phase)
    let channels = product.largeChannels
    let tap = (vertical.firstTap * 4 + horizontal.firstTap) * channels
    for row in rows {
      context.winograd.addTaps(
        results + (row - rows.lowerBound) * Self.blockColumns, plan.resultPointStride, columns.count,
        dWeight + (row * product.weightStride + tap + columns.lowerBound), vertical.tapStep * 4 * channels,
        horizontal.tapStep * channels)
    }
  }
}
