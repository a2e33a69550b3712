import Checkpoints
import Networks
import Tensors

extension Learner {
  /// Adds the weights as `<network>.<layer>.<parameter>` and, with everything, the optimizer's state
  /// as `optimizer.<network>.m` and `.v`.
  func add(to checkpoint: inout Checkpoint, _ content: CheckpointContent) throws(GenerativeError) {
    try network.add(weights, to: &checkpoint, as: network.name)
    guard content == .everything, let optimizer else { return }
    for (name, values) in optimizer.state {
      try checkpoint.add("optimizer.\(network.name).\(name)", shape: [values.count], values)
    }
  }

  /// Takes over the weights and, when there is a rule, the optimizer's state, begun after step `start`.
  func load(
    _ checkpoint: Checkpoint, _ rule: Optimizer.Rule?, after start: Int
  ) throws(GenerativeError) {
    try network.load(weights, from: checkpoint, as: network.name)
    guard let rule else { return }
    try prepare(rule, after: start)
    for (name, values) in optimizer?.state ?? [] {
      let tensor: TensorView<Float> = try checkpoint.tensor(
        named: "optimizer.\(network.name).\(name)", shape: [values.count])
      tensor.copy(to: values.base)
    }
  }
}

extension Network {
  /// Adds each parameter and statistic under its own name.
  func add(
    _ weights: Weights, to checkpoint: inout Checkpoint, as prefix: String
  ) throws(GenerativeError) {
    for (name, shape, buffer, offset) in views(weights) {
      try checkpoint.add("\(prefix).\(name)", shape: shape, buffer, offset: offset)
    }
  }

  /// Takes each parameter and statistic over.
  func load(_ weights: Weights, from checkpoint: Checkpoint, as prefix: String) throws(GenerativeError) {
    for (name, shape, buffer, offset) in views(weights) {
      let tensor: TensorView<Float> = try checkpoint.tensor(named: "\(prefix).\(name)", shape: shape)
      tensor.copy(to: buffer.base + offset)
    }
  }

  /// The named arrays of `weights`: `<layer>.<parameter>`, shape, and where it lies.
  private func views(
    _ weights: Weights
  ) -> [(name: String, shape: [Int], buffer: Buffer<Float>, offset: Int)] {
    var views: [(name: String, shape: [Int], buffer: Buffer<Float>, offset: Int)] = []
    var (parameterOffset, statisticOffset) = (0, 0)
    for (index, layer) in layers.enumerated() {
      for parameter in layer.parameters {
        views.append(("\(index).\(parameter.name)", parameter.shape, weights.parameters, parameterOffset))
        parameterOffset += parameter.count
      }
      for statistic in layer.statistics {
        views.append(("\(index).\(statistic.name)", statistic.shape, weights.statistics, statisticOffset))
        statisticOffset += statistic.count
      }
    }
    return views
  }
}
