import Tensors

/// A stack of layers, each row of whose output feeds the next.
///
/// The network is the architecture alone; `Weights` are its numbers and a `Workspace` holds what
/// one pass computes.
package final class Network: Sendable {
  /// `encoder`, `decoder`, `generator`, `discriminator`: the prefix of its names in checkpoints.
  package let name: String
  package let layers: [any Layer]
  package let parameterCount: Int
  package let statisticCount: Int
  /// Where each layer's numbers start in the flat buffers.
  package let parameterOffsets: [Int]
  let statisticOffsets: [Int]

  /// The most layers a network may have; each has a random stream of its own.
  package static let layerLimit = 4095

  /// A stack whose every layer takes as many features as the one before gives: shapes may differ, so
  /// a vector of 1,568 features feeds a 7×7×32 image without a layer in between.
  ///
  /// - Throws: `.internalFault` when they do not fit together, `.limit` for too many layers or
  ///   parameters.
  package init(_ name: String, _ layers: [any Layer]) throws(GenerativeError) {
    guard !layers.isEmpty else {
      throw GenerativeError(.internalFault, "the \(name) has no layers")
    }
    for (a, b) in zip(layers, layers.dropFirst()) where a.output.count != b.input.count {
      throw GenerativeError(
        .internalFault, "the \(name) feeds \(a.output) into a layer that takes \(b.input)")
    }
    guard layers.count <= Network.layerLimit else {
      throw GenerativeError(
        .limit, "the \(name) may have \(Network.layerLimit) layers at most, not \(layers.count)")
    }
    self.name = name
    self.layers = layers
    var parameterOffsets: [Int] = []
    var statisticOffsets: [Int] = []
    var parameterCount = 0
    var statisticCount = 0
    for layer in layers {
      parameterOffsets.append(parameterCount)
      statisticOffsets.append(statisticCount)
      for parameter in layer.parameters { parameterCount = try sum(parameterCount, parameter, name) }
      for statistic in layer.statistics { statisticCount = try sum(statisticCount, statistic, name) }
    }
    self.parameterOffsets = parameterOffsets
    self.statisticOffsets = statisticOffsets
    self.parameterCount = parameterCount
    self.statisticCount = statisticCount
  }

  package var input: Shape { layers[0].input }
  package var output: Shape { layers[layers.count - 1].output }

  /// A number of the name's letters (FNV-1a), so that two networks of one seed start differently.
  var stream: UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } & 0xFF_FFFF
  }

  /// f(x) for `rows` rows; the result lies in `workspace` until its next use.
  ///
  /// - Parameter labels: of a network with classes, one per row and each one of its classes.
  package func forward(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>? = nil, _ weights: Weights,
    _ workspace: Workspace, _ mode: Mode
  ) -> UnsafeMutablePointer<Float> {
    precondition(rows <= workspace.rowCapacity)
    var input = x
    for (index, layer) in layers.enumerated() {
      let output = workspace.output(index)
      layer.forward(input, into: output, pass(index, rows, labels, weights, workspace, mode))
      input = UnsafePointer(output)
    }
    return workspace.output(layers.count - 1)
  }

  /// The gradient behind `dOutput`, which is overwritten, after a `forward` of `x` in the same mode
  /// with the same labels and workspace, one for training.
  ///
  /// - Parameters:
  ///   - gradient: flat, added to; nil when the parameters' share is not wanted.
  ///   - tiedGradient: that of the network whose weights are shared, flat, added to.
  ///   - inputGradient: gets the gradient with respect to x; nil when it is not wanted.
  package func backward(
    _ dOutput: UnsafeMutablePointer<Float>, x: UnsafePointer<Float>, rows: Int,
    given labels: UnsafePointer<Int32>? = nil, _ weights: Weights, _ workspace: Workspace, _ mode: Mode,
    gradient: UnsafeMutablePointer<Float>?, tiedGradient: UnsafeMutablePointer<Float>? = nil,
    inputGradient: UnsafeMutablePointer<Float>? = nil
  ) {
    precondition(workspace.purpose == .training && rows <= workspace.rowCapacity)
    var dy = dOutput
    for index in layers.indices.reversed() {
      let x = index == 0 ? x : UnsafePointer(workspace.output(index - 1))
      let dx = index == 0 ? inputGradient : workspace.gradient(index)
      layers[index].backward(
        dy, x: x, y: UnsafePointer(workspace.output(index)), into: dx,
        pass(index, rows, labels, weights, workspace, mode, gradient, tiedGradient))
      if let dx { dy = dx }
    }
  }

  func pass(
    _ index: Int, _ rows: Int, _ labels: UnsafePointer<Int32>?, _ weights: Weights,
    _ workspace: Workspace, _ mode: Mode, _ gradient: UnsafeMutablePointer<Float>? = nil,
    _ tiedGradient: UnsafeMutablePointer<Float>? = nil
  ) -> LayerPass {
    LayerPass(
      context: workspace.context, mode: mode, rows: rows, labels: labels, index: index,
      parameters: UnsafePointer(weights.parameters.base + parameterOffsets[index]),
      packed: weights.packed.isEmpty ? nil : weights.packed[index],
      statistics: weights.statistics.base + statisticOffsets[index],
      cache: workspace.cache(index), scratch: workspace.scratch,
      gradient: gradient.map { $0 + parameterOffsets[index] },
      tied: weights.tied.map { UnsafePointer($0.base) }, tiedGradient: tiedGradient)
  }
}

/// `count` and the elements of `parameter`, whose sizes may come from outside.
private func sum(_ count: Int, _ parameter: Parameter, _ name: String) throws(GenerativeError) -> Int {
  var elements = 1
  for extent in parameter.shape {
    guard let product = checkedProduct(elements, extent) else {
      throw GenerativeError(.limit, "the \(name)'s \(parameter.name) is too large")
    }
    elements = product
  }
  let (total, overflow) = count.addingReportingOverflow(elements)
  guard !overflow else { throw GenerativeError(.limit, "the \(name) has too many parameters") }
  return total
}
