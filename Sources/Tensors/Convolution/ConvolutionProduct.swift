import Kernels

/// A convolution's three products, between a large image (H × W × C) and a small one (h × w × K):
///
/// - `correlate`: small[o, k] = Σ large[o·stride − padding + t, c] · W[k, t, c]: a convolution's
///   forward pass, a transposed convolution's input gradient;
/// - `spread`: large[i, c] = Σ small[o, k] · W[k, t, c] over i = o·stride − padding + t: the other way
///   round;
/// - `addWeightGradient`: dW[k, t, c] += Σ small[o, k] · large[o·stride − padding + t, c]: both.
///
/// Each is a matrix product whose one factor is packed straight from the image (an implicit im2col:
/// Chetlur et al., "cuDNN: efficient primitives for deep learning", 2014), a block at a time, so that
/// it is never written out. `spread` is one such product for each of the stride² phases of the large
/// image, which are convolutions with stride 1 and every stride-th tap: no scattering, no zeros. Where
/// C is too small to fill a tile, windows are summed instead (`spreadWindows`); 4 × 4 kernels with
/// stride 2 between many channels, DCGAN's, take fewer multiplications (`WinogradConvolution`).
///
/// An element is summed in an order that depends on the geometry alone: the same bits for any number
/// of rows and threads.
package struct ConvolutionProduct: Equatable, Hashable, Sendable {
  package let vertical: ConvolutionAxis
  package let horizontal: ConvolutionAxis
  /// C and K.
  package let largeChannels: Int
  package let smallChannels: Int
  /// Whether Winograd's way is left out for images of a single tile: see `forInference`.
  private(set) var sparesSingleTiles = false

  /// - Throws: `.limit` when a size does not fit into an integer with room to spare.
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

  package var large: Shape { Shape(height: vertical.large, width: horizontal.large, channels: largeChannels) }
  package var small: Shape { Shape(height: vertical.small, width: horizontal.small, channels: smallChannels) }

  /// The weights' shape: K × kernel height × kernel width × C.
  package var weightShape: [Int] {
    [smallChannels, vertical.window.kernel, horizontal.window.kernel, largeChannels]
  }

  /// The same product where images may come one by one: for a single tile of an image, transforming the
  /// weights costs more than it saves, and a batch must not differ.
  package var forInference: ConvolutionProduct {
    var product = self
    product.sparesSingleTiles = true
    return product
  }

  var tapCount: Int { vertical.window.kernel * horizontal.window.kernel }
  /// Floats of one small channel's weights.
  package var weightStride: Int { tapCount * largeChannels }
  package var weightCount: Int { smallChannels * weightStride }

  // MARK: - Blocking

  /// Positions that one task multiplies at a time: with the deepest block 120 KiB of patches, a
  /// quarter of a 512 KiB second-level cache.
  static let blockRows = 16 * ProductKernels.tileRows
  /// The deepest block of a sum: a panel of weights of 320 × 16 floats takes 20 KiB of the first-level
  /// cache.
  static let blockDepth = 320
  /// Multiply-adds below which threads cost more than they bring.
  static let smallWork = 400_000

  /// The depth of all blocks but the last: even shares of at most `blockDepth`.
  static func blockDepth(of depth: Int) -> Int {
    let count = max(1, (depth + blockDepth - 1) / blockDepth)
    return max(4, ((depth + count - 1) / count + 3) / 4 * 4)
  }

  static func padded(_ count: Int, to multiple: Int) -> Int { (count + multiple - 1) / multiple * multiple }

  /// Floats that any of the three products of `rows` images, or of fewer, needs as `scratch`.
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
  /// - Parameter packed: what `PackedKernel` made of the weight for this direction.
  package func correlate(
    _ large: UnsafePointer<Float>, weight: UnsafePointer<Float>, packed: PackedKernel? = nil,
    into small: UnsafeMutablePointer<Float>, rows: Int, bias: UnsafePointer<Float>? = nil,
    activation: Activation = .identity,
    scratch: UnsafeMutablePointer<Float>, context: Context
  ) {
    if let winograd = WinogradConvolution(self, context: context) {
      winograd.multiply(.correlation, large, weight, small, rows, bias, activation, scratch, context)
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
      winograd.multiply(.spreading, small, weight, large, rows, bias, activation, scratch, context)
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
