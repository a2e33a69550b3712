import Kernels

/// The three products of a convolution, between a large image (H × W × C) and a small one (h × w × K):
///
/// - `correlate`: small[o, k] = Σ large[o·stride − padding + t, c] · W[k, t, c]. The forward pass of a
///   convolution and the input gradient of a transposed convolution.
/// - `spread`: large[i, c] = Σ small[o, k] · W[k, t, c] over i = o·stride − padding + t. The reverse: the
///   input gradient of a convolution and the forward pass of a transposed convolution.
/// - `addWeightGradient`: dW[k, t, c] += Σ small[o, k] · large[o·stride − padding + t, c]. The weight
///   gradient of both.
///
/// Each is a matrix product in which one factor is packed directly from the image, one block at a time, and
/// never written out (an implicit im2col: Chetlur et al., "cuDNN: efficient primitives for deep learning",
/// 2014). `spread` is one such product for each of the stride² phases of the large image. The phases are
/// convolutions with stride 1 and every stride-th tap, so there is no scattering and no multiplication by
/// zeros. If C is too small to fill a tile, windows are summed instead (`spreadWindows`). 4 × 4 kernels with
/// stride 2 between many channels, as in a DCGAN, need fewer multiplications (`WinogradConvolution`).
///
/// The order of an element's sum depends only on the geometry, so the bits are the same for any number of
/// rows and threads.
package struct ConvolutionProduct: Equatable, Hashable, Sendable {
  package let vertical: ConvolutionAxis
  package let horizontal: ConvolutionAxis
  /// C and K.
  package let largeChannels: Int
  package let smallChannels: Int
  /// Whether Winograd's algorithm is not used for images of a single tile; see `forInference`.
  private(set) var sparesSingleTiles = false

  /// - Throws: `.limit` if a size is too close to integer overflow.
  package init(
    _ vertical: ConvolutionAxis, _ horizontal: ConvolutionAxis, largeChannels: Int, smallChannels: Int
  ) throws(GenerativeError) {
    self.vertical = vertical
    self.horizontal = horizontal
    self.largeChannels = largeChannels
    self.smallChannels = smallChannels
    let taps = (vertical.window.kernel, horizontal.window.kernel)
    guard largeChannels > 0, smallChannels > 0, largeChannels < 1 << 24, smallChannels < 1 << 24,
      checkedProduct(4, taps.0, taps.1, largeChannels + 64, smallChannels + 64) != nil,
      checkedProduct(vertical.large, horizontal.large, largeChannels) != nil,
      checkedProduct(vertical.small, horizontal.small, smallChannels) != nil
    else {
      throw GenerativeError(
        .limit, "a convolution of \(largeChannels) and \(smallChannels) channels is too large")
    }
  }

  /// The kernels of the direct products. With an odd number of small channels, a pair of bfloat16 numbers would
  /// span two taps of a spreading, which then takes its operands as they are.
  func kernels(_ direction: Direction, _ context: Context) -> ProductKernels {
    direction == .spreading && smallChannels % 2 != 0 ? context.kernels.product : context.product
  }

  package var large: Shape { Shape(height: vertical.large, width: horizontal.large, channels: largeChannels) }
  package var small: Shape { Shape(height: vertical.small, width: horizontal.small, channels: smallChannels) }

  /// The weights' shape: K × kernel height × kernel width × C.
  package var weightShape: [Int] {
    [smallChannels, vertical.window.kernel, horizontal.window.kernel, largeChannels]
  }

  /// The same product for images that may arrive one at a time. For an image of a single tile of 4 × 4, in
  /// float32, transforming the weights costs more than it saves, and the result must not depend on the batch size.
  package var forInference: ConvolutionProduct {
    var product = self
    product.sparesSingleTiles = true
    return product
  }

  var tapCount: Int { vertical.window.kernel * horizontal.window.kernel }
  /// The number of weights per small channel.
  package var weightStride: Int { tapCount * largeChannels }
  package var weightCount: Int { smallChannels * weightStride }

  // MARK: - Blocking

  /// Positions that one task multiplies at a time. With the deepest block, their patches take 120 KiB, a
  /// quarter of a 512 KiB second-level cache.
  static let blockRows = 16 * ProductKernels.tileRows
  /// Maximum depth of a block. A panel of 320 × 16 weights takes 20 KiB of the first-level cache.
  static let blockDepth = 320
  /// Below this number of multiply-adds, threads cost more than they gain.
  static let smallWork = 400_000

  /// The depth of all blocks except the last: equal shares of at most `blockDepth`.
  static func blockDepth(of depth: Int) -> Int {
    let count = max(1, (depth + blockDepth - 1) / blockDepth)
    return max(4, ((depth + count - 1) / count + 3) / 4 * 4)
  }

  static func padded(_ count: Int, to multiple: Int) -> Int { (count + multiple - 1) / multiple * multiple }

  /// The number of floats that each of the three products needs as `scratch` for `rows` images or fewer.
  package func scratchCount(rows: Int, context: Context) -> Int {
    if let winograd = WinogradConvolution(self, context: context) {
      return winograd.scratchCount(rows: rows, context: context)
    }
    let spreading =
      hasFewChannels
      ? fewChannelsScratchCount(rows: rows, context: context)
      : patchScratchCount(.spreading, context: context)
    let gradient =
      hasFewWeights(context)
      ? fewWeightsScratchCount(context: context) : gradientScratchCount(context: context)
    return max(patchScratchCount(.correlation, context: context), spreading, gradient)
  }

  // MARK: - The products

  /// small ← act(correlation + bias), for `rows` images.
  ///
  /// - Parameter packed: the weights as packed by `PackedKernel` for this direction.
  package func correlate(
    _ large: UnsafePointer<Float>, weight: UnsafePointer<Float>, packed: PackedKernel? = nil,
    into small: UnsafeMutablePointer<Float>, rows: Int, bias: UnsafePointer<Float>? = nil,
    activation: Activation = .identity,
    scratch: UnsafeMutablePointer<Float>, context: Context
  ) {
    if let winograd = WinogradConvolution(self, context: context) {
      winograd.multiply(.correlation, large, weight, packed, small, rows, bias, activation, scratch, context)
    } else {
      multiply(.correlation, large, weight, packed, small, rows, bias, activation, scratch, context)
    }
  }

  /// large ← act(spread + bias), for `rows` images.
  package func spread(
    _ small: UnsafePointer<Float>, weight: UnsafePointer<Float>, packed: PackedKernel? = nil,
    into large: UnsafeMutablePointer<Float>, rows: Int, bias: UnsafePointer<Float>? = nil,
    activation: Activation = .identity,
    scratch: UnsafeMutablePointer<Float>, context: Context
  ) {
    if let winograd = WinogradConvolution(self, context: context) {
      winograd.multiply(.spreading, small, weight, packed, large, rows, bias, activation, scratch, context)
    } else if hasFewChannels {
      spreadWindows(
        small, weight: weight, into: large, rows: rows, bias: bias, activation: activation, scratch: scratch,
        context: context)
    } else {
      multiply(.spreading, small, weight, packed, large, rows, bias, activation, scratch, context)
    }
  }

  /// dWeight += Σ small · large, over `rows` images.
  package func addWeightGradient(
    small: UnsafePointer<Float>, large: UnsafePointer<Float>, into dWeight: UnsafeMutablePointer<Float>,
    rows: Int, scratch: UnsafeMutablePointer<Float>, context: Context
  ) {
    if let winograd = WinogradConvolution(self, context: context) {
      winograd.addWeightGradient(
        small: small, large: large, into: dWeight, rows: rows, scratch: scratch, context: context)
    } else if hasFewWeights(context) {
      addFewWeightsGradient(small, large, dWeight, rows, scratch, context)
    } else {
      addGradient(small, large, dWeight, rows, scratch, context)
    }
  }
}
