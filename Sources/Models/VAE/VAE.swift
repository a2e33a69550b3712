import Datasets
import Glibc
import Networks
import Tensors
import Training

/// A variational autoencoder (Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014).
///
/// The encoder maps each row to a Gaussian q(z|x) = N(μ(x), diag σ²(x)), the decoder maps latents to p(x|z),
/// and
///
///     loss = C · E_q[−ln p(x|z)] + β · KL(q(z|x) ‖ N(0, I)),   z = μ + σ·ε,  ε ~ N(0, I),
///
/// in nats, summed over pixels and averaged over rows. With C = β = 1 it is the negative of the bound. With
/// several latents per row, K > 1, the model is trained on the tighter bound of `ImportanceWeights` instead.
package final class VAE: @unchecked Sendable {
  /// p(x|z)
  package enum Likelihood: Equatable, Sendable {
    /// Pixels in [0, 1], with the decoder's outputs as probabilities.
    case bernoulli
    /// N(decoder's mean, σ²), with the same σ² for all pixels; nil: it is learned.
    case gaussian(variance: Float?)
  }

  /// How the variance of a Gaussian likelihood is learned.
  package enum LearnedVariance: Equatable, Sendable {
    /// One for all pixels, trained by the optimizer, initially 1.
    case gradient
    /// One for all pixels: the mean squared error of the last steps, at which its gradient is zero (Rybkin,
    /// Daniilidis & Levine, "Simple and effective VAE training with calibrated decoders", ICML 2021).
    case shared
    /// Like `shared`, for each pixel or column separately.
    case pixel
  }

  /// How β increases.
  package enum Annealing: Equatable, Sendable {
    case constant
    /// From 0 to β over the first `epochs` epochs.
    case linear(epochs: Double)
    /// Repeats every `epochs` epochs: rising during the first half, β during the second (Fu et al., "Cyclical
    /// annealing schedule", NAACL 2019).
    case cyclic(epochs: Double)

    /// The fraction of β at a time given in epochs.
    package func share(at epoch: Double) -> Double {
      switch self {
      case .constant: 1
      case .linear(let epochs): min(epoch / epochs, 1)
      case .cyclic(let epochs): min(2 * epoch.truncatingRemainder(dividingBy: epochs) / epochs, 1)
      }
    }
  }

  package struct Options: Sendable, Equatable {
    /// Encoder and decoder. Its members can be accessed like those of the options.
    package var stack: MirroredStack
    /// nil: Gaussian for standardized rows, otherwise Bernoulli.
    var givenLikelihood: Likelihood?
    package var learnedVariance = LearnedVariance.shared
    /// nil: identity for standardized rows, otherwise sigmoid.
    var givenOutput: Activation?
    /// Whether pixels are binarized at random in each step.
    package var binarizes = false
    /// C
    package var reconstructionWeight: Float = 1
    /// β
    package var beta: Float = 1
    package var annealing = Annealing.constant
    /// K, the number of latents drawn per row. If it is greater than 1, the loss is the importance-weighted
    /// bound.
    package var importanceSamples = 1
    package var seed: UInt64 = 0

    package init(shape: Shape, architecture: Architecture = .dense) {
      stack = MirroredStack(
        shape: shape, architecture: architecture, latentSize: 20,
        hidden: architecture == .dense ? [400] : [256], activation: architecture == .dense ? .relu : .silu)
    }
  }

  package var asked: Options
  package private(set) var options: Options
  package let context: Context
  package var progress = Progress()
  package var record: FitRecord?
  package var preparation: Preparation?
  package var names = ModelNames()
  package var calibration = Calibration()
  package private(set) var encoder: Learner
  package private(set) var decoder: Learner
  private(set) var encoding: Inference
  private(set) var decoding: Inference

  package init(_ options: Options, context: Context = .standard) throws(GenerativeError) {
    (asked, self.options, self.context) = (options, options, context)
    (encoder, decoder, encoding, decoding) = try Self.parts(options, context)
  }

  package func rebuild(_ options: Options) throws(GenerativeError) {
    if !options.hasNetworks(of: self.options) {
      (encoder, decoder, encoding, decoding) = try Self.parts(options, context)
    }
    self.options = options
  }

  private static func parts(
    _ options: Options, _ context: Context
  ) throws(GenerativeError) -> (Learner, Learner, Inference, Inference) {
    let networks = try networks(options)
    let folds = options.architecture == .convolutional
    let classCount = options.classCount
    return (
      try Learner(networks.encoder, seed: options.seed, context: context),
      try Learner(networks.decoder, seed: options.seed, context: context),
      Inference(networks.encoder, classCount: classCount, folds: folds, context: context),
      Inference(networks.decoder, classCount: classCount, folds: folds, context: context)
    )
  }

  private static func networks(
    _ options: Options
  ) throws(GenerativeError) -> (encoder: Network, decoder: Network) {
    // One layer computes both: the first half of its output is μ, the second ln σ².
    let encoder = try options.stack.encoder(2 * options.latentSize, .identity)
    // A Bernoulli decoder returns logits; `decode` applies the sigmoid.
    var decoder = try options.stack.decoder(
      options.likelihood == .bernoulli ? .identity : options.outputActivation)
    if options.likelihood == .gaussian(variance: nil) {
      decoder.append(LearnedVarianceLayer(options.shape, isPerPixel: options.learnedVariance == .pixel))
    }
    let precision = options.stack.precision
    return (
      try Network("encoder", encoder, precision: precision),
      try Network("decoder", decoder, precision: precision)
    )
  }

  package static func plan(
    _ options: Options, rows: Int, context: Context = .standard
  ) throws(GenerativeError) -> Plan {
    let networks = try networks(options)
    // The batch and the random numbers that binarize it, σ and the gradients of μ and ln σ². For each latent:
    // the output's gradient, ε, z and its gradient, a loss, a label and a weight.
    let samples = options.importanceSamples
    let batch = (options.binarizes ? 2 : 1) * options.shape.count + 3 * options.latentSize
    let latent = options.shape.count + 3 * options.latentSize + 1 + (options.classCount == 0 ? 0 : 1)
    let weights = samples > 1 ? samples * ImportanceWeights.floats.latent + ImportanceWeights.floats.row : 0
    return try Plan(
      [
        Plan.Trainee(network: networks.encoder), Plan.Trainee(network: networks.decoder, rowsEach: samples),
      ], rows: rows, rowFloats: batch + samples * latent + weights, context: context)
  }

  /// losses ← −ln p(x|z) of each row, given the decoder's output and the current variance. If dOutput is
  /// given, dOutput ← gradientScale · the gradient.
  func evaluateReconstruction(
    _ output: Matrix, targets: Matrix, losses: UnsafeMutablePointer<Float>, gradientScale: Float = 1,
    dOutput: Matrix? = nil
  ) {
    let loss: ReconstructionLoss
    switch options.likelihood {
    case .bernoulli: loss = .crossEntropy
    case .gaussian(let variance?): loss = .gaussian(variance: variance)
    case .gaussian(nil) where options.learnedVariance == .pixel:
      return GaussianLikelihood.evaluate(
        mean: output,
        logVariance: Matrix(
          reading: logVariances, rows: output.rowCount, columns: output.columnCount, rowStride: 0),
        targets: targets, losses: losses, gradientScale: gradientScale, dMean: dOutput, context: context)
    case .gaussian(nil): loss = .gaussian(variance: variance)
    }
    loss.evaluate(
      output, targets: targets, losses: losses, gradientScale: gradientScale, dy: dOutput, context: context)
  }

  /// λ = ln σ² if the variance is learned, either one value or one per pixel: the last parameters of the
  /// decoder.
  var logVariances: UnsafeMutablePointer<Float> {
    decoder.weights.parameters.base + (decoder.network.parameterCount - varianceCount)
  }

  /// The number of values in `logVariances`.
  var varianceCount: Int { decoder.network.layers.last?.parameterCount ?? 0 }

  /// σ², if a single one is learned for all pixels.
  var variance: Float { variance(0) }

  /// The learned σ²: the only one, or the one for a pixel.
  func variance(_ index: Int) -> Float {
    let limit = GaussianLikelihood.logVarianceLimit
    return expf(min(max(logVariances[index], -limit), limit))
  }

  /// The number of trainable parameters.
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
