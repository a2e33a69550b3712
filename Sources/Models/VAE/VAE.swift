import Datasets
import Glibc
import Networks
import Tensors

/// A variational autoencoder (Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014).
///
/// The encoder gives each row a Gaussian q(z|x) = N(μ(x), diag σ²(x)), the decoder p(x|z), and
///
///     loss = C · E_q[−ln p(x|z)] + β · KL(q(z|x) ‖ N(0, I)),   z = μ + σ·ε,  ε ~ N(0, I),
///
/// in nats, summed over pixels and averaged over rows: with C = β = 1 the negative of the bound.
package final class VAE: @unchecked Sendable {
  /// p(x|z).
  package enum Likelihood: Equatable, Sendable {
    /// Pixels in [0, 1] under the decoder's probabilities.
    case bernoulli
    /// N(decoder's mean, σ²), with one σ² for all pixels; nil: learned.
    case gaussian(variance: Float?)
  }

  /// How β comes up.
  package enum Annealing: Equatable, Sendable {
    case constant
    /// From 0 to β over the first `epochs`.
    case linear(epochs: Double)
    /// Every `epochs`: up during the first half, β during the second (Fu et al., "Cyclical annealing
    /// schedule", NAACL 2019).
    case cyclic(epochs: Double)

    /// The share of β at a time in epochs.
    package func share(at epoch: Double) -> Double {
      switch self {
      case .constant: 1
      case .linear(let epochs): min(epoch / epochs, 1)
      case .cyclic(let epochs): min(2 * epoch.truncatingRemainder(dividingBy: epochs) / epochs, 1)
      }
    }
  }

  package struct Options: Sendable, Equatable {
    package var shape: Shape
    package let architecture: Architecture
    /// Of the convolutional architecture.
    package var convolution = ConvolutionOptions(baseChannels: 32)
    /// Batch norm in the convolutional architecture, but in the first layer and the last.
    package var isNormalized = false
    /// A bias for every pixel of the decoder's output instead of the last layer's own.
    package var hasPixelBias = false
    /// Classes whose labels are joined to rows and latents; 0: none.
    package var classCount = 0
    package var latentSize = 20
    /// Widths of the encoder's dense hidden layers, outermost first.
    package var hidden = [400]
    /// Widths of the decoder's, innermost first; nil: the encoder's in reverse.
    package var decoderHidden: [Int]?
    package var activation = Activation.relu
    package var likelihood = Likelihood.bernoulli
    /// Of a Gaussian decoder's mean: identity or sigmoid.
    package var outputActivation = Activation.sigmoid
    /// Draw Bernoulli pixels anew as coin flips at each step.
    package var binarizes = false
    /// C.
    package var reconstructionWeight: Float = 1
    /// β.
    package var beta: Float = 1
    package var annealing = Annealing.constant
    package var weights = WeightRule.automatic
    /// Share of hidden units dropped in training.
    package var dropout: Float = 0
    package var seed: UInt64 = 0

    package init(shape: Shape, architecture: Architecture = .dense) {
      self.shape = shape
      self.architecture = architecture
      guard architecture == .convolutional else { return }
      hidden = [256]
      activation = .silu
    }

    /// Whether batches of one row cannot be learned from.
    var normalizes: Bool { architecture == .convolutional && isNormalized }

    /// What the encoder takes: rows with labels.
    var encoderJoin: LabelJoin { LabelJoin(shape, classCount: classCount, architecture) }

    /// What the decoder takes: latents with labels.
    var decoderJoin: LabelJoin { LabelJoin(Shape(features: latentSize), classCount: classCount, .dense) }
  }

  package let options: Options
  package let context: Context
  package var progress = Progress()
  package let encoder: Learner
  package let decoder: Learner
  let encoding: Inference
  let decoding: Inference

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
    let stack = MirroredStack(
      architecture: options.architecture, shape: options.shape, convolution: options.convolution,
      hidden: options.hidden, decoderHidden: options.decoderHidden, activation: options.activation,
      weights: options.weights, isNormalized: options.normalizes, hasPixelBias: options.hasPixelBias,
      dropout: options.dropout)
    // One layer gives both: the first half of its output is μ, the second ln σ².
    let encoder = try stack.encoder(
      options.encoderJoin, output: Shape(features: 2 * options.latentSize), .identity)
    // A Bernoulli decoder gives logits; `decode` applies the sigmoid.
    var decoder = try stack.decoder(
      input: options.decoderJoin.output,
      options.likelihood == .bernoulli ? .identity : options.outputActivation)
    if options.likelihood == .gaussian(variance: nil) { decoder.append(SharedVariance(options.shape)) }
    return (try Network("encoder", encoder), try Network("decoder", decoder))
  }

  package static func plan(
    _ options: Options, rows: Int, context: Context = .standard
  ) throws(GenerativeError) -> Plan {
    let networks = try networks(options)
    let decoded = networks.decoder.input.count
    // The batch, the output's gradient, the coins; ε, σ, z and the gradients of z, μ and ln σ²; a loss;
    // joined rows and latents, and labels.
    let widths = (options.binarizes ? 3 : 2) * options.shape.count
    let joined = options.classCount == 0 ? 0 : networks.encoder.input.count + decoded + 1
    return try Plan(
      [(networks.encoder, 1, 3), (networks.decoder, 1, 3)], rows: rows,
      rowFloats: widths + 5 * options.latentSize + decoded + 1 + joined, context: context)
  }

  /// −ln p(x|z) as a loss of the decoder's output, with the variance as it is now.
  var reconstructionLoss: ReconstructionLoss {
    switch options.likelihood {
    case .bernoulli: .crossEntropy
    case .gaussian(let variance?): .gaussian(variance: variance)
    case .gaussian(nil): .gaussian(variance: SharedVariance.variance(decoder))
    }
  }

  /// Trained numbers.
  package var parameterCount: Int { encoder.network.parameterCount + decoder.network.parameterCount }

  /// Called when weights are about to change: what inference made of them no longer holds.
  func weightsChange() {
    encoding.weightsChange()
    decoding.weightsChange()
  }
}
