import Networks
import Tensors

/// The options of an encoder and its mirror, a decoder, that an autoencoder and a VAE share.
struct MirroredStack {
  var architecture: Architecture
  var shape: Shape
  var convolution: ConvolutionOptions
  var hidden: [Int]
  var decoderHidden: [Int]?
  var activation: Activation
  var weights: WeightRule
  var hasBias = true
  var isNormalized = false
  var hasPixelBias = false
  var dropout: Float = 0

  /// From rows, joined by `join`, to `output`.
  func encoder(
    _ join: LabelJoin, output: Shape, _ outputActivation: Activation
  ) throws(GenerativeError) -> [any Layer] {
    switch architecture {
    case .dense: dense(join.output, hidden, output, outputActivation).layers
    case .convolutional:
      try convolutions().down(from: join.output)
        + dense(try convolutions().innermost, hidden, output, outputActivation).layers
    }
  }

  /// From latents, joined with labels or not, to rows.
  func decoder(input: Shape, _ outputActivation: Activation) throws(GenerativeError) -> [any Layer] {
    let hidden = decoderHidden ?? self.hidden.reversed()
    // A pixel's own bias stands in for the last layer's.
    let lastActivation = hasPixelBias ? Activation.identity : outputActivation
    var layers: [any Layer]
    switch architecture {
    case .dense: layers = dense(input, hidden, shape, lastActivation).layers
    case .convolutional:
      let convolutions = try convolutions()
      let projectionInput = hidden.last.map { Shape(features: $0) } ?? input
      if let last = hidden.last {
        layers = dense(input, hidden.dropLast(), Shape(features: last), activation).layers
      } else {
        layers = []
      }
      layers += convolutions.projection(from: projectionInput)
      layers += try convolutions.up(lastActivation, hasOutputBias: hasBias && !hasPixelBias)
    }
    if hasPixelBias { layers.append(PixelBias(input: shape, activation: outputActivation)) }
    return layers
  }

  private func dense(
    _ input: Shape, _ hidden: [Int], _ output: Shape, _ outputActivation: Activation
  ) -> DenseStack {
    DenseStack(
      input: input, hidden: hidden, output: output, activation: activation,
      outputActivation: outputActivation, weights: weights, hasBias: hasBias, dropout: dropout)
  }

  func convolutions() throws(GenerativeError) -> ConvolutionalStack {
    var stack = try ConvolutionalStack(
      shape, baseChannels: convolution.baseChannels, depth: convolution.depth, activation: activation)
    stack.weights = weights
    stack.isNormalized = isNormalized
    stack.hasBias = hasBias
    stack.dropout = dropout
    return stack
  }
}
