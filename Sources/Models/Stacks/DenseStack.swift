import Networks
import Tensors

/// How the layers of a stack are initialized.
package enum WeightRule: Equatable, Sendable {
  /// He for ReLU and similar activations, Glorot for the others; biases are zero.
  case byActivation
  case he
  case glorot
  /// U(±1/√inputs) for both weights and biases, as PyTorch initializes its linear layers.
  case fanInUniform
  /// N(0, 0.02²) (Radford et al. 2016); biases are zero.
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

  /// The initializer of the mean of `tapCount` weights, which a class's bias represents.
  func label(_ inputs: Int, _ outputs: Int, _ activation: Activation, tapCount: Int) -> Initializer {
    // For all rules except the last, the deviation is inversely proportional to the root of the numbers of
    // inputs and outputs.
    self == .normal002
      ? .normal(deviation: 0.02 / Float(tapCount).squareRoot())
      : weight(inputs * tapCount, outputs * tapCount, activation)
  }

  func bias(_ inputs: Int) -> Initializer {
    self == .fanInUniform ? .fanInUniform(inputs) : .constant(0)
  }
}

/// A stack of dense layers, described by their widths.
struct DenseStack {
  var input: Shape
  /// The widths of the hidden layers, in order.
  var hidden: [Int]
  var output: Shape
  var activation: Activation
  /// The activation of the last layer.
  var outputActivation: Activation
  var weights = WeightRule.byActivation
  var hasBias = true
  /// The fraction of hidden units dropped in training.
  var dropout: Float = 0
  /// The index of the first hidden layer with batch norm; nil: none.
  var firstNormalized: Int?
  /// The number of classes whose labels are joined to every layer; 0: none.
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
