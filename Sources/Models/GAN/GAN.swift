import Datasets
import Networks
import Tensors
import Training

/// A generative adversarial network (Goodfellow et al., "Generative adversarial nets", NeurIPS 2014):
///
///     min over G, max over D:  E ln D(x) + E ln(1 − D(G(z)))
///
/// G turns latents z into rows, and D distinguishes them from real ones.
package final class GAN: @unchecked Sendable {
  package enum LatentDistribution: Equatable, Sendable {
    /// N(0, I)
    case normal
    /// Uniform in [−1, 1), as in the paper.
    case uniform
  }

  /// The augmentation of the images that the discriminator sees.
  package enum Augmentation: Equatable, Sendable {
    case none
    /// `ImageAugmentation` with a constant probability of 1.
    case fixed
    /// `ImageAugmentation` with a probability that follows the discriminator's overfitting.
    case adaptive
  }

  package enum Generator: Sendable {
    /// The moving average over the steps, or the last weights if there is no average.
    case average
    case last
  }

  package struct Options: Sendable, Equatable {
    package var shape: Shape
    package internal(set) var architecture: Architecture
    /// The options of the convolutional architecture.
    package var convolution = ConvolutionOptions(baseChannels: 64)
    /// The number of classes whose labels are joined to every layer; 0: none.
    package var classCount = 0
    package var latentSize = 64
    package var latent = LatentDistribution.normal
    /// The widths of the hidden dense layers, starting from the latent.
    package var generatorHidden = [256, 512]
    /// The widths of the hidden dense layers, starting from the row or from the innermost level.
    package var discriminatorHidden = [512, 256]
    package var generatorActivation = Activation.relu
    package var discriminatorActivation = Activation.leakyReLU(slope: 0.2)
    /// Sigmoid for rows in [0, 1]; tanh for the same rows, which are mapped to [−1, 1]; identity for any
    /// rows. nil: identity for standardized rows, otherwise sigmoid, or tanh in the convolutional
    /// architecture.
    var givenOutput: Activation?
    package var preparation = PreparationRule.automatic
    package var precision = Precision.float32
    package var objective = AdversarialLoss.nonSaturating
    /// k: the number of steps of D per step of G.
    package var discriminatorSteps = 1
    /// Whether each of these steps has its own real rows.
    package var hasFreshRows = true
    /// The learning rate of D as a multiple of the fit's learning rate.
    package var discriminatorRate: Float = 1
    /// γ of R1 at real rows, and λ of the penalty between real and generated rows; 0: no penalty.
    package var r1Penalty: Float = 0
    package var gradientPenalty: Float = 0
    package var augmentation = Augmentation.none
    /// Whether a conditional discriminator uses the labels only in its last layer, a `ClassProjection`.
    package var projectsLabels = false
    /// Whether the generator's hidden layers have batch norm.
    package var normalizesGenerator = true
    /// Whether the discriminator's hidden layers except the first have batch norm.
    package var normalizesDiscriminator = false
    /// Whether all of the discriminator's layers have spectral norm.
    package var hasSpectralNorm = false
    /// Whether a dense generator starts at the mean row of the data.
    package var startsAtMean = true
    package var weights = WeightRule.byActivation
    /// One-sided label smoothing: real rows have the target 1 − labelSmoothing.
    package var labelSmoothing: Float = 0
    /// The dropout rate of the discriminator's hidden layers.
    package var dropout: Float = 0
    /// Standard deviation of the noise added to the discriminator's input.
    package var inputNoise: Float = 0
    /// The decay of the generator's moving average; nil: no average.
    package var averageDecay: Float? = 0.999
    /// Whether the average's window grows with the number of steps.
    package var rampsAverage = true
    package var seed: UInt64 = 0

    /// The defaults of an architecture; for the convolutional one, those of DCGAN.
    package init(shape: Shape, architecture: Architecture = .dense) {
      self.shape = shape
      self.architecture = architecture
      guard architecture == .convolutional else { return }
      latentSize = 100
      (generatorHidden, discriminatorHidden) = ([], [])
      normalizesDiscriminator = true
      weights = .normal002
      startsAtMean = false
    }

    /// The number of classes whose labels are joined to every layer of the discriminator.
    package var joinedClassCount: Int { projectsLabels ? 0 : classCount }

    /// The number of batches per step of the game.
    package var batchCount: Int { hasFreshRows ? discriminatorSteps : 1 }

    /// Whether the length of D's gradient is penalized.
    package var isPenalized: Bool { r1Penalty > 0 || gradientPenalty > 0 }

    /// Whether the networks have batch norm, so that the model cannot learn from batches of one row.
    package var normalizes: Bool {
      switch architecture {
      case .dense:
        (normalizesGenerator && !generatorHidden.isEmpty)
          || (normalizesDiscriminator && discriminatorHidden.count > 1)
      case .convolutional: normalizesGenerator || normalizesDiscriminator
      }
    }
  }

  package var asked: Options
  package private(set) var options: Options
  package let context: Context
  package var progress = Progress()
  package var record: FitRecord?
  package var preparation: Preparation?
  package var names = ModelNames()
  package private(set) var generator: Learner
  package private(set) var discriminator: Learner
  package private(set) var average: ExponentialAverage?
  private(set) var generating: Inference
  private(set) var discriminating: Inference

  package init(_ options: Options, context: Context = .standard) throws(GenerativeError) {
    (asked, self.options, self.context) = (options, options, context)
    (generator, discriminator, average, generating, discriminating) = try Self.parts(options, context)
  }

  package func rebuild(_ options: Options) throws(GenerativeError) {
    if !options.hasNetworks(of: self.options) {
      (generator, discriminator, average, generating, discriminating) = try Self.parts(options, context)
    }
    self.options = options
  }

  private static func parts(
    _ options: Options, _ context: Context
  ) throws(GenerativeError) -> (Learner, Learner, ExponentialAverage?, Inference, Inference) {
    let networks = try networks(options)
    let generator = try Learner(networks.generator, seed: options.seed, context: context)
    let average = try options.averageDecay.map { decay throws(GenerativeError) in
      try ExponentialAverage(
        of: generator.weights, decay: decay, ramps: options.rampsAverage, context: context)
    }
    // Dense generators are so small that folding batch norm gains nothing.
    let folds = options.architecture == .convolutional
    let classCount = options.classCount
    return (
      generator,
      try Learner(
        networks.discriminator, seed: options.seed, stepsPerTurn: options.discriminatorSteps, context: context
      ),
      average, Inference(networks.generator, classCount: classCount, folds: folds, context: context),
      Inference(networks.discriminator, classCount: classCount, folds: folds, context: context)
    )
  }

  /// The number of rows read at a time to compute the data's mean row.
  static let meanBatchRows = 256

  package static func plan(
    _ options: Options, rows: Int, context: Context = .standard
  ) throws(GenerativeError) -> Plan {
    let networks = try networks(options)
    let k = options.discriminatorSteps
    let width = options.shape.count
    let penalty = options.isPenalized ? GradientPenalty.floats(networks.discriminator) : (0, 0)
    // R1 uses the pass of the real rows; the other penalty needs a pass of its own.
    let penaltyPasses =
      (options.r1Penalty > 0 ? GradientPenalty.passCount : 0)
      + (options.gradientPenalty > 0 ? GradientPenalty.passCount + 1 : 0)
    return try Plan(
      // G: k forward passes and one backward pass. D: k times forward and backward on real and generated
      // rows, then one forward pass and half a backward pass for G.
      [
        Plan.Trainee(network: networks.generator, passes: k + 2),
        Plan.Trainee(network: networks.discriminator, passes: (6 + penaltyPasses) * k + 2),
      ], rows: rows,
      // The batches, the gradient of generated rows, and z; the gradients of the logits, losses and labels.
      rowFloats: (options.batchCount + 1) * width + options.latentSize + 2
        + (options.classCount == 0 ? 0 : options.batchCount + (options.batchCount > 1 ? 1 : 0)) + penalty.0
        + (options.gradientPenalty > 0 ? width : 0),
      // Sums. To start at the mean row: a batch, sums, and sums in Double.
      floats: width + (options.startsAtMean ? (Self.meanBatchRows + 3) * width : 0) + penalty.1,
      averaged: options.averageDecay == nil ? nil : networks.generator, context: context)
  }

  /// The number of trainable parameters.
  package var parameterCount: Int { generator.network.parameterCount + discriminator.network.parameterCount }

  package var learners: [Learner] { [generator, discriminator] }

  package func weightsChange() {
    generating.weightsChange()
    discriminating.weightsChange()
  }
}

extension GAN: TabledModel {
  package static let kind = "gan"
}
