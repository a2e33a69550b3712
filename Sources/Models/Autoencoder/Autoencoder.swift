import Datasets
import Networks
import Tensors

/// An autoencoder: an encoder f down to a small latent and a decoder g back, trained so that
/// g(f(x)) ≈ x (Hinton & Salakhutdinov, "Reducing the dimensionality of data with neural networks",
/// Science 2006).
///
/// With a corruption c it is trained so that g(f(c(x))) ≈ x: a denoising autoencoder (Vincent et al.
/// 2008).
package final class Autoencoder: @unchecked Sendable {
  package struct Options: Sendable, Equatable {
    package var shape: Shape
    package let architecture: Architecture
    /// Of the convolutional architecture.
    package var convolution = ConvolutionOptions(baseChannels: 32)
    /// Batch norm in the convolutional architecture, but in the first layer and the last.
    package var isNormalized = false
    /// A bias for every pixel of the output instead of the last layer's own.
    package var hasPixelBias = false
    /// Skips from the encoder's levels to the decoder's, in the convolutional architecture: a
    /// restorer of images without latents, whose bottleneck has `latentSize` outputs.
    package var hasSkips = false
    package var latentSize = 32
    /// Widths of the encoder's dense hidden layers, outermost first.
    package var hidden = [512, 256]
    /// Widths of the decoder's, innermost first; nil: the encoder's in reverse.
    package var decoderHidden: [Int]?
    package var activation = Activation.silu
    package var latentActivation = Activation.identity
    /// Identity or sigmoid.
    package var outputActivation = Activation.sigmoid
    package var hasBias = true
    package var loss = ReconstructionLoss.squaredError
    package var corruption = Corruption.none
    package var weights = WeightRule.automatic
    /// Share of hidden units dropped in training.
    package var dropout: Float = 0
    package var seed: UInt64 = 0

    package init(shape: Shape, architecture: Architecture = .dense) {
      self.shape = shape
      self.architecture = architecture
      if architecture == .convolutional { hidden = [256] }
    }

    /// Whether batches of one row cannot be learned from.
    var normalizes: Bool { architecture == .convolutional && isNormalized }
  }

  package let options: Options
  package let context: Context
  package var progress = Progress()
  package let encoder: Learner
  package let decoder: Learner
  private let encoding: Inference
  private let decoding: Inference

  package init(_ options: Options, context: Context = .standard) throws(GenerativeError) {
    let networks = try Self.networks(options)
    self.options = options
    self.context = context
    encoder = try Learner(networks.encoder, seed: options.seed, context: context)
    decoder = try Learner(networks.decoder, seed: options.seed, context: context)
    let folds = options.architecture == .convolutional
    encoding = Inference(networks.encoder, folds: folds, context: context)
    decoding = Inference(networks.decoder, folds: folds, context: context)
  }

  private static func networks(
    _ options: Options
  ) throws(GenerativeError) -> (encoder: Network, decoder: Network) {
    // Cross-entropy is computed from logits; `decode` applies the sigmoid.
    let outputActivation = options.loss == .crossEntropy ? .identity : options.outputActivation
    if options.hasSkips {
      guard options.architecture == .convolutional, !options.isNormalized, !options.hasPixelBias else {
        throw GenerativeError(
          .argument, "skips need a convolutional architecture without batch_norm and pixel_bias")
      }
      let skips = SkipStack(
        levels: try ConvolutionalStack(
          options.shape, baseChannels: options.convolution.baseChannels, depth: options.convolution.depth,
          activation: options.activation),
        baseChannels: options.convolution.baseChannels, activation: options.activation,
        weights: options.weights, bottleneck: options.latentSize)
      return (
        try Network("encoder", try skips.trunk()), try Network("decoder", try skips.head(outputActivation))
      )
    }
    let stack = MirroredStack(
      architecture: options.architecture, shape: options.shape, convolution: options.convolution,
      hidden: options.hidden, decoderHidden: options.decoderHidden, activation: options.activation,
      weights: options.weights, hasBias: options.hasBias, isNormalized: options.normalizes,
      hasPixelBias: options.hasPixelBias, dropout: options.dropout)
    let latent = Shape(features: options.latentSize)
    let encoder = try stack.encoder(
      LabelJoin(options.shape, classCount: 0, options.architecture), output: latent,
      options.latentActivation)
    let decoder = try stack.decoder(input: latent, outputActivation)
    return (try Network("encoder", encoder), try Network("decoder", decoder))
  }

  package static func plan(
    _ options: Options, rows: Int, context: Context = .standard
  ) throws(GenerativeError) -> Plan {
    let networks = try networks(options)
    return try Plan(
      [(networks.encoder, 1, 3), (networks.decoder, 1, 3)], rows: rows,
      rowFloats: 4 * options.shape.count + networks.decoder.input.count, context: context)
  }

  /// Trained numbers.
  package var parameterCount: Int { encoder.network.parameterCount + decoder.network.parameterCount }

  /// Called when weights are about to change: what inference made of them no longer holds.
  func weightsChange() {
    encoding.weightsChange()
    decoding.weightsChange()
  }

  // MARK: - Inference

  /// z ← f(x), rows × latent.
  package func encode(
    _ x: UnsafePointer<Float>, rows: Int, into z: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try requireLatents()
    try encoding.run(x, rows: rows, encoder.weights, into: z)
  }

  /// x ← g(z), rows × shape.
  package func decode(
    _ z: UnsafePointer<Float>, rows: Int, into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try requireLatents()
    try decodeInside(z, rows: rows, into: x)
  }

  private func requireLatents() throws(GenerativeError) {
    if options.hasSkips {
      throw GenerativeError(.state, "an autoencoder with skips has no latents: it only reconstructs")
    }
  }

  private func decodeInside(
    _ z: UnsafePointer<Float>, rows: Int, into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try decoding.run(z, rows: rows, decoder.weights, into: x)
    if options.loss == .crossEntropy {
      context.activate(x, count: rows * options.shape.count, .sigmoid, into: x)
    }
  }

  /// y ← g(f(x)), rows × shape.
  package func reconstruct(
    _ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let width = options.shape.count
    let block = min(rows, Inference.blockRows)
    let z = try Buffer<Float>(count: block * decoder.network.input.count, in: context.memory)
    var first = 0
    while first < rows {
      let count = min(block, rows - first)
      try encoding.run(x + first * width, rows: count, encoder.weights, into: z.base)
      try decodeInside(z.base, rows: count, into: y + first * width)
      first += count
    }
  }
}
