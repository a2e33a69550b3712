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
    package var latentSize = 32
    /// Widths of the encoder's hidden layers, outermost first.
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

    package init(shape: Shape) { self.shape = shape }
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
    encoding = Inference(networks.encoder, context: context)
    decoding = Inference(networks.decoder, context: context)
  }

  private static func networks(
    _ options: Options
  ) throws(GenerativeError) -> (encoder: Network, decoder: Network) {
    let latent = Shape(features: options.latentSize)
    let encoder = DenseStack(
      input: options.shape, hidden: options.hidden, output: latent, activation: options.activation,
      outputActivation: options.latentActivation, weights: options.weights, hasBias: options.hasBias,
      dropout: options.dropout)
    // Cross-entropy is computed from logits; `decode` applies the sigmoid.
    let decoder = DenseStack(
      input: latent, hidden: options.decoderHidden ?? options.hidden.reversed(), output: options.shape,
      activation: options.activation,
      outputActivation: options.loss == .crossEntropy ? .identity : options.outputActivation,
      weights: options.weights, hasBias: options.hasBias, dropout: options.dropout)
    return (try Network("encoder", encoder.layers), try Network("decoder", decoder.layers))
  }

  package static func plan(
    _ options: Options, rows: Int, context: Context = .standard
  ) throws(GenerativeError) -> Plan {
    let networks = try networks(options)
    return try Plan(
      [(networks.encoder, 1, 3), (networks.decoder, 1, 3)], rows: rows,
      rowFloats: 4 * options.shape.count + options.latentSize, context: context)
  }

  /// Trained numbers.
  package var parameterCount: Int { encoder.network.parameterCount + decoder.network.parameterCount }

  // MARK: - Inference

  /// z ← f(x), rows × latent.
  package func encode(
    _ x: UnsafePointer<Float>, rows: Int, into z: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try encoding.run(x, rows: rows, encoder.weights, into: z)
  }

  /// x ← g(z), rows × shape.
  package func decode(
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
    let z = try Buffer<Float>(count: block * options.latentSize, in: context.memory)
    var first = 0
    while first < rows {
      let count = min(block, rows - first)
      try encode(x + first * width, rows: count, into: z.base)
      try decode(z.base, rows: count, into: y + first * width)
      first += count
    }
  }
}
