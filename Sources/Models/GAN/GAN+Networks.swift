import Networks
import Tensors

extension GAN {
  /// The two players. D gives logits: σ is part of the loss, and of `discriminate`.
  static func networks(
    _ options: Options
  ) throws(GenerativeError) -> (generator: Network, discriminator: Network) {
    let noise: [any Layer] =
      options.inputNoise > 0
      ? [GaussianNoise(options.discriminatorJoin.output, deviation: options.inputNoise)] : []
    var players: (generator: [any Layer], discriminator: [any Layer])
    switch options.architecture {
    case .dense: players = dense(options)
    case .convolutional: players = try convolutional(options)
    }
    if options.hasSpectralNorm {
      for index in players.discriminator.indices where !players.discriminator[index].parameters.isEmpty {
        players.discriminator[index] = try SpectralNormalization(players.discriminator[index])
      }
    }
    return (
      try Network("generator", players.generator),
      try Network("discriminator", noise + players.discriminator)
    )
  }

  private static func dense(_ options: Options) -> ([any Layer], [any Layer]) {
    let generator = DenseStack(
      input: options.generatorJoin.output, hidden: options.generatorHidden, output: options.shape,
      activation: options.generatorActivation, outputActivation: options.outputActivation,
      weights: options.weights, firstNormalized: options.normalizesGenerator ? 0 : nil)
    let discriminator = DenseStack(
      input: options.discriminatorJoin.output, hidden: options.discriminatorHidden,
      output: Shape(features: 1), activation: options.discriminatorActivation,
      outputActivation: .identity, weights: options.weights, dropout: options.dropout,
      firstNormalized: options.normalizesDiscriminator ? 1 : nil)
    return (generator.layers, discriminator.layers)
  }

  /// DCGAN's players. At 64 × 64 × 3 they are the networks of PyTorch's example: biases only where
  /// there is no batch norm in the stack, and D's last convolution, whose window is all of the
  /// innermost level, as a dense layer.
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
      return stack
    }
    let up = try stack(options.generatorActivation, isNormalized: options.normalizesGenerator)
    var generator: [any Layer] = []
    var input = options.generatorJoin.output
    for width in options.generatorHidden {
      generator += hidden(input, width, options.generatorActivation, up)
      input = Shape(features: width)
    }
    generator += up.projection(from: input)
    generator += try up.up(options.outputActivation, hasOutputBias: up.hasBias)

    var down = try stack(options.discriminatorActivation, isNormalized: options.normalizesDiscriminator)
    down.dropout = options.dropout
    var discriminator = try down.down(from: options.discriminatorJoin.output)
    input = down.innermost
    for width in options.discriminatorHidden {
      discriminator += hidden(input, width, options.discriminatorActivation, down)
      input = Shape(features: width)
    }
    discriminator.append(
      Dense(
        input, Shape(features: 1), .identity, hasBias: down.hasBias,
        weight: options.weights.weight(input.count, 1, .identity), bias: options.weights.bias(input.count)))
    return (generator, discriminator)
  }

  /// A dense hidden layer by the rules of a stack.
  private static func hidden(
    _ input: Shape, _ width: Int, _ activation: Activation, _ stack: ConvolutionalStack
  ) -> [any Layer] {
    let output = Shape(features: width)
    let dense = Dense(
      input, output, stack.isNormalized ? .identity : activation, hasBias: stack.hasBias,
      weight: stack.weights.weight(input.count, width, activation), bias: stack.weights.bias(input.count))
    return stack.isNormalized ? [dense, stack.normalization(output)] : [dense]
  }
}
