import Networks
import Tensors

/// How the layers of a stack start.
package enum WeightRule: Equatable, Sendable {
  /// He for ReLU and its kin, Glorot else; biases zero.
  case byActivation
  case he
  case glorot
  /// U(±1/√inputs) for weights and biases alike, as PyTorch starts its linear layers.
  case fanInUniform
  /// N(0, 0.02²) (Radford et al. 2016); biases zero.
  case normal002

  func weight(_ inputs: Int, _ outputs: Int, _ activation: Activation) -> Initializer {
    switch self {
    case .byActivation:
      switch activation {
      case .relu, .leakyReLU, .silu, .elu, .softplus: .he(fanIn: inputs)
      case .identity, .tanh, .sigmoid: .glorot(fanIn: inputs, fanOut: outputs)
      }
    case .he: .he(fanIn: inputs)
    case .glorot: .glorot(fanIn: inputs, fanOut: outputs)
    case .fanInUniform: .fanInUniform(inputs)
    case .normal002: .normal(deviation: 0.02)
    }
  }

  /// The mean of `tapCount` weights, which a class's bias stands for.
  func label(_ inputs: Int, _ outputs: Int, _ activation: Activation, tapCount: Int) -> Initializer {
    // The deviation of all but the last falls with the root of the inputs and outputs.
    self == .normal002
      ? .normal(deviation: 0.02 / Float(tapCount).squareRoot())
      : weight(inputs * tapCount, outputs * tapCount, activation)
  }

  func bias(_ inputs: Int) -> Initializer {
    self == .fanInUniform ? .fanInUniform(inputs) : .constant(0)
  }
}

/// A stack of dense layers described by its widths.
struct DenseStack {
  var input: Shape
  /// Widths of the hidden layers, in order.
  var hidden: [Int]
  var output: Shape
  var activation: Activation
  /// The last layer's.
  var outputActivation: Activation
  var weights = WeightRule.byActivation
  var hasBias = true
  /// Share of hidden units dropped in training.
  var dropout: Float = 0
  /// The first hidden layer that is batch-normalised; nil: none is.
  var firstNormalized: Int?
  /// Classes whose labels are joined to every layer; 0: none.
  var classCount = 0

  var layers: [any Layer] {
    var layers: [any Layer] = []
    var x = input
    for (index, width) in hidden.enumerated() {
      let y = Shape(features: width)
      layers += layer(x, y, activation, isNormalized: firstNormalized.map { index >= $0 } ?? false)
      if dropout > 0 { layers.append(Dropout(y, rate: dropout)) }
      x = y
    }
    return layers + layer(x, output, outputActivation, isNormalized: false)
  }

  private func layer(
    _ x: Shape, _ y: Shape, _ activation: Activation, isNormalized: Bool
  ) -> [any Layer] {
    let end = LayerEnd(activation: activation, isNormalized: isNormalized, classCount: classCount)
    let dense = Dense(
      x, y, end.sumActivation, hasBias: hasBias && !isNormalized,
      weight: weights.weight(x.count, y.count, activation), bias: weights.bias(x.count))
    return [dense] + end.layers(y, weights, inputCount: x.count, outputCount: y.count)
  }
}
