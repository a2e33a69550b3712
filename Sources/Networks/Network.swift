import Tensors

/// A stack of layers. The output of each is the input of the next.
///
/// The network is only the architecture. `Weights` are its numbers, and a `Workspace` holds what one pass
/// computes.
package final class Network: Sendable {
  /// `encoder`, `decoder`, `generator` or `discriminator`: the prefix of its tensors' names in checkpoints.
  package let name: String
  package let layers: [any Layer]
  /// How the matrix products and direct convolutions take their operands.
  package let precision: Precision
  package let parameterCount: Int
  package let statisticCount: Int
  /// The index of each layer's first number in the flat buffers.
  package let parameterOffsets: [Int]
  let statisticOffsets: [Int]

  /// Maximum number of layers. Each layer has its own random stream.
  package static let layerLimit = 4095

  /// A stack in which every layer has as many inputs as the previous one has outputs. Shapes may differ, so a
  /// vector of 1,568 features can feed a 7×7×32 image without a layer in between.
  ///
  /// - Throws: `.internalFault` if the layers do not fit together; `.limit` for too many layers or
  ///   parameters.
  package init(
    _ name: String, _ layers: [any Layer], precision: Precision = .float32
  ) throws(GenerativeError) {
    guard !layers.isEmpty else {
      throw GenerativeError(.internalFault, "the \(name) has no layers")
    }
    for (a, b) in zip(layers, layers.dropFirst()) where a.output.count != b.input.count {
      throw GenerativeError(
        .internalFault, "the \(name) feeds \(a.output) into a layer that takes \(b.input)")
    }
    guard layers.count <= Network.layerLimit else {
      throw GenerativeError(
        .limit, "the \(name) may have at most \(Network.layerLimit) layers, not \(layers.count)")
    }
    self.name = name
    self.layers = layers
    self.precision = precision
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

  /// A hash of the name (FNV-1a), so that two networks with the same seed start differently.
  var stream: UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } & 0xFF_FFFF
  }

  /// f(x) for `rows` rows. The result stays in `workspace` until its next use.
  ///
  /// - Parameter labels: for a network with classes, one class per row.
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

  /// Backpropagates `dOutput`, which is overwritten, after a `forward` of `x` in the same mode with the same
  /// labels and workspace. The workspace must be one for training.
  ///
  /// - Parameters:
  ///   - gradient: flat; the gradient is added to it. nil if the gradient of the parameters is not needed.
  ///   - tiedGradient: the flat gradient of the network whose weights are shared; added to.
  ///   - inputGradient: receives the gradient with respect to x; nil if it is not needed.
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

/// `count` plus the number of elements of `parameter`, whose sizes may come from outside.
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
