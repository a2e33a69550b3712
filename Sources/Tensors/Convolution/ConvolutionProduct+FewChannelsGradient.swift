import Kernels

/// The weights' gradient where the large image has few channels, and the weights are few: a discriminator's
/// first layer, a generator's last.
///
/// The small image's pixels are as long as a tile's panels, so that they are the right-hand side as they lie;
/// patches copied row after row are the left-hand side, transposed. Chunks of positions have gradients of
/// their own, K fastest, which are added up in the chunks' order.
extension ConvolutionProduct {
  /// Positions of one gradient, and of one copy of patches.
  private static let chunk = 2048
  private static let block = 128
  /// Gradients held at a time.
  private static let chunkLimit = 32
  /// Weights, at most, of which so many gradients are held.
  private static let weightLimit = 1 << 14

  func hasFewWeights(_ context: Context) -> Bool {
    hasFewChannels && weightCount <= Self.weightLimit
      && smallChannels % context.kernels.product.tileColumns == 0
  }

  private var patchCount: Int { Self.padded(Self.block * weightStride, to: 16) }

  func fewWeightsScratchCount(context: Context) -> Int {
    Self.chunkLimit * Self.padded(weightCount, to: 16)
      + context.threadCount * (patchCount + ProductKernels.tileRows * context.kernels.product.tileColumns)
  }

  /// dWeight += Σ small · large, over `rows` images.
  func addFewWeightsGradient(
    _ small: UnsafePointer<Float>, _ large: UnsafePointer<Float>, _ dWeight: UnsafeMutablePointer<Float>,
    _ rows: Int, _ scratch: UnsafeMutablePointer<Float>, _ context: Context
  ) {
    let patches = Patches(
      source: large, vertical: vertical.correlation, horizontal: horizontal.correlation,
      channels: largeChannels)
    let (taps, filters) = (weightStride, smallChannels)
    let width = context.kernels.product.tileColumns
    let gradientStride = Self.padded(weightCount, to: 16)
    let slots = scratch + Self.chunkLimit * gradientStride
    let positions = rows * patches.positionCount
    let isSmall = positions * weightCount < Self.smallWork
    for first in stride(from: 0, to: positions, by: Self.chunkLimit * Self.chunk) {
      let end = min(positions, first + Self.chunkLimit * Self.chunk)
      let chunkCount = (end - first + Self.chunk - 1) / Self.chunk
      context.parallelSlots(chunkCount, isSmall: isSmall) { slot, chunk in
        let area = slots + slot * (patchCount + ProductKernels.tileRows * width)
        let gradient = scratch + chunk * gradientStride
        let start = first + chunk * Self.chunk
        let chunkEnd = min(end, start + Self.chunk)
        for p in stride(from: start, to: chunkEnd, by: Self.block) {
          let depth = min(Self.block, chunkEnd - p)
          patches.copyRows(p, depth, 0, taps, area)
          context.kernels.product.multiplyPlain(
            area, 1, taps, taps, small + p * filters, width, filters, filters, depth, gradient, filters,
            p > start, area + patchCount)
        }
      }
      for chunk in 1..<chunkCount {
        context.kernels.elementwise.combine(1, scratch + chunk * gradientStride, 1, scratch, weightCount)
      }
      for k in 0..<filters {
        for t in 0..<taps { dWeight[k * taps + t] += scratch[t * filters + k] }
      }
    }
  }
}
