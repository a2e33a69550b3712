import Checkpoints
import Networks
import Tensors

/// A network with its weights and, once it has been trained, its gradient and optimizer.
package final class Learner: @unchecked Sendable {
  package let network: Network
  package let weights: Weights
  package private(set) var optimizer: Optimizer?
  /// The gradient of the last step, flat; a part of the memory of a `Turn`.
  package internal(set) var gradient: Buffer<Float>?
  /// The step after which the optimizer's state began. The optimizer's own steps count from there.
  private(set) var optimizerStart = 0
  /// The number of steps of this network per step of its model.
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

  /// Allocates the optimizer's state. An existing state of the same rule is kept.
  ///
  /// - Parameter stepCount: the number of the model's steps so far. A new state counts its own steps from
  ///   there.
  func prepare(_ rule: Optimizer.Rule, after stepCount: Int) throws(GenerativeError) {
    if optimizer?.rule != rule {
      optimizer = try Optimizer(rule, parameterCount: network.parameterCount, context: context)
      optimizerStart = stepCount * stepsPerTurn
    }
  }

  /// The optimizer and `optimizerStart`, so that they can be restored.
  var optimization: (optimizer: Optimizer?, start: Int) {
    get { (optimizer, optimizerStart) }
    set { (optimizer, optimizerStart) = newValue }
  }

  /// Discards the optimizer and its state.
  func forgetOptimizer() { optimizer = nil }

  /// The number of bytes that training needs in addition to the workspaces.
  static func byteCount(_ network: Network, _ rule: Optimizer.Rule) -> Int {
    // Weights, gradient, at most two moments, and the snapshot of everything except the gradient.
    (network.parameterCount * 7 + network.statisticCount * 2) * MemoryLayout<Float>.stride
  }

  func zeroGradient() {
    guard let gradient else { return }
    gradient.base.update(repeating: 0, count: gradient.count)
  }

  /// Σ g², to compute a norm over several networks.
  var squaredGradientNorm: Double {
    guard let gradient else { return 0 }
    return context.dot(gradient.base, gradient.base, count: gradient.count)
  }

  /// The layer where the backward pass first met a nonfinite gradient, or nil.
  var nonfiniteGradient: String? {
    gradient.flatMap { network.lastNonfinite($0.base, context: context) }
  }

  /// Makes one step along the gradient times `gradientScale`. `step` counts the network's steps, starting at
  /// 1.
  func update(step: Int, rate: Float, gradientScale: Float = 1) {
    guard let optimizer, let gradient else { return }
    optimizer.step(
      step - optimizerStart, weights.parameters.base, gradient: gradient.base, scaledBy: gradientScale,
      rate: rate, context: context)
  }

  /// The name of the first parameter or statistic that is not finite, such as `decoder.2.weight`, or nil.
  var nonfiniteWeight: String? {
    network.views(weights).first { !context.isFinite($0.buffer.base + $0.offset, count: $0.count) }
      .map { "\(network.name).\($0.name)" }
  }

  /// Everything that a step changes, for snapshots and checkpoints.
  var state: [Buffer<Float>] {
    [weights.parameters, weights.statistics] + (optimizer?.state.map({ $0.values }) ?? [])
  }
}
