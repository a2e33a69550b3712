import Glibc
import Tensors

/// An exponential moving average of a network's weights, kept in addition to the trained weights: after step
/// t
///
///     a ← (1 − share)·a + share·w,  share = (1 − decay) / (1 − decayᵗ),
///
/// which is the average of the steps so far whose weights fall by `decay` from step to step and sum to
/// one, without the weights that training began with (the correction of Adam; Kingma & Ba 2015).
///
/// That is a plain mean of all steps until there are many. With a ramp the share is at least 9 / (10 + t), so that
/// the window is the last ninth of the steps, up to 1 / (1 − decay) of them.
///
/// Polyak & Juditsky 1992; for generators Yazıcı et al., "The unusual effectiveness of averaging in
/// GAN training", ICLR 2019. Running statistics are averaged alike: those of the last weights would
/// belong to activations that the averaged weights do not have.
package final class ExponentialAverage: Sendable {
  /// In [0, 1): the average is over about the last 1 / (1 − decay) steps.
  package let decay: Float
  /// Whether the window grows with the steps.
  let ramps: Bool
  /// The averaged numbers, usable as the network's weights at any time.
  package let weights: Weights

  /// Starts from a copy of `weights`.
  package init(of weights: Weights, decay: Float, ramps: Bool = true, context: Context)
    throws(GenerativeError)
  {
    (self.decay, self.ramps) = (decay, ramps)
    self.weights = try Weights(copying: weights, context: context)
  }

  /// Takes in `current`, the weights after step `step`, which counts from 1.
  package func update(_ current: Weights, step: Int, context: Context) {
    let decay = Double(decay)
    let mean = (1 - decay) / (1 - pow(decay, Double(step)))
    let share = Float(ramps ? max(1 - decay, 9 / (10 + Double(step))) : mean)
    context.combine(
      share, current.parameters.base, 1 - share, into: weights.parameters.base,
      count: current.parameters.count)
    context.combine(
      share, current.statistics.base, 1 - share, into: weights.statistics.base,
      count: current.statistics.count)
  }
}
