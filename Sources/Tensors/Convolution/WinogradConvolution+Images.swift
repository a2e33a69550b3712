import CShims
import Kernels

/// Pixels times weights, for both directions.
extension WinogradConvolution {
  /// The pixels of a tile are scattered in the output, and are prefetched this many tiles before they are written.
  private static let prefetchDistance = 4

  /// The layout of a direction's scratch buffer: transformed pixels, then one area per thread. An area holds
  /// a block of weights, that block transformed, a group's results at all points, and a tile.
  private struct Plan {
    let points: Points
    let inputChannels: Int
    let outputChannels: Int
    let width: Int
    /// The number of channels in a lane.
    let perLane: Int
    /// The number of phases that are separate outputs, and how many of them are processed side by side. The
    /// other phases are summed.
    let outputPhases: Int
    let concurrentPhases: Int

    var summedPhases: Int { points.phaseCount / concurrentPhases }
    var blockDepth: Int { min(WinogradConvolution.blockDepth, inputChannels) }
    /// The distance between points of the transformed weights; avoids multiples of 4 KiB.
    var weightPointStride: Int { blockDepth / perLane * WinogradConvolution.groupColumns + 16 }
    var resultPointStride: Int { points.rowCapacity * WinogradConvolution.groupColumns + 16 }
    /// One panel of weights per tap.
    var tapCount: Int { 4 * blockDepth * width }
    var weightCount: Int { points.pointCount * weightPointStride }
    var groupCount: Int {
      (outputChannels + WinogradConvolution.groupColumns - 1) / WinogradConvolution.groupColumns
    }
    var blockCount: Int { (inputChannels + blockDepth - 1) / blockDepth }
    /// The place of a block of weights among those that are transformed beforehand.
    func packedBlock(_ phase: Int, _ channel: Int, _ columns: Range<Int>) -> Int {
      let group = columns.lowerBound / WinogradConvolution.groupColumns
      return (phase * blockCount + channel / blockDepth) * groupCount + group
    }
    var resultCount: Int { points.pointCount * resultPointStride }
    var slotStride: Int {
      tapCount + weightCount + resultCount
        + ConvolutionProduct.padded(ProductKernels.tileRows * width, to: 16)
    }
  }

  private func plan(_ direction: ConvolutionProduct.Direction, _ rows: Int, _ context: Context) -> Plan {
    let isCorrelation = direction == .correlation
    let (large, small) = (product.largeChannels, product.smallChannels)
    let inputChannels = isCorrelation ? large : small
    let lanes = context.product.lanes(inputChannels)
    let concurrentPhases = !isCorrelation && rows <= concurrentRows(context) ? Self.phaseCount : 1
    let phaseCount = isCorrelation ? Self.phaseCount : concurrentPhases
    let limit = stretchTiles(width: lanes, phaseCount: phaseCount)
    let points = Points(
      pointCount: pointCount, rowCapacity: min(limit, rows * tilesPerImage), lanes: lanes,
      phaseCount: phaseCount)
    return Plan(
      points: points, inputChannels: inputChannels, outputChannels: isCorrelation ? small : large,
      width: context.product.tileColumns, perLane: context.product.depthPerLane,
      outputPhases: isCorrelation ? 1 : Self.phaseCount, concurrentPhases: concurrentPhases)
  }

  /// Maximum number of images with few tiles, such as a single image, for which all phases are spread at
  /// once. The threads then synchronize twice instead of eight times.
  private func concurrentRows(_ context: Context) -> Int {
    let lanes = context.product.lanes(product.smallChannels)
    return stretchTiles(width: lanes, phaseCount: Self.phaseCount) / tilesPerImage
  }

  /// The number of floats for `rows` images or fewer.
  func imageScratchCount(
    _ direction: ConvolutionProduct.Direction, rows: Int, context: Context
  ) -> Int {
    let counts = [rows, min(rows, concurrentRows(context))].map { rows in
      let plan = plan(direction, rows, context)
      return plan.points.count + context.threadCount * plan.slotStride
    }
    return counts.max() ?? 0
  }

  /// output ← act(product + bias), for `rows` images. `packed` are the transformed weights, if available.
  func multiply(
    _ direction: ConvolutionProduct.Direction, _ source: UnsafePointer<Float>,
    _ weight: UnsafePointer<Float>, _ packed: PackedKernel?, _ output: UnsafeMutablePointer<Float>,
    _ rows: Int,
    _ bias: UnsafePointer<Float>?, _ activation: Activation, _ scratch: UnsafeMutablePointer<Float>,
    _ context: Context
  ) {
    let plan = plan(direction, rows, context)
    let slots = scratch + plan.points.count
    let tileCount = rows * tilesPerImage
    let groupCount = plan.groupCount
    let isSmall = tileCount * product.weightCount < ConvolutionProduct.smallWork / 8
    let stretch = plan.points.rowCapacity
    let stretchCount = (tileCount + stretch - 1) / stretch
    let turnCount = plan.outputPhases / plan.concurrentPhases
    for step in 0..<stretchCount * turnCount {
      let (index, turn) = step.quotientAndRemainder(dividingBy: turnCount)
      let start = index * stretch
      let tiles = start..<min(tileCount, start + stretch)
      let firstPhase = turn * plan.concurrentPhases
      transformPatches(
        source, direction, firstPhase: firstPhase, tiles, plan, into: scratch, isSmall: isSmall, context)
      // A few tasks per thread. Each part transforms its weights again.
      let blockCount = groupCount * plan.concurrentPhases
      let partCount = max(1, min((4 * context.threadCount - 1) / blockCount, tiles.count / 24))
      let share = (tiles.count + partCount - 1) / partCount
      context.parallelSlots(blockCount * partCount, isSmall: isSmall) { slot, task in
        let (block, partIndex) = task.quotientAndRemainder(dividingBy: partCount)
        let (group, phase) = block.quotientAndRemainder(dividingBy: plan.concurrentPhases)
        let first = tiles.lowerBound + partIndex * share
        let part = first..<min(tiles.upperBound, first + share)
        guard !part.isEmpty else { return }
        let column = group * Self.groupColumns
        let columns = column..<min(plan.outputChannels, column + Self.groupColumns)
        let area = slots + slot * plan.slotStride
        let results = area + (plan.tapCount + plan.weightCount)
        let pixels =
          scratch + (phase * plan.points.phaseStride + (part.lowerBound - start) * plan.points.rowStride)
        multiplyPoints(
          pixels, weight, packed?.panels, direction, firstPhase + phase, part.count, columns, plan, area,
          context)
        makeTiles(
          results, direction, firstPhase + phase, part, columns, plan, output, bias, activation, context)
      }
    }
  }

  /// points ← Bᵀ·d·B for the patches that `tiles` read in `source`, for the layout's phases of `direction`,
  /// starting at `firstPhase`.
  private func transformPatches(
    _ source: UnsafePointer<Float>, _ direction: ConvolutionProduct.Direction, firstPhase: Int,
    _ tiles: Range<Int>, _ plan: Plan, into points: UnsafeMutablePointer<Float>, isSmall: Bool,
    _ context: Context
  ) {
    let share = 8
    let shareCount = (tiles.count + share - 1) / share
    let (layout, channels) = (plan.points, plan.inputChannels)
    let transform = context.winograd.transformPatch
    context.parallelSlots(layout.phaseCount * shareCount, isSmall: isSmall) { _, task in
      let (phase, index) = task.quotientAndRemainder(dividingBy: shareCount)
      let axes = axes(direction, phase: firstPhase + phase)
      let start = tiles.lowerBound + index * share
      for tile in start..<min(tiles.upperBound, start + share) {
        let patch = patch(tile, axes, channels: channels)
        transform(
          source + patch.start, patch.window, channels,
          points + (phase * layout.phaseStride + (tile - tiles.lowerBound) * layout.rowStride),
          layout.pointStride)
      }
    }
  }

  /// A slot's results ← transformed pixels · transformed weights, at every point, for one group of output
  /// channels in one output phase.
  private func multiplyPoints(
    _ pixels: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, _ packed: UnsafePointer<Float>?,
    _ direction: ConvolutionProduct.Direction, _ firstPhase: Int, _ tileCount: Int,
    _ columns: Range<Int>, _ plan: Plan, _ area: UnsafeMutablePointer<Float>, _ context: Context
  ) {
    let room = area + plan.tapCount
    let results = room + plan.weightCount
    let tile = results + plan.resultCount
    let multiply = context.product.multiplyPlain
    let layout = plan.points
    for phase in 0..<plan.summedPhases {
      for channel in stride(from: 0, to: plan.inputChannels, by: plan.blockDepth) {
        let depth = min(plan.blockDepth, plan.inputChannels - channel)
        let (firstLane, lanes) = (channel / plan.perLane, depth / plan.perLane)
        let weights: UnsafePointer<Float>
        if let packed {
          weights = packed + plan.packedBlock(firstPhase + phase, channel, columns) * plan.weightCount
        } else {
          transformTaps(
            weight, direction, firstPhase + phase, channel, depth, columns, plan, area, into: room, context)
          weights = UnsafePointer(room)
        }
        for point in 0..<pointCount {
          multiply(
            pixels + (phase * layout.phaseStride + point * layout.pointStride + firstLane),
            layout.rowStride, 1, tileCount, weights + point * plan.weightPointStride,
            lanes * plan.width, plan.width, columns.count, lanes,
            results + point * plan.resultPointStride, Self.groupColumns, phase + channel > 0, tile)
        }
      }
    }
  }

  /// points ← G·w·Gᵀ for the 2 × 2 taps of a phase, in the order in which the product reads them: panels of
  /// output channels, each `depth` input channels deep.
  private func transformTaps(
    _ weight: UnsafePointer<Float>, _ direction: ConvolutionProduct.Direction, _ phase: Int, _ channel: Int,
    _ depth: Int, _ columns: Range<Int>, _ plan: Plan, _ room: UnsafeMutablePointer<Float>,
    into points: UnsafeMutablePointer<Float>, _ context: Context
  ) {
    let (vertical, horizontal) = axes(direction, phase: phase)
    let channels = product.largeChannels
    let transform = context.winograd.transformTaps
    let first = (vertical.firstTap * 4 + horizontal.firstTap) * channels
    let (rowStride, tapStride) = (vertical.tapStep * 4 * channels, horizontal.tapStep * channels)
    for column in stride(from: columns.lowerBound, to: columns.upperBound, by: plan.width) {
      let count = min(plan.width, columns.upperBound - column)
      let panel = points + (column - columns.lowerBound) * (depth / plan.perLane)
      if direction == .spreading, count == plan.width {
        // Output channels are contiguous, as the product needs them.
        transform(
          weight + (channel * product.weightStride + first + column), rowStride, tapStride,
          product.weightStride, depth, panel, plan.weightPointStride)
        continue
      }
      let (depthStride, widthStride) =
        direction == .correlation ? (1, product.weightStride) : (product.weightStride, 1)
      let source = weight + (channel * depthStride + first + column * widthStride)
      let tapCount = depth * plan.width
      for tap in 0..<4 {
        context.kernels.product.packColumns(
          source + (tap / 2 * rowStride + tap % 2 * tapStride), depthStride, widthStride, depth, count,
          room + tap * tapCount)
      }
      transform(room, 2 * tapCount, tapCount, plan.width, depth, panel, plan.weightPointStride)
    }
  }

  // MARK: - Weights transformed beforehand

  /// The number of floats of all transformed weights.
  func packedCount(_ direction: ConvolutionProduct.Direction, context: Context) -> Int {
    let plan = plan(direction, 1, context)
    return Self.phaseCount * plan.blockCount * plan.groupCount * plan.weightCount
  }

  /// Transforms all weights. `room` has space for `packingRoomCount` floats.
  func packWeights(
    _ direction: ConvolutionProduct.Direction, _ weight: UnsafePointer<Float>,
    into blocks: UnsafeMutablePointer<Float>, room: UnsafeMutablePointer<Float>, _ context: Context
  ) {
    let plan = plan(direction, 1, context)
    context.parallelSlots(Self.phaseCount * plan.blockCount * plan.groupCount) { slot, task in
      let (phase, index) = task.quotientAndRemainder(dividingBy: plan.blockCount * plan.groupCount)
      let (block, group) = index.quotientAndRemainder(dividingBy: plan.groupCount)
      let (channel, column) = (block * plan.blockDepth, group * Self.groupColumns)
      let columns = column..<min(plan.outputChannels, column + Self.groupColumns)
      transformTaps(
        weight, direction, phase, channel, min(plan.blockDepth, plan.inputChannels - channel), columns, plan,
        room + slot * plan.tapCount,
        into: blocks + plan.packedBlock(phase, channel, columns) * plan.weightCount,
        context)
    }
  }

  /// The number of floats that `packWeights` needs while it runs.
  func packingRoomCount(_ direction: ConvolutionProduct.Direction, context: Context) -> Int {
    context.threadCount * plan(direction, 1, context).tapCount
  }

  /// Computes the pixels of `tiles` from a group's results.
  private func makeTiles(
    _ results: UnsafePointer<Float>, _ direction: ConvolutionProduct.Direction, _ phase: Int,
    _ tiles: Range<Int>, _ columns: Range<Int>, _ plan: Plan, _ output: UnsafeMutablePointer<Float>,
    _ bias: UnsafePointer<Float>?, _ activation: Activation, _ context: Context
  ) {
    let (vertical, horizontal) = axes(direction, phase: phase)
    let image = direction == .correlation ? product.small : product.large
    let bias = bias.map { $0 + columns.lowerBound }
    let makeTile = context.winograd.makeTile
    let finish = context.kernels.elementwise.finishRow
    let (function, slope) = activation.kernel
    let size = tileSize
    func target(_ tile: Int) -> (pixels: UnsafeMutablePointer<Float>, window: WinogradKernels.Window) {
      let (index, row, column) = place(tile)
      let window = WinogradKernels.Window(
        rowStride: vertical.outputStep * image.width * image.channels,
        pixelStride: horizontal.outputStep * image.channels, firstRow: 0,
        endRow: max(0, min(size, vertical.positionCount - row * size)), firstColumn: 0,
        endColumn: max(0, min(size, horizontal.positionCount - column * size)))
      let y = vertical.firstOutput + row * size * vertical.outputStep
      let x = horizontal.firstOutput + column * size * horizontal.outputStep
      let pixel = ((index * image.height + y) * image.width + x) * image.channels
      return (output + (pixel + columns.lowerBound), window)
    }
    for tile in tiles {
      if tile + Self.prefetchDistance < tiles.upperBound {
        let (pixels, window) = target(tile + Self.prefetchDistance)
        for i in 0..<window.endRow {
          for j in 0..<window.endColumn {
            let pixel = pixels + (i * window.rowStride + j * window.pixelStride)
            shim_prefetch(pixel)
            shim_prefetch(pixel + 16)
          }
        }
      }
      let (pixels, window) = target(tile)
      guard window.endRow > 0, window.endColumn > 0 else { continue }
      makeTile(
        results + (tile - tiles.lowerBound) * Self.groupColumns, plan.resultPointStride, columns.count,
        pixels, window)
      guard bias != nil || activation != .identity else { continue }
      for i in 0..<window.endRow {
        for j in 0..<window.endColumn {
          finish(
            pixels + (i * window.rowStride + j * window.pixelStride), bias, function, slope, columns.count)
        }
      }
    }
  }
}
