import Glibc

/// The learning rate as a pure function of the step: a warm-up followed by a shape.
package struct Schedule: Equatable, Hashable, Sendable {
  /// The shape after the warm-up. u increases from 0 at its end to 1 at the last step.
  package enum Shape: Equatable, Hashable, Sendable {
    /// rate
    case constant
    /// rate · factor^⌊step / period⌋: multiplied by `factor` every `period` steps.
    case step(factor: Float, period: Int)
    /// rate · (floor + (1 − floor) · ½ (1 + cos πu)) (Loshchilov & Hutter, "SGDR", ICLR 2017)
    case cosine(floor: Float = 0)
    /// rate · (1 − (1 − floor) · u)
    case linear(floor: Float = 0)
  }

  package enum WarmUp: Equatable, Hashable, Sendable {
    case steps(Int)
    /// A fraction of all steps, in [0, 1].
    case fraction(Float)
  }

  package let rate: Float
  package let shape: Shape
  package let warmUp: WarmUp

  package init(_ rate: Float, _ shape: Shape = .constant, warmUp: WarmUp = .steps(0)) {
    self.rate = rate
    self.shape = shape
    self.warmUp = warmUp
  }

  /// The learning rate of step `step`, in 0 ..< `stepCount`.
  ///
  /// Step s of w warm-up steps has the rate · (s + 1) / w, so the first step is not zero and the last one has
  /// the full rate.
  package func rate(step: Int, of stepCount: Int) -> Float {
    let warm = warmUpSteps(of: stepCount)
    if step < warm { return rate * Float(Double(step + 1) / Double(warm)) }
    let span = max(stepCount - 1 - warm, 1)
    let u = min(max(Double(step - warm) / Double(span), 0), 1)
    switch shape {
    case .constant: return rate
    case .step(let factor, let period):
      return rate * Float(pow(Double(factor), Double(step / max(period, 1))))
    case .cosine(let floor):
      return rate * (floor + (1 - floor) * Float(0.5 * (1 + cos(Double.pi * u))))
    case .linear(let floor): return rate * (1 - (1 - floor) * Float(u))
    }
  }

  private func warmUpSteps(of stepCount: Int) -> Int {
    switch warmUp {
    case .steps(let steps): return min(max(steps, 0), max(stepCount, 0))
    case .fraction(let fraction):
      let steps = (Double(fraction) * Double(max(stepCount, 0))).rounded()
      return steps >= 0 ? Int(min(steps, Double(max(stepCount, 0)))) : 0
    }
  }
}
