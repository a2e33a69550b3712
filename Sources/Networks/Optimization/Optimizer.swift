import Glibc
import Tensors

/// A rule of gradient descent, and its state for one flat parameter buffer.
package final class Optimizer: Sendable {
  /// How a gradient g updates the parameters p; all hyperparameters except the learning rate.
  package enum Rule: Equatable, Hashable, Sendable {
    /// m ← μm + g; p ← p − rate·m (Polyak 1964, in PyTorch's form); μ in [0, 1), 0 for plain SGD.
    case sgd(momentum: Float = 0)
    /// v ← ρv + (1−ρ)g²; p ← p − rate·g / (√v + ε) (Tieleman & Hinton 2012)
    case rmsProp(rho: Float = 0.99, epsilon: Float = 1e-8)
    /// m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; p ← p − rate·m̂ / (√v̂ + ε), where m̂ = m / (1−β₁ᵗ)
    /// and v̂ = v / (1−β₂ᵗ) (Kingma & Ba, ICLR 2015)
    case adam(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8)
    /// Adam after p ← (1 − rate·decay)·p (Loshchilov & Hutter, ICLR 2019)
    case adamW(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, decay: Float = 0.01)

    /// `sgd`, `rmsprop`, `adam` or `adamw`.
    package var name: String {
      switch self {
      case .sgd: "sgd"
      case .rmsProp: "rmsprop"
      case .adam: "adam"
      case .adamW: "adamw"
      }
    }

    /// The hyperparameters, with the names that checkpoints and options use.
    package var hyperparameters: [(name: String, value: Float)] {
      switch self {
      case .sgd(let momentum): [("beta1", momentum)]
      case .rmsProp(let rho, let epsilon): [("beta2", rho), ("epsilon", epsilon)]
      case .adam(let beta1, let beta2, let epsilon):
        [("beta1", beta1), ("beta2", beta2), ("epsilon", epsilon)]
      case .adamW(let beta1, let beta2, let epsilon, let decay):
        [("beta1", beta1), ("beta2", beta2), ("epsilon", epsilon), ("weight_decay", decay)]
      }
    }

    var keepsMomentum: Bool {
      if case .rmsProp = self { false } else { true }
    }

    var keepsSquares: Bool {
      if case .sgd = self { false } else { true }
    }
  }

  package let rule: Rule
  /// The running mean of gradients; empty for RMSProp.
  package let momentum: Buffer<Float>
  /// The running mean of squared gradients; empty for SGD.
  package let squares: Buffer<Float>
  private let parameterCount: Int

  /// - Throws: `.memory` if the state cannot be allocated.
  package init(_ rule: Rule, parameterCount: Int, context: Context) throws(GenerativeError) {
    self.rule = rule
    self.parameterCount = parameterCount
    momentum = try Buffer(count: rule.keepsMomentum ? parameterCount : 0, in: context.memory)
    squares = try Buffer(count: rule.keepsSquares ? parameterCount : 0, in: context.memory)
  }

  /// The state by name, `m` and `v`, for a checkpoint to write and to read back in place. Together with the
  /// number of steps done, it makes resumed training equal to uninterrupted training.
  package var state: [(name: String, values: Buffer<Float>)] {
    var state: [(name: String, values: Buffer<Float>)] = []
    if rule.keepsMomentum { state.append(("m", momentum)) }
    if rule.keepsSquares { state.append(("v", squares)) }
    return state
  }

  /// Updates `parameters` by `gradient`, both with `parameterCount` floats.
  ///
  /// - Parameters:
  ///   - step: 1 for this optimizer's first step, 2 for its second, …
  ///   - scale: a factor applied to the gradient first.
  package func step(
    _ step: Int, _ parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    scaledBy scale: Float = 1, rate: Float, context: Context
  ) {
    switch rule {
    case .sgd(let mu):
      context.momentumStep(
        parameters, gradient: gradient, scaledBy: scale, m: momentum.base, count: parameterCount,
        rate: rate, momentum: mu, decay: 0)
    case .rmsProp(let rho, let epsilon):
      context.rmsPropStep(
        parameters, gradient: gradient, scaledBy: scale, v: squares.base, count: parameterCount,
        rate: rate, rho: rho, epsilon: epsilon)
    case .adam(let beta1, let beta2, let epsilon):
      adam(step, parameters, gradient, scale, rate, beta1, beta2, epsilon, decay: 0, context)
    case .adamW(let beta1, let beta2, let epsilon, let decay):
      adam(step, parameters, gradient, scale, rate, beta1, beta2, epsilon, decay: rate * decay, context)
    }
  }

  private func adam(
    _ step: Int, _ parameters: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>,
    _ scale: Float, _ rate: Float, _ beta1: Float, _ beta2: Float, _ epsilon: Float, decay: Float,
    _ context: Context
  ) {
    // In Double: 1 − 0.999ᵗ loses half of a Float's digits at t = 1.
    let t = Double(max(step, 1))
    let meanScale = 1 / (1 - pow(Double(beta1), t))
    let squareScale = 1 / (1 - pow(Double(beta2), t))
    context.adamStep(
      parameters, gradient: gradient, scaledBy: scale, m: momentum.base, v: squares.base,
      count: parameterCount,
      beta1: beta1, beta2: beta2, step: Float(Double(rate) * meanScale),
      rootScale: Float(squareScale.squareRoot()), epsilon: epsilon, decay: decay)
  }
}
