import Tensors

/// The numbers of a layer, from which it writes its steps.
package struct LayerNumbers {
  package let context: Context
  /// The layer's parameters, stored consecutively.
  package let parameters: Numbers
  package let statistics: Numbers
  /// All parameters of the network with which tied layers share weights.
  package let tied: Numbers?
}

extension Program {
  /// Appends a network in inference mode. Its input is the last value.
  ///
  /// - Throws: `.memory`.
  package mutating func append(
    _ network: Network, _ weights: Weights, context: Context
  ) throws(GenerativeError) {
    let tied = weights.tied
    let folded = network.canFold ? try network.folded(weights, context: context) : (network, weights)
    try append(
      folded.0.layers,
      LayerNumbers(
        context: context, parameters: Numbers(folded.1.parameters), statistics: Numbers(folded.1.statistics),
        tied: tied.map { Numbers($0) }))
  }

  /// Appends layers whose numbers are stored consecutively.
  mutating func append(_ layers: [any Layer], _ numbers: LayerNumbers) throws(GenerativeError) {
    var (parameter, statistic) = (0, 0)
    for layer in layers {
      let (parameterCount, statisticCount) = (layer.parameterCount, layer.statisticCount)
      if layer.input != shape(last) { append(.reshape, to: layer.input) }
      try layer.write(
        to: &self,
        LayerNumbers(
          context: numbers.context, parameters: numbers.parameters.part(parameter, parameterCount),
          statistics: numbers.statistics.part(statistic, statisticCount), tied: numbers.tied))
      parameter += parameterCount
      statistic += statisticCount
    }
  }

  package mutating func append(_ activation: Activation) {
    if activation != .identity { append(.activation(activation)) }
  }
}

extension Layer {
  /// The bias, which is stored after the weight; nil if the layer has none.
  func bias(_ numbers: LayerNumbers, after weightCount: Int, _ hasBias: Bool) -> Numbers? {
    hasBias ? numbers.parameters.part(weightCount, numbers.parameters.count - weightCount) : nil
  }
}

extension AffineLayer {
  package func write(to program: inout Program, _ numbers: LayerNumbers) throws(GenerativeError) {
    let parameters = numbers.parameters.base
    let statistics = numbers.statistics.base
    program.append(
      .scale(
        try Numbers(input.channels, in: numbers.context) {
          inferenceAffine(channel: $0, parameters: parameters, statistics: statistics).gain
        }))
    program.append(
      .offset(
        try Numbers(input.channels, in: numbers.context) {
          inferenceAffine(channel: $0, parameters: parameters, statistics: statistics).offset
        }))
    program.append(activation)
  }
}
