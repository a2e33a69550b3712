import Tensors

/// An exponential moving average of a network's weights, kept beside the weights being trained:
/// a ← decay·a + (1 − decay)·w after every step.
///
/// Polyak & Juditsky 1992; for generators Yazıcı et al., "The unusual effectiveness of averaging in
/// GAN training", ICLR 2019. Running statistics are averaged alike: those of the last weights would
/// belong to activations that the averaged weights do not have.
package final class ExponentialAverage: Sendable {
  /// In [0, 1): the average is over about the last 1 / (1 − decay) steps.
  package let decay: Float
  /// The averaged numbers, usable as the network's weights at any time.
  package let weights: Weights

  /// Starts from a copy of `weights`.
  package init(of weights: Weights, decay: Float, context: Context) throws(GenerativeError) {
    self.decay = decay
    self.weights = try Weights(copying: weights, context: context)
  }

  /// Takes in `current`, the weights after a step.
  package func update(_ current: Weights, context: Context) {
    context.combine(
      1 - decay, current.parameters.base, decay, into: weights.parameters.base,
      count: current.parameters.count)
    context.combine(
      1 - decay, current.statistics.base, decay, into: weights.statistics.base,
      count: current.statistics.count)
  }
}
