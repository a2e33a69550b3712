/// One fused pass over parameters, gradients and an optimizer's state. The gradient g is multiplied by
/// `scale`.
package struct OptimizerKernels: Sendable {
  package typealias Input = UnsafePointer<Float>
  package typealias Output = UnsafeMutablePointer<Float>

  /// The scalars of an Adam step; see `Context.adamStep`.
  package struct Adam: Sendable {
    package var beta1, beta2, step, rootScale, epsilon, decay, gradientScale: Float
    package init(
      beta1: Float, beta2: Float, step: Float, rootScale: Float, epsilon: Float, decay: Float,
      gradientScale: Float
    ) {
      self.beta1 = beta1
      self.beta2 = beta2
      self.step = step
      self.rootScale = rootScale
      self.epsilon = epsilon
      self.decay = decay
      self.gradientScale = gradientScale
    }
  }

  package var adam:
    @Sendable (_ p: Output, _ g: Input, _ m: Output, _ v: Output, _ adam: Adam, _ count: Int) -> Void
  /// m ← μm + g; p ← p − rate·(m + decay·p)
  package var momentum:
    @Sendable (
      _ p: Output, _ g: Input, _ scale: Float, _ m: Output, _ rate: Float, _ mu: Float, _ decay: Float,
      _ count: Int
    )
      -> Void
  /// v ← ρv + (1−ρ)g²; p ← p − rate·g / (√v + ε)
  package var rmsProp:
    @Sendable (
      _ p: Output, _ g: Input, _ scale: Float, _ v: Output, _ rate: Float, _ rho: Float, _ epsilon: Float,
      _ count: Int
    )
      -> Void

  package init(
    adam: @escaping @Sendable (Output, Input, Output, Output, Adam, Int) -> Void,
    momentum: @escaping @Sendable (Output, Input, Float, Output, Float, Float, Float, Int) -> Void,
    rmsProp: @escaping @Sendable (Output, Input, Float, Output, Float, Float, Float, Int) -> Void
  ) {
    self.adam = adam
    self.momentum = momentum
    self.rmsProp = rmsProp
  }
}
