import Checkpoints
import Networks
import Tensors

/// A network with its numbers and, once it is being trained, its gradient and optimizer.
package final class Learner: @unchecked Sendable {
  package let network: Network
  package let weights: Weights
  package private(set) var optimizer: Optimizer?
  /// The gradient of the last step, flat.
  package private(set) var gradient: Buffer<Float>?
  /// The step after which the optimizer's state began, at zero: its own steps count from there.
  private(set) var optimizerStart = 0
  private let context: Context

  package init(_ network: Network, seed: UInt64, context: Context) throws(GenerativeError) {
    self.network = network
    self.context = context
    weights = try Weights(network, seed: seed, context: context)
  }

  /// Makes room for a gradient and the optimizer's state; keeps the state of the same rule.
  ///
  /// - Parameter stepCount: steps this network has done, from which a fresh state's own steps count.
  func prepare(_ rule: Optimizer.Rule, after stepCount: Int) throws(GenerativeError) {
    if gradient == nil { gradient = try Buffer(count: network.parameterCount, in: context.memory) }
    if optimizer?.rule != rule {
      optimizer = try Optimizer(rule, parameterCount: network.parameterCount, context: context)
      optimizerStart = stepCount
    }
  }

  /// Bytes that training takes beside the workspaces.
  static func byteCount(_ network: Network, _ rule: Optimizer.Rule) -> Int {
    // Weights, gradient, two moments at most, and the snapshot of all but the gradient.
    (network.parameterCount * 7 + network.statisticCount * 2) * MemoryLayout<Float>.stride
  }

  func zeroGradient() {
    guard let gradient else { return }
    gradient.base.update(repeating: 0, count: gradient.count)
  }

  /// Σ g², for a norm over several networks.
  var squaredGradientNorm: Double {
    guard let gradient else { return 0 }
    return context.dot(gradient.base, gradient.base, count: gradient.count)
  }

  /// One step along the gradient, scaled; `step` counts from the network's first, from 1.
  func update(step: Int, rate: Float, gradientScale: Float = 1) {
    guard let optimizer, let gradient else { return }
    if gradientScale != 1 {
      context.scale(gradient.base, by: gradientScale, count: gradient.count, into: gradient.base)
    }
    optimizer.step(
      step - optimizerStart, weights.parameters.base, gradient: gradient.base, rate: rate,
      context: context)
  }

  /// Everything a step changes, for snapshots and checkpoints.
  var state: [Buffer<Float>] {
    [weights.parameters, weights.statistics] + (optimizer?.state.map(\.values) ?? [])
  }
}

extension [Learner] {
  /// One step of all along their joint gradient, clipped as one; returns its norm before that.
  func update(step: Int, rate: Float, clipNorm: Float?) -> Double {
    let norm = reduce(0) { $0 + $1.squaredGradientNorm }.squareRoot()
    var scale: Float = 1
    if let clipNorm, norm.isFinite, norm > Double(clipNorm) { scale = Float(Double(clipNorm) / norm) }
    for learner in self { learner.update(step: step, rate: rate, gradientScale: scale) }
    return norm
  }
}
