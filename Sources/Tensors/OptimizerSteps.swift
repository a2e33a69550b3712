import Kernels

// Optimizer steps. Each is one fused pass over the flat parameters. g is the gradient times `scale`.

extension Context {
  /// Adam (Kingma & Ba 2015) with decoupled weight decay (AdamW) if `decay` > 0.
  ///
  /// m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; p ← p − decay·p − step·m / (√v·rootScale + ε). The caller folds
  /// in the bias corrections and the learning rate: step = rate / (1−β₁ᵗ), rootScale = 1/√(1−β₂ᵗ), decay =
  /// rate · weight decay.
  package func adamStep(
    _ p: Output, gradient g: Input, scaledBy scale: Float = 1, m: Output, v: Output, count: Int,
    beta1: Float, beta2: Float, step: Float, rootScale: Float, epsilon: Float, decay: Float
  ) {
    let kernel = kernels.optimizers.adam
    let adam = OptimizerKernels.Adam(
      beta1: beta1, beta2: beta2, step: step, rootScale: rootScale, epsilon: epsilon, decay: decay,
      gradientScale: scale)
    forChunks(count, cost: 0.8) { i, count in kernel(p + i, g + i, m + i, v + i, adam, count) }
  }

  /// SGD with momentum: m ← μm + g; p ← p − rate·(m + decay·p)
  package func momentumStep(
    _ p: Output, gradient g: Input, scaledBy scale: Float = 1, m: Output, count: Int, rate: Float,
    momentum: Float, decay: Float
  ) {
    let kernel = kernels.optimizers.momentum
    forChunks(count, cost: 0.5) { i, count in
      kernel(p + i, g + i, scale, m + i, rate, momentum, decay, count)
    }
  }

  /// RMSProp: v ← ρv + (1−ρ)g²; p ← p − rate·g / (√v + ε)
  package func rmsPropStep(
    _ p: Output, gradient g: Input, scaledBy scale: Float = 1, v: Output, count: Int, rate: Float,
    rho: Float, epsilon: Float
  ) {
    let kernel = kernels.optimizers.rmsProp
    forChunks(count, cost: 0.6) { i, count in
      kernel(p + i, g + i, scale, v + i, rate, rho, epsilon, count)
    }
  }
}
