import Networks
import Tensors

/// Networks that learn together from one gradient. Their gradients are contiguous in one piece of memory.
///
/// A training step consists of one or more turns: a GAN's discriminator and generator take turns.
package final class Turn {
  package let learners: [Learner]
  /// The figure that records the gradient's norm.
  let norm: Figures.Name
  /// The gradients, each on its own cache line, followed by memory for the numbers that ranks sum together
  /// with them.
  let flat: Buffer<Float>
  /// The number of floats in the gradients.
  let gradientCount: Int
  private let model: any Trainable

  /// Allocates the gradients and the optimizer's state.
  ///
  /// - Parameter learners: the model's learners that learn in this turn; nil for all.
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

  /// Whether the learners still use these gradients: another fit gives them others.
  var ownsGradients: Bool {
    learners.allSatisfy { learner in
      learner.gradient.map { flat.base <= $0.base && $0.base < flat.base + max(gradientCount, 1) } ?? false
    }
  }

  /// Called before the gradients are computed. Zeroes them. The pass may change statistics that inference
  /// uses.
  package func begin() {
    model.weightsChange()
    for learner in learners { learner.zeroGradient() }
  }

  /// The numbers that ranks sum together with the gradients.
  var tail: UnsafeMutablePointer<Float> { flat.base + gradientCount }

  /// Makes one step of all learners along their joint gradient, clipped by its joint norm. Returns the norm
  /// before clipping.
  ///
  /// - Parameter divisor: the number of rows that the gradient sums over, by which it is divided.
  /// - Throws: if the gradient is not finite; nothing is changed then.
  func update(
    at time: StepTime, clipNorm: Float?, divisor: Double = 1
  ) throws(Runaway) -> Double {
    let norm = learners.reduce(0) { $0 + $1.squaredGradientNorm }.squareRoot() / divisor
    guard norm.isFinite else {
      // The backward pass goes from the last network to the first.
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
