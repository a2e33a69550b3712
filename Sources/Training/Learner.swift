import Checkpoints
import Networks
import Tensors

/// A network with its weights and, once it is trained, its gradient and optimizer.
package final class Learner: @unchecked Sendable {
  package let network: Network
  package let weights: Weights
  package private(set) var optimizer: Optimizer?
  /// The gradient of the last step, flat: its part of a `Turn`'s.
  package internal(set) var gradient: Buffer<Float>?
  /// The step after which the optimizer's state began, at zero: its own steps count from there.
  private(set) var optimizerStart = 0
  /// Steps this network makes for one of its model's.
  let stepsPerTurn: Int
  private let context: Context

  /// - Parameter tied: the learner whose weights the network's layers share.
  package init(
    _ network: Network, seed: UInt64, stepsPerTurn: Int = 1, tiedTo tied: Learner? = nil, context: Context
  ) throws(GenerativeError) {
    self.network = network
    self.stepsPerTurn = stepsPerTurn
    self.context = context
    weights = try Weights(network, seed: seed, tiedTo: tied?.weights, context: context)
  }

  /// Allocates the optimizer's state; keeps an existing state of the same rule.
  ///
  /// - Parameter stepCount: the model's steps so far, from which a new state counts its own steps.
  func prepare(_ rule: Optimizer.Rule, after stepCount: Int) throws(GenerativeError) {
    if optimizer?.rule != rule {
      optimizer = try Optimizer(rule, parameterCount: network.parameterCount, context: context)
      optimizerStart = stepCount * stepsPerTurn
    }
  }

  /// The optimizer and `optimizerStart`, to be put back.
  var optimization: (optimizer: Optimizer?, start: Int) {
    get { (optimizer, optimizerStart) }
    set { (optimizer, optimizerStart) = newValue }
  }

  /// Discards the optimizer and its state.
  func forgetOptimizer() { optimizer = nil }

  /// Bytes that training takes in addition to the workspaces.
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

  /// The layer where backward first met a gradient that is not finite; nil when all of it is.
  var nonfiniteGradient: String? {
    gradient.flatMap { network.lastNonfinite($0.base, context: context) }
  }

  /// One step along the gradient times `gradientScale`; `step` counts from the network's first, from 1.
  func update(step: Int, rate: Float, gradientScale: Float = 1) {
    guard let optimizer, let gradient else { return }
    optimizer.step(
      step - optimizerStart, weights.parameters.base, gradient: gradient.base, scaledBy: gradientScale,
      rate: rate, context: context)
  }

  /// The first parameter or statistic that is not finite, as `decoder.2.weight`; nil when all are.
  var nonfiniteWeight: String? {
    network.views(weights).first { !context.isFinite($0.buffer.base + $0.offset, count: $0.count) }
      .map { "\(network.name).\($0.name)" }
  }

  /// All that a step changes, for snapshots and checkpoints.
  var state: [Buffer<Float>] {
    [weights.parameters, weights.statistics] + (optimizer?.state.map({ $0.values }) ?? [])
  }
}
