/// One axis of a convolution. The kernel slides over the large side; the small side has one element per
/// kernel position.
package struct ConvolutionAxis: Equatable, Hashable, Sendable {
  package let window: Window
  package let large: Int
  package let small: Int

  /// Maximum number of pixels, and of kernel taps, along an axis. Keeps their sums far from overflow.
  private static let limit = 1 << 16

  /// A convolution over `large` pixels: ⌊(large + 2·padding − kernel) / stride⌋ + 1 positions.
  ///
  /// - Throws: `.argument` if the kernel does not fit into the padded axis, or a number is out of range.
  package init(large: Int, _ window: Window) throws(GenerativeError) {
    try ConvolutionAxis.check(large, window)
    guard large + 2 * window.padding >= window.kernel else {
      throw GenerativeError(
        .argument,
        "a kernel of \(window.kernel) does not fit into \(large) pixels padded by \(window.padding)")
    }
    self.window = window
    self.large = large
    small = (large + 2 * window.padding - window.kernel) / window.stride + 1
  }

  /// A transposed convolution of `small` pixels. It has (small − 1)·stride − 2·padding + kernel +
  /// outputPadding pixels.
  ///
  /// - Throws: `.argument` if no pixels would remain, `outputPadding` is not below the stride, or a number is
  ///   out of range.
  package init(small: Int, _ window: Window, outputPadding: Int) throws(GenerativeError) {
    try ConvolutionAxis.check(small, window)
    guard 0..<window.stride ~= outputPadding else {
      throw GenerativeError(
        .argument, "output padding must be below the stride of \(window.stride), not \(outputPadding)")
    }
    let large = (small - 1) * window.stride - 2 * window.padding + window.kernel + outputPadding
    guard 1...ConvolutionAxis.limit ~= large else {
      throw GenerativeError(.argument, "a transposed convolution cannot make \(large) pixels from \(small)")
    }
    self.window = window
    self.large = large
    self.small = small
  }

  private static func check(_ pixels: Int, _ window: Window) throws(GenerativeError) {
    guard 1...limit ~= pixels, 1...limit ~= window.kernel, 1...limit ~= window.stride,
      0..<window.kernel ~= window.padding
    else {
      throw GenerativeError(
        .argument,
        """
        a kernel of \(window.kernel) with stride \(window.stride) and padding \(window.padding) on \
        \(pixels) pixels: all but the padding must be between 1 and \(limit), the padding below the kernel
        """)
    }
  }

  // MARK: - The two directions

  /// Large to small: position o reads pixels o·stride − padding + tap.
  var correlation: PatchAxis {
    PatchAxis(
      positionCount: small, firstOutput: 0, outputStep: 1, sourceCount: large, stride: window.stride,
      origin: -window.padding, tapCount: window.kernel, firstTap: 0, tapStep: 1)
  }

  /// The number of interleaved sets of pixels on the large side. Each set has its own kernel taps.
  var phaseCount: Int { min(window.stride, large) }

  /// Maximum number of taps of a phase.
  var phaseTapCount: Int { (window.kernel + window.stride - 1) / window.stride }

  /// Small to large: pixel i = phase + a·stride receives tap t of position (i + padding − t) / stride, for
  /// all taps t that divide evenly. Taken from last to first, the taps read ascending positions.
  func phase(_ phase: Int) -> PatchAxis {
    let (stride, padding) = (window.stride, window.padding)
    let smallestTap = (phase + padding) % stride
    let tapCount = smallestTap < window.kernel ? (window.kernel - smallestTap + stride - 1) / stride : 0
    return PatchAxis(
      positionCount: (large - phase + stride - 1) / stride, firstOutput: phase, outputStep: stride,
      sourceCount: small, stride: 1, origin: (phase + padding - smallestTap) / stride - (tapCount - 1),
      tapCount: tapCount, firstTap: smallestTap + stride * (tapCount - 1), tapStep: -stride)
  }
}
