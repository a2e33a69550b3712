import Kernels

/// `spread` to a large image with few channels: the last layer of a generator, or the backward pass through
/// the first layer of a discriminator.
///
/// One phase's product would fill only 3 of a tile's 16 columns. Instead, one product of the small pixels and
/// the whole kernel (K × taps·C) gives what every small pixel adds to its window of the large image, and the
/// windows are summed row by row. A band of rows at a time stays in the cache.
extension ConvolutionProduct {
  /// Below this C, tiles would be at most half full.
  private static let fewChannels = 8
  /// Maximum number of floats in the windows of one band: 192 KiB.
  private static let bandCapacity = 3 << 14

  var hasFewChannels: Bool { largeChannels < Self.fewChannels }

  private struct Plan {
    let width: Int
    /// taps · C, padded to panels.
    let columns: Int
    let depth: Int
    /// Maximum number of large rows per band, and of small rows that contribute to them.
    let bandRows: Int
    let windowRows: Int
    let windowCount: Int
    let roundedCount: Int

    var weightCount: Int { depth * columns }
    /// Windows, a tile, and a block of small pixels, rounded.
    var slotStride: Int { windowCount + ProductKernels.tileRows * width + roundedCount }
  }

  /// - Parameter rows: number of images. If there are fewer images than threads, the bands of an image are
  ///   split among threads.
  private func plan(_ context: Context, rows: Int) -> Plan {
    let width = context.product.tileColumns
    let (stride, kernel) = (vertical.window.stride, vertical.window.kernel)
    let rowCount = horizontal.small * weightStride
    let imageShares = rows < context.threadCount ? context.threadCount : 1
    let share = (vertical.small + imageShares - 1) / imageShares
    let smallRows = max(1, min(share, Self.bandCapacity / rowCount))
    // Every band of large rows needs a few more small rows than its share.
    let bandRows = min(vertical.large, smallRows * stride)
    let windowRows = min(vertical.small, (bandRows + kernel - 2) / stride + 1)
    return Plan(
      width: width, columns: Self.padded(weightStride, to: width), depth: smallChannels,
      bandRows: bandRows, windowRows: windowRows, windowCount: Self.padded(windowRows * rowCount, to: 16),
      roundedCount: context.product.roundRows == nil ? 0 : Self.blockRows * Self.blockDepth)
  }

  func fewChannelsScratchCount(rows: Int, context: Context) -> Int {
    let plan = plan(context, rows: rows)
    return plan.weightCount + context.threadCount * plan.slotStride
  }

  /// `spread` by summing windows.
  func spreadWindows(
    _ small: UnsafePointer<Float>, weight: UnsafePointer<Float>, into large: UnsafeMutablePointer<Float>,
    rows: Int, bias: UnsafePointer<Float>?, activation: Activation, scratch: UnsafeMutablePointer<Float>,
    context: Context
  ) {
    let plan = plan(context, rows: rows)
    let slots = scratch + plan.weightCount
    packKernel(weight, plan, into: scratch, context)
    let bandCount = (vertical.large + plan.bandRows - 1) / plan.bandRows
    let smallCount = vertical.small * horizontal.small * smallChannels
    let lineCount = horizontal.large * largeChannels
    let isSmall = rows * vertical.small * horizontal.small * weightCount < Self.smallWork
    context.parallelSlots(rows * bandCount, isSmall: isSmall) { slot, task in
      let (image, band) = task.quotientAndRemainder(dividingBy: bandCount)
      let first = band * plan.bandRows
      let end = min(vertical.large, first + plan.bandRows)
      // Small rows o with o·stride − padding ≤ i < o·stride − padding + kernel for some row i of the band.
      let reach = first + vertical.window.padding - vertical.window.kernel
      let firstSmall = reach < 0 ? 0 : reach / vertical.window.stride + 1
      let endSmall = min(vertical.small, (end - 1 + vertical.window.padding) / vertical.window.stride + 1)
      let windows = slots + slot * plan.slotStride
      if firstSmall < endSmall {
        let source = small + (image * smallCount + firstSmall * horizontal.small * smallChannels)
        multiplyKernel(
          source, (endSmall - firstSmall) * horizontal.small, scratch, plan, into: windows, context)
      }
      let target = large + (image * vertical.large + first) * lineCount
      for i in first..<end {
        sumWindows(windows, i, firstSmall, endSmall, bias, target + (i - first) * lineCount)
      }
      if activation != .identity {
        context.activate(target, count: (end - first) * lineCount, activation, into: target)
      }
    }
  }

  /// Packs the whole kernel as a K × taps·C matrix, in panels, one depth block after another.
  private func packKernel(
    _ weight: UnsafePointer<Float>, _ plan: Plan, into panels: UnsafeMutablePointer<Float>, _ context: Context
  ) {
    let kernels = context.product
    let block = Self.blockDepth(of: plan.depth)
    for start in stride(from: 0, to: plan.depth, by: block) {
      let depth = min(block, plan.depth - start)
      let (first, lanes) = (kernels.lanes(start), kernels.lanes(depth))
      for column in stride(from: 0, to: weightStride, by: plan.width) {
        kernels.packColumns(
          weight + (start * weightStride + column), weightStride, 1, depth,
          min(plan.width, weightStride - column), panels + (first * plan.columns + column * lanes))
      }
    }
  }

  /// windows (`count` × taps·C) ← small pixels · kernel
  private func multiplyKernel(
    _ small: UnsafePointer<Float>, _ count: Int, _ panels: UnsafePointer<Float>, _ plan: Plan,
    into windows: UnsafeMutablePointer<Float>, _ context: Context
  ) {
    let kernels = context.product
    let block = Self.blockDepth(of: plan.depth)
    let tile = windows + plan.windowCount
    let room = tile + ProductKernels.tileRows * plan.width
    for first in stride(from: 0, to: count, by: Self.blockRows) {
      let rows = min(Self.blockRows, count - first)
      for start in stride(from: 0, to: plan.depth, by: block) {
        let depth = min(block, plan.depth - start)
        let lanes = kernels.lanes(depth)
        var (pixels, pixelStride) = (small + (first * smallChannels + start), smallChannels)
        if let roundRows = kernels.roundRows {
          roundRows(pixels, pixelStride, rows, depth, room, lanes)
          (pixels, pixelStride) = (UnsafePointer(room), lanes)
        }
        kernels.multiplyPlain(
          pixels, pixelStride, 1, rows, panels + kernels.lanes(start) * plan.columns, lanes * plan.width,
          plan.width, weightStride, lanes, windows + first * weightStride, weightStride, start > 0, tile)
      }
    }
  }

  /// Large row i ← bias + Σ windows of the small rows `firstSmall` ..< `endSmall`.
  private func sumWindows(
    _ windows: UnsafePointer<Float>, _ i: Int, _ firstSmall: Int, _ endSmall: Int,
    _ bias: UnsafePointer<Float>?, _ line: UnsafeMutablePointer<Float>
  ) {
    let (channels, lineCount) = (largeChannels, horizontal.large * largeChannels)
    line.update(repeating: 0, count: lineCount)
    if let bias {
      for x in 0..<horizontal.large {
        for c in 0..<channels { line[x * channels + c] = bias[c] }
      }
    }
    let run = horizontal.window.kernel * channels
    for o in firstSmall..<max(firstSmall, endSmall) {
      let tap = i + vertical.window.padding - o * vertical.window.stride
      guard tap >= 0, tap < vertical.window.kernel else { continue }
      let row = windows + ((o - firstSmall) * horizontal.small * weightStride + tap * run)
      for x in 0..<horizontal.small {
        let start = (x * horizontal.window.stride - horizontal.window.padding) * channels
        let (low, high) = (max(0, -start), min(run, lineCount - start))
        let window = row + x * weightStride
        let to = line + start
        var e = low
        while e < high {
          to[e] += window[e]
          e &+= 1
        }
      }
    }
  }
}
