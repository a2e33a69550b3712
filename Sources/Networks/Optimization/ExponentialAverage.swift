import Glibc
import Tensors

/// An exponential moving average of a network's weights, kept in addition to the trained weights. After step
/// t,
///
///     a ← (1 − share)·a + share·w,  share = (1 − decay) / (1 − decayᵗ).
///
/// It is a weighted average of all steps so far. The weights decrease by a factor of `decay` per step back
/// and sum to one, and the initial weights are not part of it (the correction of Adam; Kingma & Ba 2015).
///
/// Until there are many steps, that is nearly a plain mean of all of them. With a ramp, the share is at least
/// 9 / (10 + t), so the window is the last ninth of the steps, up to 1 / (1 − decay) of them.
///
/// Polyak & Juditsky 1992; for generators Yazıcı et al., "The unusual effectiveness of averaging in GAN
/// training", ICLR 2019. Running statistics are averaged too: those of the last weights would describe
/// activations that the averaged weights do not produce.
package final class ExponentialAverage: Sendable {
  /// In [0, 1). The average covers about the last 1 / (1 − decay) steps.
  package let decay: Float
  /// Whether the window grows with the number of steps.
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

  /// Adds `current`, the weights after step `step`, to the average. Steps count from 1.
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
