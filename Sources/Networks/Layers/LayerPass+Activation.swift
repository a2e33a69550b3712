import Tensors

// The backward pass shared by all layers that end with a bias and an activation.

extension LayerPass {
  /// dz = dy · act′, in place, for `count` elements. y is the layer's output. If the layer kept its sum
  /// before the activation, it is at the start of its cache.
  func activateBackward(
    _ dy: UnsafeMutablePointer<Float>, y: UnsafePointer<Float>, count: Int, _ activation: Activation
  ) {
    guard activation != .identity else { return }
    let kept = activation.differentiatesInput ? cache : nil
    context.activateBackward(
      dy, saved: kept.map { UnsafePointer($0) } ?? y, count: count, activation, into: dy)
  }
}
