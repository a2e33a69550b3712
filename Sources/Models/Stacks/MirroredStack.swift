import Networks
import Tensors

/// The options of an encoder and its mirror, a decoder. Autoencoders and VAEs share them.
package struct MirroredStack: Sendable, Equatable {
  package var shape: Shape
  package internal(set) var architecture: Architecture
  /// The options of the convolutional architecture.
  package var convolution = ConvolutionOptions(baseChannels: 32)
  /// Batch norm in the convolutional architecture, except in the first and the last layer.
  package var isNormalized = false
  /// A bias for every pixel of the decoder's output, replacing the bias of the last layer.
  package var hasPixelBias = false
  /// The number of classes whose labels are joined to every layer; 0: none.
  package var classCount = 0
  package var latentSize: Int
  /// The widths of the encoder's hidden dense layers, outermost first.
  package var hidden: [Int]
  /// The widths of the decoder's hidden dense layers, innermost first; nil: those of the encoder in reverse.
  package var decoderHidden: [Int]?
  package var activation: Activation
  package var hasBias = true
  package var weights = WeightRule.byActivation
  /// The fraction of hidden units dropped in training.
  package var dropout: Float = 0
  package var preparation = PreparationRule.automatic
  package var precision = Precision.float32

  /// Whether the networks have batch norm, so that they cannot learn from batches of one row.
  var normalizes: Bool { architecture == .convolutional && isNormalized }

  /// The layers from rows to `outputCount` features.
  func encoder(_ outputCount: Int, _ outputActivation: Activation) throws(GenerativeError) -> [any Layer] {
    let output = Shape(features: outputCount)
    switch architecture {
    case .dense: return dense(shape, hidden, output, outputActivation).layers
    case .convolutional:
      let convolutions = try convolutions()
      return try convolutions.down() + dense(convolutions.innermost, hidden, output, outputActivation).layers
    }
  }

  /// The layers from latents to rows.
  ///
  /// - Parameter tied: the dense encoder whose weights the decoder shares; nil: it has its own.
  func decoder(
    _ outputActivation: Activation, tiedTo tied: Network? = nil
  ) throws(GenerativeError) -> [any Layer] {
    let hidden = decoderHidden ?? self.hidden.reversed()
    let latent = Shape(features: latentSize)
    // The pixel biases replace the bias of the last layer.
    let lastActivation = hasPixelBias ? Activation.identity : outputActivation
    var layers: [any Layer]
    switch architecture {
    case .dense:
      layers =
        tied.map { transposed($0, lastActivation) } ?? dense(latent, hidden, shape, lastActivation).layers
    case .convolutional:
      let convolutions = try convolutions()
      let projectionInput = hidden.last.map { Shape(features: $0) } ?? latent
      if let last = hidden.last {
        layers = dense(latent, hidden.dropLast(), Shape(features: last), activation).layers
      } else {
        layers = []
      }
      layers += convolutions.dense(projectionInput, to: convolutions.innermost)
      layers += try convolutions.up(lastActivation, hasOutputBias: hasBias && !hasPixelBias)
    }
    if hasPixelBias { layers.append(PixelBias(input: shape, activation: outputActivation)) }
    return layers
  }

  /// The layers of a dense encoder in reverse, with its weights.
  private func transposed(_ encoder: Network, _ outputActivation: Activation) -> [any Layer] {
    var layers: [any Layer] = []
    for (index, layer) in encoder.layers.enumerated().reversed() {
      guard let dense = layer as? Dense else { continue }
      let isLast = index == 0
      layers.append(
        TiedDense(
          dense, at: encoder.parameterOffsets[index], isLast ? outputActivation : activation,
          hasBias: hasBias, bias: weights.bias(dense.output.count)))
      if dropout > 0, !isLast { layers.append(Dropout(dense.input, rate: dropout)) }
    }
    return layers
  }

  private func dense(
    _ input: Shape, _ hidden: [Int], _ output: Shape, _ outputActivation: Activation
  ) -> DenseStack {
    DenseStack(
      input: input, hidden: hidden, output: output, activation: activation,
      outputActivation: outputActivation, weights: weights, hasBias: hasBias, dropout: dropout,
      classCount: classCount)
  }

  func convolutions() throws(GenerativeError) -> ConvolutionalStack {
    var stack = try ConvolutionalStack(
      shape, baseChannels: convolution.baseChannels, depth: convolution.depth, activation: activation)
    stack.weights = weights
    stack.isNormalized = isNormalized
    stack.hasBias = hasBias
    stack.classCount = classCount
    stack.dropout = dropout
    return stack
  }
}
