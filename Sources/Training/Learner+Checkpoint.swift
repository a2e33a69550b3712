import Checkpoints
import Networks
import Tensors

extension Learner {
  /// Adds the weights as `<network>.<layer>.<parameter>`. If `content` is `.everything`, also adds the
  /// optimizer's state as `optimizer.<network>.m` and `.v`.
  func add(to checkpoint: inout Checkpoint, _ content: CheckpointContent) throws(GenerativeError) {
    try network.add(weights, to: &checkpoint, as: network.name)
    guard content == .everything, let optimizer else { return }
    for (name, values) in optimizer.state {
      try checkpoint.add("optimizer.\(network.name).\(name)", shape: [values.count], values)
    }
  }

  /// The transfers that load the weights and, if there is a rule, the optimizer's state, which began after
  /// the model's step `start`. Memory for that state is allocated immediately.
  func transfers(
    from checkpoint: Checkpoint, _ rule: Optimizer.Rule?, after start: Int
  ) throws(GenerativeError) -> [Transfer] {
    var transfers = try network.transfers(from: checkpoint, named: network.name, to: weights)
    guard let rule else { return transfers }
    try prepare(rule, after: start)
    for (name, values) in optimizer?.state ?? [] {
      let tensor: TensorView<Float> = try checkpoint.tensor(
        named: "optimizer.\(network.name).\(name)", shape: [values.count])
      transfers.append(Transfer(tensor: tensor, destination: values.base))
    }
    return transfers
  }
}

/// A tensor of a checkpoint and its destination. All transfers are collected before the first is run, so a
/// model is changed completely or not at all.
struct Transfer {
  let tensor: TensorView<Float>
  let destination: UnsafeMutablePointer<Float>

  func run() { tensor.copy(to: destination) }
}

/// An array of a network's weights: `<layer>.<parameter>`, its shape and its location.
struct WeightView {
  let name: String
  let shape: [Int]
  let count: Int
  let buffer: Buffer<Float>
  let offset: Int
}

extension Network {
  /// Adds each parameter and statistic under its name.
  func add(
    _ weights: Weights, to checkpoint: inout Checkpoint, as prefix: String
  ) throws(GenerativeError) {
    for view in views(weights) {
      try checkpoint.add("\(prefix).\(view.name)", shape: view.shape, view.buffer, offset: view.offset)
    }
  }

  /// The transfers that load each parameter and statistic.
  func transfers(
    from checkpoint: Checkpoint, named prefix: String, to weights: Weights
  ) throws(GenerativeError) -> [Transfer] {
    var transfers: [Transfer] = []
    for view in views(weights) {
      let tensor: TensorView<Float> = try checkpoint.tensor(
        named: "\(prefix).\(view.name)", shape: view.shape)
      transfers.append(Transfer(tensor: tensor, destination: view.buffer.base + view.offset))
    }
    return transfers
  }

  /// The named arrays of `weights`.
  func views(_ weights: Weights) -> [WeightView] {
    var views: [WeightView] = []
    var offsets = (parameters: 0, statistics: 0)
    func add(_ index: Int, _ parameter: Parameter, _ buffer: Buffer<Float>, _ offset: inout Int) {
      views.append(
        WeightView(
          name: "\(index).\(parameter.name)", shape: parameter.shape, count: parameter.count,
          buffer: buffer, offset: offset))
      offset += parameter.count
    }
    for (index, layer) in layers.enumerated() {
      for parameter in layer.parameters { add(index, parameter, weights.parameters, &offsets.parameters) }
      for statistic in layer.statistics { add(index, statistic, weights.statistics, &offsets.statistics) }
    }
    return views
  }
}
