import Tensors

// What every layer that ends in a bias and an activation does on its way back.

extension LayerPass {
  /// dz = dy · act′, in place, for `count` elements; y is the layer's output, and what it kept of its
  /// sum before the activation lies at the start of its cache.
  func activateBackward(
    _ dy: UnsafeMutablePointer<Float>, y: UnsafePointer<Float>, count: Int, _ activation: Activation
  ) {
    guard activation != .identity else { return }
    let kept = activation.differentiatesInput ? cache : nil
    context.activateBackward(
      dy, saved: kept.map { UnsafePointer($0) } ?? y, count: count, activation, into: dy)
  }
}
