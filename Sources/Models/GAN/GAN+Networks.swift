import Networks
import Tensors

extension GAN {
  /// The two players. D returns logits; σ is part of the loss and of `discriminate`.
  static func networks(
    _ options: Options
  ) throws(GenerativeError) -> (generator: Network, discriminator: Network) {
    var changes: [any Layer] = []
    if options.augmentation != .none {
      changes.append(
        ImageAugmentation(
          options.shape, probability: options.augmentation == .fixed ? 1 : 0,
          range: options.outputActivation == .tanh ? 2 : 1))
    }
    if options.inputNoise > 0 { changes.append(GaussianNoise(options.shape, deviation: options.inputNoise)) }
    var players: (generator: [any Layer], discriminator: [any Layer])
    switch options.architecture {
    case .dense: players = dense(options)
    case .convolutional: players = try convolutional(options)
    }
    if options.projectsLabels, let last = players.discriminator.popLast() {
      players.discriminator.append(
        ClassProjection(
          last.input, classCount: options.classCount,
          weight: options.weights.weight(last.input.count, 1, .identity)))
    }
    if options.hasSpectralNorm {
      for (index, layer) in players.discriminator.enumerated() where layer.parameters.first?.name == "weight"
      {
        players.discriminator[index] = try SpectralNormalization(layer)
      }
    }
    return (
      try Network("generator", players.generator, precision: options.precision),
      try Network("discriminator", changes + players.discriminator, precision: options.precision)
    )
  }

  private static func dense(_ options: Options) -> ([any Layer], [any Layer]) {
    let generator = DenseStack(
      input: Shape(features: options.latentSize), hidden: options.generatorHidden, output: options.shape,
      activation: options.generatorActivation, outputActivation: options.outputActivation,
      weights: options.weights, firstNormalized: options.normalizesGenerator ? 0 : nil,
      classCount: options.classCount)
    let discriminator = DenseStack(
      input: options.shape, hidden: options.discriminatorHidden,
      output: Shape(features: 1), activation: options.discriminatorActivation,
      outputActivation: .identity, weights: options.weights, dropout: options.dropout,
      firstNormalized: options.normalizesDiscriminator ? 1 : nil, classCount: options.joinedClassCount)
    return (generator.layers, discriminator.layers)
  }

  /// The players of a DCGAN. At 64 × 64 × 3 they are the networks of PyTorch's example: biases only where the
  /// stack has no batch norm, and D's last convolution, whose window covers the whole innermost level,
  /// implemented as a dense layer.
  private static func convolutional(
    _ options: Options
  ) throws(GenerativeError) -> ([any Layer], [any Layer]) {
    func stack(_ activation: Activation, isNormalized: Bool) throws(GenerativeError) -> ConvolutionalStack {
      var stack = try ConvolutionalStack(
        options.shape, baseChannels: options.convolution.baseChannels, depth: options.convolution.depth,
        activation: activation)
      stack.weights = options.weights
      stack.isNormalized = isNormalized
      stack.hasBias = !isNormalized
      stack.classCount = options.classCount
      return stack
    }
    let up = try stack(options.generatorActivation, isNormalized: options.normalizesGenerator)
    var generator: [any Layer] = []
    var input = Shape(features: options.latentSize)
    for width in options.generatorHidden {
      generator += up.dense(input, to: Shape(features: width))
      input = Shape(features: width)
    }
    generator += up.dense(input, to: up.innermost)
    generator += try up.up(options.outputActivation, hasOutputBias: up.hasBias)

    var down = try stack(options.discriminatorActivation, isNormalized: options.normalizesDiscriminator)
    down.dropout = options.dropout
    down.classCount = options.joinedClassCount
    var discriminator = try down.down()
    input = down.innermost
    for width in options.discriminatorHidden {
      discriminator += down.dense(input, to: Shape(features: width))
      input = Shape(features: width)
    }
    return (generator, discriminator + down.logit(input))
  }
}
