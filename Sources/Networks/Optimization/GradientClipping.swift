import Tensors

/// Clipping by the global norm: g ← g · min(1, limit / ‖g‖₂).
///
/// Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.
package enum GradientClipping {
  /// Shortens `gradient` to `limit` where it is longer, and returns its norm before that.
  ///
  /// A norm that is not finite leaves the gradient as it is, for the caller to stop on.
  @discardableResult
  package static func clip(
    _ gradient: UnsafeMutablePointer<Float>, count: Int, to limit: Float, context: Context
  ) -> Float {
    let norm = Float(context.dot(gradient, gradient, count: count).squareRoot())
    if norm.isFinite, norm > limit {
      context.scale(gradient, by: limit / norm, count: count, into: gradient)
    }
    return norm
  }
}
