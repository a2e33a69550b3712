import Datasets
import Glibc
import Networks
import Tensors
import Training

/// A variational autoencoder (Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014).
///
/// The encoder gives each row a Gaussian q(z|x) = N(μ(x), diag σ²(x)), the decoder p(x|z), and
///
///     loss = C · E_q[−ln p(x|z)] + β · KL(q(z|x) ‖ N(0, I)),   z = μ + σ·ε,  ε ~ N(0, I),
///
/// in nats, summed over pixels and averaged over rows: with C = β = 1 the negative of the bound. With K > 1
/// latents for each row it learns from `ImportanceWeights`' tighter bound instead.
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
    /// Encoder and decoder; its members read as the options' own.
    package var stack: MirroredStack
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
    /// K, latents drawn for each row; of more than one the importance-weighted bound is learned from.
    package var importanceSamples = 1
    package var seed: UInt64 = 0

    package init(shape: Shape, architecture: Architecture = .dense) {
      stack = MirroredStack(
        shape: shape, architecture: architecture, latentSize: 20,
        hidden: architecture == .dense ? [400] : [256], activation: architecture == .dense ? .relu : .silu)
    }
  }

  package let options: Options
  package let context: Context
  package var progress = Progress()
  package var record: FitRecord?
  package var calibration = Calibration()
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
    let classCount = options.classCount
    encoding = Inference(networks.encoder, classCount: classCount, folds: folds, context: context)
    decoding = Inference(networks.decoder, classCount: classCount, folds: folds, context: context)
  }

  private static func networks(
    _ options: Options
  ) throws(GenerativeError) -> (encoder: Network, decoder: Network) {
    // One layer gives both: the first half of its output is μ, the second ln σ².
    let encoder = try options.stack.encoder(2 * options.latentSize, .identity)
    // A Bernoulli decoder gives logits; `decode` applies the sigmoid.
    var decoder = try options.stack.decoder(
      options.likelihood == .bernoulli ? .identity : options.outputActivation)
    if options.likelihood == .gaussian(variance: nil) { decoder.append(SharedVariance(options.shape)) }
    return (try Network("encoder", encoder), try Network("decoder", decoder))
  }

  package static func plan(
    _ options: Options, rows: Int, context: Context = .standard
  ) throws(GenerativeError) -> Plan {
    let networks = try networks(options)
    // The batch and the coins, σ and the gradients of μ and ln σ²; for each latent the output's gradient, ε,
    // z and its gradient, a loss, a label and a weight.
    let samples = options.importanceSamples
    let batch = (options.binarizes ? 2 : 1) * options.shape.count + 3 * options.latentSize
    let latent = options.shape.count + 3 * options.latentSize + 1 + (options.classCount == 0 ? 0 : 1)
    let weights = samples > 1 ? samples * ImportanceWeights.floats.latent + ImportanceWeights.floats.row : 0
    return try Plan(
      [
        Plan.Trainee(network: networks.encoder), Plan.Trainee(network: networks.decoder, rowsEach: samples),
      ], rows: rows, rowFloats: batch + samples * latent + weights, context: context)
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

  package var learners: [Learner] { [encoder, decoder] }

  package func weightsChange() {
    encoding.weightsChange()
    decoding.weightsChange()
  }
}

extension VAE: TabledModel {
  package static let kind = "vae"
}
