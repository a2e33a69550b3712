import Kernels

/// The gradient of the weights if the large image has few channels and there are few weights: a
/// discriminator's first layer, a generator's last.
///
/// The channels of the small image fill whole panels, so its pixels are the right-hand side without packing.
/// Patches copied row by row are the left-hand side, transposed. Each chunk of positions has its own
/// gradient, K fastest, and the gradients are added in the order of the chunks.
extension ConvolutionProduct {
  /// The number of positions per gradient, and per copied block of patches.
  private static let chunk = 2048
  private static let block = 128
  /// The number of gradients held at a time.
  private static let chunkLimit = 32
  /// Maximum number of weights for which gradients are held this way.
  private static let weightLimit = 1 << 14

  func hasFewWeights(_ context: Context) -> Bool {
    // The right-hand side would have to be rounded in pairs of rows, which is packing it.
    context.precision == .float32 && hasFewChannels && weightCount <= Self.weightLimit
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
