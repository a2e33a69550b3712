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
    let width: Int

    /// Avoids multiples of 4 KiB.
    var resultPointStride: Int { blockRows * blockColumns + 16 }
    var resultCount: Int { WinogradKernels.pointCount * resultPointStride }
    var slotStride: Int {
      resultCount + ConvolutionProduct.padded(ProductKernels.tileRows * width, to: 16)
    }
  }

  private func plan(_ rows: Int, _ context: Context) -> Plan {
    let patches = points(channels: product.largeChannels, phaseCount: 1, rows: rows)
    let tiles = Points(
      tileCapacity: patches.tileCapacity, channels: product.smallChannels, phaseCount: 1)
    return Plan(patches: patches, tiles: tiles, width: context.kernels.product.tileColumns)
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
    var start = 0
    while start < tileCount {
      let tiles = start..<min(tileCount, start + plan.patches.tileCapacity)
      transformTiles(small, tiles, plan.tiles, into: tilePoints, isSmall: isSmall, context)
      for phase in 0..<Self.phaseCount {
        transformPatches(
          large, .correlation, firstPhase: phase, tiles, plan.patches, into: scratch, isSmall: isSmall,
          context)
        context.parallelSlots(rowBlocks * columnBlocks, isSmall: isSmall) { slot, task in
          let (rowBlock, columnBlock) = task.quotientAndRemainder(dividingBy: columnBlocks)
          let row = rowBlock * rowShare
          let column = columnBlock * Self.blockColumns
          addBlock(
            tilePoints, scratch, phase, tiles.count, row..<min(product.smallChannels, row + rowShare),
            column..<min(product.largeChannels, column + Self.blockColumns), plan,
            slots + slot * plan.slotStride, dWeight, context)
        }
      }
      start = tiles.upperBound
    }
  }

  /// points ← A·d·Aᵀ for `tiles` of the small side.
  private func transformTiles(
    _ small: UnsafePointer<Float>, _ tiles: Range<Int>, _ layout: Points,
    into points: UnsafeMutablePointer<Float>, isSmall: Bool, _ context: Context
  ) {
    let size = WinogradKernels.tileSize
    let image = product.small
    let transform = context.kernels.winograd.transformTile
    context.parallelSlots(tiles.count, isSmall: isSmall) { _, index in
      let (imageIndex, row, column) = place(tiles.lowerBound + index)
      let (y, x) = (row * size, column * size)
      let window = WinogradKernels.Window(
        rowStride: image.width * image.channels, pixelStride: image.channels, firstRow: 0,
        endRow: min(size, image.height - y), firstColumn: 0, endColumn: min(size, image.width - x))
      transform(
        small + ((imageIndex * image.height + y) * image.width + x) * image.channels, window,
        layout.channels, points + index * layout.tileStride, layout.pointStride)
    }
  }

  /// Adds the gradient of one phase's taps for a block of channels.
  private func addBlock(
    _ tiles: UnsafePointer<Float>, _ patches: UnsafePointer<Float>, _ phase: Int, _ tileCount: Int,
    _ rows: Range<Int>, _ columns: Range<Int>, _ plan: Plan, _ results: UnsafeMutablePointer<Float>,
    _ dWeight: UnsafeMutablePointer<Float>, _ context: Context
  ) {
    let multiply = context.kernels.product.multiplyPlain
    let tile = results + plan.resultCount
    for point in 0..<WinogradKernels.pointCount {
      multiply(
        tiles + (point * plan.tiles.pointStride + rows.lowerBound), 1, plan.tiles.tileStride, rows.count,
        patches + (point * plan.patches.pointStride + columns.lowerBound), plan.width,
        plan.patches.tileStride, columns.count, tileCount, results + point * plan.resultPointStride,
        Self.blockColumns, false, tile)
    }
    let (vertical, horizontal) = axes(.correlation, phase: phase)
    let channels = product.largeChannels
    let tap = (vertical.firstTap * 4 + horizontal.firstTap) * channels
    for row in rows {
      context.kernels.winograd.addTaps(
        results + (row - rows.lowerBound) * Self.blockColumns, plan.resultPointStride, columns.count,
        dWeight + (row * product.weightStride + tap + columns.lowerBound), vertical.tapStep * 4 * channels,
        horizontal.tapStep * channels)
    }
  }
}
