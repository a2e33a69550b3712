import Kernels

/// The gradient of the weights: transposed small images times the patches of large ones.
///
/// The sum runs over all positions of all rows. For one stretch of positions at a time, both factors are
/// packed once and then multiplied into dW by all threads.
extension ConvolutionProduct {
  /// Floats of both packed factors: 4 MiB. The third-level cache holds several of them.
  private static let stretchCapacity = 1 << 20
  /// The number of positions in one block of the sum.
  private static let positionBlock = 256

  private struct Plan {
    let width: Int
    /// K, and kernel · C, padded to whole panels.
    let rows: Int
    let columns: Int
    let roundsOperands: Bool

    /// The number of positions packed at a time.
    var stretch: Int {
      max(1, stretchCapacity / (positionBlock * (rows + columns))) * positionBlock
    }
    /// A tile, or a panel of a block before it is rounded.
    var slotStride: Int {
      roundsOperands
        ? positionBlock * width : ConvolutionProduct.padded(ProductKernels.tileRows * width, to: 16)
    }
  }

  private func plan(_ context: Context) -> Plan {
    let width = context.product.tileColumns
    return Plan(
      width: width, rows: Self.padded(smallChannels, to: ProductKernels.tileRows),
      columns: Self.padded(weightStride, to: width), roundsOperands: context.product.roundRows != nil)
  }

  func gradientScratchCount(context: Context) -> Int {
    let plan = plan(context)
    return plan.stretch * (plan.rows + plan.columns) + context.threadCount * plan.slotStride
  }

  /// dWeight += Σ small · large, over `rows` images.
  func addGradient(
    _ small: UnsafePointer<Float>, _ large: UnsafePointer<Float>, _ dWeight: UnsafeMutablePointer<Float>,
    _ rows: Int, _ scratch: UnsafeMutablePointer<Float>, _ context: Context
  ) {
    let plan = plan(context)
    let patchPanels = scratch + plan.stretch * plan.rows
    let tiles = patchPanels + plan.stretch * plan.columns
    let patches = Patches(
      source: large, vertical: vertical.correlation, horizontal: horizontal.correlation,
      channels: largeChannels)
    let positions = rows * patches.positionCount
    let isSmall = positions * weightCount < Self.smallWork
    var start = 0
    while start < positions {
      let end = min(positions, start + plan.stretch)
      pack(patches, small, start..<end, plan, scratch, patchPanels, tiles, isSmall, context)
      multiply(start..<end, plan, scratch, patchPanels, tiles, dWeight, isSmall, context)
      start = end
    }
  }

  /// Packs both factors: blocks of positions, each stored as panels.
  private func pack(
    _ patches: Patches, _ small: UnsafePointer<Float>, _ stretch: Range<Int>, _ plan: Plan,
    _ smallPanels: UnsafeMutablePointer<Float>, _ patchPanels: UnsafeMutablePointer<Float>,
    _ rooms: UnsafeMutablePointer<Float>, _ isSmall: Bool, _ context: Context
  ) {
    let kernels = context.product
    let packColumns = context.kernels.product.packColumns
    let tileRows = ProductKernels.tileRows
    let panelCount = plan.columns / plan.width
    let share = 8
    // For each block, one task packs the small image, and one task packs every eight panels of patches.
    let taskCount = 1 + (panelCount + share - 1) / share
    let blockCount = (stretch.count + Self.positionBlock - 1) / Self.positionBlock
    context.parallelSlots(blockCount * taskCount, isSmall: isSmall) { slot, index in
      let (block, task) = index.quotientAndRemainder(dividingBy: taskCount)
      let start = stretch.lowerBound + block * Self.positionBlock
      let depth = min(Self.positionBlock, stretch.upperBound - start)
      let offset = kernels.lanes(block * Self.positionBlock)
      let lanes = kernels.lanes(depth)
      if task == 0 {
        for i in stride(from: 0, to: smallChannels, by: tileRows) {
          kernels.packRows(
            small + (start * smallChannels + i), smallChannels, 1, depth, min(tileRows, smallChannels - i),
            smallPanels + (offset * plan.rows + i * lanes))
        }
        return
      }
      for panel in (task - 1) * share..<min(panelCount, task * share) {
        let column = panel * plan.width
        let count = min(plan.width, weightStride - column)
        let panel = patchPanels + (offset * plan.columns + column * lanes)
        // A pair of rows of patches is rounded at a time, so the rows must exist as floats first.
        let room = kernels.roundRows == nil ? panel : rooms + slot * plan.slotStride
        patches.packColumns(column, count, start, depth, room, width: plan.width, pack: packColumns)
        if kernels.roundRows != nil { kernels.packColumns(room, plan.width, 1, depth, plan.width, panel) }
      }
    }
  }

  private func multiply(
    _ stretch: Range<Int>, _ plan: Plan, _ smallPanels: UnsafePointer<Float>,
    _ patchPanels: UnsafePointer<Float>, _ tiles: UnsafeMutablePointer<Float>,
    _ dWeight: UnsafeMutablePointer<Float>, _ isSmall: Bool, _ context: Context
  ) {
    let kernels = context.product
    let panelCount = plan.columns / plan.width
    let rowBlocks = (plan.rows + Self.blockRows - 1) / Self.blockRows
    let parts = min(panelCount, max(1, 4 * context.threadCount / rowBlocks))
    let partPanels = (panelCount + parts - 1) / parts
    context.parallelSlots(rowBlocks * parts, isSmall: isSmall) { slot, task in
      let (part, block) = task.quotientAndRemainder(dividingBy: rowBlocks)
      let i = block * Self.blockRows
      let column = part * partPanels * plan.width
      let columns = min(weightStride - column, partPanels * plan.width)
      let height = min(Self.blockRows, smallChannels - i)
      guard columns > 0, height > 0 else { return }
      var offset = 0
      while offset < stretch.count {
        let depth = min(Self.positionBlock, stretch.count - offset)
        let (first, lanes) = (kernels.lanes(offset), kernels.lanes(depth))
        kernels.multiplyBlock(
          smallPanels + (first * plan.rows + i * lanes), height,
          patchPanels + (first * plan.columns + column * lanes), lanes * plan.width, columns, lanes,
          dWeight + (i * weightStride + column), weightStride, true, tiles + slot * plan.slotStride)
        offset += depth
      }
    }
  }
}
