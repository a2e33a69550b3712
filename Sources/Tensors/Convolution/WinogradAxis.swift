/// One axis of a stride-1 convolution with two taps. Output `firstOutput` + q·`outputStep` is the sum over j
/// < 2 of source pixel `origin` + (q + j)·`sourceStep` times kernel element `firstTap` + j·`tapStep`.
struct WinogradAxis {
  let positionCount: Int
  let firstOutput: Int
  let outputStep: Int
  let sourceCount: Int
  let sourceStep: Int
  let origin: Int
  let firstTap: Int
  let tapStep: Int

  /// The pixels that tile `tile` of `tileSize` outputs reads, one more than it has: the position of the first,
  /// which may lie outside the image, and the range of those that exist.
  func patch(_ tile: Int, tileSize: Int) -> (start: Int, first: Int, end: Int) {
    let start = origin + tile * tileSize * sourceStep
    let patchSize = tileSize + 1
    let first = start < 0 ? (sourceStep - 1 - start) / sourceStep : 0
    let end = start < sourceCount ? (sourceCount - start + sourceStep - 1) / sourceStep : 0
    return (start, min(first, patchSize), min(end, patchSize))
  }
}

extension ConvolutionAxis {
  /// With four taps and stride 2, even and odd pixels are independent: small[o] is the sum over phases a of
  /// Σⱼ large[2(o + j) − padding + a]·w[a + 2j].
  func correlationPhase(_ phase: Int) -> WinogradAxis {
    WinogradAxis(
      positionCount: small, firstOutput: 0, outputStep: 1, sourceCount: large, sourceStep: 2,
      origin: phase - window.padding, firstTap: phase, tapStep: 2)
  }

  /// The other direction: every second pixel of the large side receives two taps.
  func spreadingPhase(_ phase: Int) -> WinogradAxis {
    let axis = self.phase(phase)
    return WinogradAxis(
      positionCount: axis.positionCount, firstOutput: axis.firstOutput, outputStep: axis.outputStep,
      sourceCount: axis.sourceCount, sourceStep: axis.stride, origin: axis.origin, firstTap: axis.firstTap,
      tapStep: axis.tapStep)
  }
}
