import Kernels

/// Patches times weights, for both directions.
extension ConvolutionProduct {
  /// Which side is the input: the large one (correlation) or the small one (spreading).
  package enum Direction: Sendable { case correlation, spreading }

  /// What a direction multiplies, and the layout of its scratch buffer: the packed weights of every phase,
  /// then one area per thread.
  private struct Plan {
    let phaseCount: Int
    /// Maximum number of weights per output channel in one phase.
    let phaseDepth: Int
    let sourceChannels: Int
    let outputChannels: Int
    let kernels: ProductKernels

    var width: Int { kernels.tileColumns }
    var columns: Int { ConvolutionProduct.padded(outputChannels, to: width) }
    var phaseStride: Int { phaseDepth * columns }
    var patchCount: Int { ConvolutionProduct.blockRows * ConvolutionProduct.blockDepth }
    /// Patches, a block of the result and a tile.
    var slotStride: Int {
      patchCount + ConvolutionProduct.padded(ConvolutionProduct.blockRows * outputChannels, to: 16)
        + ConvolutionProduct.padded(ProductKernels.tileRows * width, to: 16)
    }
  }

  private func plan(_ direction: Direction, _ context: Context) -> Plan {
    let kernels = kernels(direction, context)
    switch direction {
    case .correlation:
      return Plan(
        phaseCount: 1, phaseDepth: weightStride, sourceChannels: largeChannels,
        outputChannels: smallChannels, kernels: kernels)
    case .spreading:
      return Plan(
        phaseCount: vertical.phaseCount * horizontal.phaseCount,
        phaseDepth: vertical.phaseTapCount * horizontal.phaseTapCount * smallChannels,
        sourceChannels: smallChannels, outputChannels: largeChannels, kernels: kernels)
    }
  }

  func patchScratchCount(_ direction: Direction, context: Context) -> Int {
    let plan = plan(direction, context)
    return plan.phaseCount * plan.phaseStride + context.threadCount * plan.slotStride
  }

  private func axes(_ direction: Direction, phase: Int) -> (vertical: PatchAxis, horizontal: PatchAxis) {
    switch direction {
    case .correlation: return (vertical.correlation, horizontal.correlation)
    case .spreading:
      return (
        vertical.phase(phase / horizontal.phaseCount), horizontal.phase(phase % horizontal.phaseCount)
      )
    }
  }

  func multiply(
    _ direction: Direction, _ source: UnsafePointer<Float>, _ weight: UnsafePointer<Float>,
    _ packed: PackedKernel?, _ output: UnsafeMutablePointer<Float>, _ rows: Int,
    _ bias: UnsafePointer<Float>?,
    _ activation: Activation, _ scratch: UnsafeMutablePointer<Float>, _ context: Context
  ) {
    let plan = plan(direction, context)
    let slots = scratch + plan.phaseCount * plan.phaseStride
    if packed == nil { packWeights(direction, plan, weight, into: scratch, context) }
    let panels = packed.map { $0.panels } ?? UnsafePointer(scratch)

    // Phase 0 has the most positions.
    let most = axes(direction, phase: 0)
    let positions = rows * most.vertical.positionCount * most.horizontal.positionCount
    let blockCount = (positions + Self.blockRows - 1) / Self.blockRows
    let panelCount = plan.columns / plan.width
    let taskCount = plan.phaseCount * blockCount
    let partCount = taskCount >= 2 * context.threadCount ? 1 : min(panelCount, context.threadCount)
    let partPanels = (panelCount + partCount - 1) / partCount
    let work = positions * plan.phaseCount * plan.phaseDepth * plan.outputChannels
    context.parallelSlots(taskCount * partCount, isSmall: work < Self.smallWork) { slot, task in
      let (block, part) = task.quotientAndRemainder(dividingBy: partCount)
      let (phase, index) = block.quotientAndRemainder(dividingBy: blockCount)
      let axes = axes(direction, phase: phase)
      let patches = Patches(
        source: source, vertical: axes.vertical, horizontal: axes.horizontal,
        channels: plan.sourceChannels)
      let first = index * Self.blockRows
      let count = min(Self.blockRows, rows * patches.positionCount - first)
      let column = part * partPanels * plan.width
      let columns = min(plan.outputChannels - column, partPanels * plan.width)
      guard count > 0, columns > 0 else { return }
      let area = slots + slot * plan.slotStride
      // The phases of a strided image are scattered to it row by row; otherwise rows are contiguous.
      let isDirect = axes.vertical.outputStep == 1 && axes.horizontal.outputStep == 1
      let rowStride = isDirect ? plan.outputChannels : columns
      let target =
        isDirect ? output + (first * plan.outputChannels + column) : area + plan.patchCount
      multiplyBlock(
        patches, first, count, panels + phase * plan.phaseStride, plan, column, columns, target, rowStride,
        area, context)
      finish(
        target, count, columns, rowStride, bias.map { $0 + column }, activation, context)
      if !isDirect {
        scatter(target, axes, first, count, columns, column, plan.outputChannels, output)
      }
    }
  }

  /// target ← patches `first` ..< `first` + `count` times `columns` columns of a phase's weights.
  private func multiplyBlock(
    _ patches: Patches, _ first: Int, _ count: Int, _ panels: UnsafePointer<Float>, _ plan: Plan,
    _ column: Int, _ columns: Int, _ target: UnsafeMutablePointer<Float>, _ rowStride: Int,
    _ area: UnsafeMutablePointer<Float>, _ context: Context
  ) {
    let depth = patches.depth
    guard depth > 0 else {
      for i in 0..<count { (target + i * rowStride).update(repeating: 0, count: columns) }
      return
    }
    let kernels = plan.kernels
    let tile = area + (plan.slotStride - Self.padded(ProductKernels.tileRows * plan.width, to: 16))
    let block = Self.blockDepth(of: depth)
    var start = 0
    while start < depth {
      let depth = min(block, depth - start)
      patches.copyRows(first, count, start, depth, area)
      let lanes = kernels.lanes(depth)
      if let roundRows = kernels.roundRows { roundRows(area, depth, count, depth, area, lanes) }
      // Blocks begin at multiples of four elements, so that no lane spans two of them.
      kernels.multiplyPlain(
        area, lanes, 1, count, panels + (kernels.lanes(start) * plan.columns + column * lanes),
        lanes * plan.width, plan.width, columns, lanes, target, rowStride, start > 0, tile)
      start += depth
    }
  }

  /// Adds the bias to a finished block and applies the activation.
  private func finish(
    _ target: UnsafeMutablePointer<Float>, _ count: Int, _ columns: Int, _ rowStride: Int,
    _ bias: UnsafePointer<Float>?, _ activation: Activation, _ context: Context
  ) {
    if let bias {
      for i in 0..<count {
        let row = target + i * rowStride
        for j in 0..<columns { row[j] += bias[j] }
      }
    }
    guard activation != .identity else { return }
    if rowStride == columns {
      context.activate(target, count: count * columns, activation, into: target)
    } else {
      for i in 0..<count {
        context.activate(target + i * rowStride, count: columns, activation, into: target + i * rowStride)
      }
    }
  }

  /// Writes a phase's block to its pixels in the image.
  private func scatter(
    _ block: UnsafePointer<Float>, _ axes: (vertical: PatchAxis, horizontal: PatchAxis), _ first: Int,
    _ count: Int, _ columns: Int, _ column: Int, _ channels: Int, _ output: UnsafeMutablePointer<Float>
  ) {
    let (vertical, horizontal) = axes
    var b = first % horizontal.positionCount
    var a = first / horizontal.positionCount % vertical.positionCount
    var image = first / horizontal.positionCount / vertical.positionCount
    for i in 0..<count {
      let y = image * self.vertical.large + vertical.firstOutput + a * vertical.outputStep
      let x = horizontal.firstOutput + b * horizontal.outputStep
      (output + ((y * self.horizontal.large + x) * channels + column))
        .update(from: block + i * columns, count: columns)
      b += 1
      if b == horizontal.positionCount {
        b = 0
        a += 1
        if a == vertical.positionCount {
          a = 0
          image += 1
        }
      }
    }
  }

  // MARK: - Weights

  /// The number of floats of all phases' packed weights.
  func packedCount(_ direction: Direction, context: Context) -> Int {
    let plan = plan(direction, context)
    return plan.phaseCount * plan.phaseStride
  }

  func packWeights(
    _ direction: Direction, _ weight: UnsafePointer<Float>, into panels: UnsafeMutablePointer<Float>,
    _ context: Context
  ) {
    packWeights(direction, plan(direction, context), weight, into: panels, context)
  }

  /// Packs every phase's weights: depth blocks, each stored as panels.
  private func packWeights(
    _ direction: Direction, _ plan: Plan, _ weight: UnsafePointer<Float>,
    into panels: UnsafeMutablePointer<Float>, _ context: Context
  ) {
    let pack = plan.kernels.packColumns
    let panelCount = plan.columns / plan.width
    // About 8,000 floats per task.
    let share = max(1, 8192 / (Self.blockDepth * plan.width))
    let shareCount = (panelCount + share - 1) / share
    // No phase has more blocks than the deepest one.
    let blockCount = (plan.phaseDepth + Self.blockDepth - 1) / Self.blockDepth
    context.parallelSlots(plan.phaseCount * blockCount * shareCount, isSmall: weightCount < 32_768) {
      _, task in
      let (index, shareIndex) = task.quotientAndRemainder(dividingBy: shareCount)
      let (blockIndex, phase) = index.quotientAndRemainder(dividingBy: plan.phaseCount)
      let axes = axes(direction, phase: phase)
      let phaseDepth = axes.vertical.tapCount * axes.horizontal.tapCount * plan.sourceChannels
      let block = Self.blockDepth(of: phaseDepth)
      let start = blockIndex * block
      let depth = min(block, phaseDepth - start)
      guard depth > 0 else { return }
      for panel in shareIndex * share..<min(panelCount, (shareIndex + 1) * share) {
        let column = panel * plan.width
        let count = min(plan.width, plan.outputChannels - column)
        let lanes = (plan.kernels.lanes(start), plan.kernels.lanes(depth))
        let to = panels + (phase * plan.phaseStride + lanes.0 * plan.columns + column * lanes.1)
        switch direction {
        case .correlation: pack(weight + (column * weightStride + start), 1, weightStride, depth, count, to)
        case .spreading:
          var d = start
          while d < start + depth {
            let (tap, channel) = d.quotientAndRemainder(dividingBy: smallChannels)
            let length = min(smallChannels - channel, start + depth - d)
            let y = axes.vertical.tap(tap / axes.horizontal.tapCount)
            let x = axes.horizontal.tap(tap % axes.horizontal.tapCount)
            let pixel = y * horizontal.window.kernel + x
            pack(
              weight + (channel * weightStride + pixel * largeChannels + column), weightStride, 1, length,
              count, to + plan.kernels.lanes(d - start) * plan.width)
            d += length
          }
        }
      }
    }
  }
}
