import Networks
import Tensors

/// Networks that learn together from one gradient, theirs one after another in one piece of memory.
///
/// A training step is a turn or several: a GAN's discriminator and generator take turns.
package final class Turn {
  package let learners: [Learner]
  /// The figure that the gradient's norm is.
  let norm: Figures.Name
  /// The gradients, each on a cache line of its own, and behind them room for what ranks add up with
  /// them.
  let flat: Buffer<Float>
  /// Floats of the gradients.
  let gradientCount: Int
  private let model: any Trainable

  /// Makes room for the gradients and for the optimizer's state.
  ///
  /// - Parameter learners: those of the model's that learn; nil: all.
  package init(
    of model: any Trainable, _ rule: Optimizer.Rule, learners: [Learner]? = nil,
    norm: Figures.Name = .gradientNorm
  ) throws(GenerativeError) {
    let learners = learners ?? model.learners
    self.model = model
    self.learners = learners
    self.norm = norm
    var offsets: [Int] = []
    var count = 0
    for learner in learners {
      offsets.append(count)
      count += (learner.network.parameterCount + 15) & ~15
    }
    gradientCount = count
    flat = try Buffer(count: count + Team.tailCount, in: model.context.memory)
    for (learner, offset) in zip(learners, offsets) {
      try learner.prepare(rule, after: model.progress.stepCount)
      learner.gradient = Buffer(part: offset, count: learner.network.parameterCount, of: flat)
    }
  }

  /// Whether the learners' gradients are still these: another fit gives them others.
  var ownsGradients: Bool {
    learners.allSatisfy { learner in
      learner.gradient.map { flat.base <= $0.base && $0.base < flat.base + max(gradientCount, 1) } ?? false
    }
  }

  /// Called before the gradients are computed: they begin at zero, and the pass may change statistics, which
  /// inference uses.
  package func begin() {
    model.weightsChange()
    for learner in learners { learner.zeroGradient() }
  }

  /// Where the numbers lie that ranks add up with the gradients.
  var tail: UnsafeMutablePointer<Float> { flat.base + gradientCount }

  /// One step of all along their joint gradient, clipped as one; returns its norm before that.
  ///
  /// - Parameter divisor: what the gradient, a sum over so many rows, is divided by.
  /// - Throws: when the gradient is not finite, and nothing moves.
  func update(
    at time: StepTime, clipNorm: Float?, divisor: Double = 1
  ) throws(Runaway) -> Double {
    let norm = learners.reduce(0) { $0 + $1.squaredGradientNorm }.squareRoot() / divisor
    guard norm.isFinite else {
      // Backward goes from the last network to the first.
      let layer = learners.reversed().lazy.compactMap({ $0.nonfiniteGradient }).first ?? "unknown"
      throw Runaway(what: "gradient", value: norm, place: "first in layer \(layer)")
    }
    model.weightsChange()
    var scale = Float(1 / divisor)
    if let clipNorm, norm > Double(clipNorm) { scale = Float(Double(clipNorm) / (norm * divisor)) }
    for learner in learners { learner.update(step: time.step, rate: time.rate, gradientScale: scale) }
    return norm
  }
}
