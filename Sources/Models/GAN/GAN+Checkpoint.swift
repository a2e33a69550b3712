import Checkpoints
import Networks
import Tensors
import Training

extension GAN: Checkpointable {
  package static let kind = "gan"

  private static let latents: [(String, LatentDistribution)] = [
    ("normal", .normal), ("uniform", .uniform),
  ]
  private static let objectives: [(String, AdversarialLoss)] = [
    ("non_saturating", .nonSaturating), ("minimax", .minimax),
  ]

  package func outline() throws(GenerativeError) -> Checkpoint {
    var checkpoint = try Checkpoint(kind: Self.kind, limits: context.limits)
    try checkpoint.set(options.shape)
    try checkpoint.set(options.architecture, options.convolution, classCount: options.classCount)
    try checkpoint.setOption("latent_size", options.latentSize)
    try checkpoint.setOption("latent", Self.latents.first { $0.1 == options.latent }?.0 ?? "")
    try checkpoint.setWidths("generator_hidden", options.generatorHidden)
    try checkpoint.setWidths("discriminator_hidden", options.discriminatorHidden)
    try checkpoint.setOption("generator_activation", options.generatorActivation)
    try checkpoint.setOption("discriminator_activation", options.discriminatorActivation)
    try checkpoint.setOption("output_activation", options.outputActivation)
    try checkpoint.setOption("objective", Self.objectives.first { $0.1 == options.objective }?.0 ?? "")
    try checkpoint.setOption("discriminator_steps", options.discriminatorSteps)
    try checkpoint.setOption("batch_norm", options.normalizesGenerator)
    try checkpoint.setOption("discriminator_batch_norm", options.normalizesDiscriminator)
    try checkpoint.setOption("spectral_norm", options.hasSpectralNorm)
    try checkpoint.setOption("mean_start", options.startsAtMean)
    try checkpoint.setOption(options.weights)
    try checkpoint.setOption("label_smoothing", options.labelSmoothing)
    try checkpoint.setOption("dropout", options.dropout)
    try checkpoint.setOption("input_noise", options.inputNoise)
    // 0: no average is kept.
    try checkpoint.setOption("average_decay", options.averageDecay ?? 0)
    try checkpoint.setOption("seed", options.seed)
    return checkpoint
  }

  package convenience init(_ checkpoint: Checkpoint, context: Context) throws(GenerativeError) {
    try checkpoint.require(kind: Self.kind)
    var options = Options(
      shape: try checkpoint.shape(), architecture: try checkpoint.architecture())
    options.convolution = try checkpoint.convolution()
    options.classCount = try checkpoint.classCount()
    options.latentSize = try checkpoint.option("latent_size", in: 1...StackLimit.width)
    options.latent = try checkpoint.choice("latent", Self.latents)
    options.generatorHidden = try checkpoint.givenWidths("generator_hidden")
    options.discriminatorHidden = try checkpoint.givenWidths("discriminator_hidden")
    options.generatorActivation = try checkpoint.activation("generator_activation")
    options.discriminatorActivation = try checkpoint.activation("discriminator_activation")
    options.outputActivation = try checkpoint.activation("output_activation")
    options.objective = try checkpoint.choice("objective", Self.objectives)
    options.discriminatorSteps = try checkpoint.option("discriminator_steps", in: 1...100)
    options.normalizesGenerator = try checkpoint.option("batch_norm")
    options.normalizesDiscriminator = try checkpoint.option("discriminator_batch_norm")
    options.hasSpectralNorm = try checkpoint.option("spectral_norm")
    options.startsAtMean = try checkpoint.option("mean_start")
    options.weights = try checkpoint.weightRule()
    options.labelSmoothing = try checkpoint.option("label_smoothing", in: 0...0.5)
    options.dropout = try checkpoint.option("dropout", in: 0...StackLimit.dropout)
    options.inputNoise = try checkpoint.option("input_noise", in: 0...Float.greatestFiniteMagnitude)
    let decay: Float = try checkpoint.option("average_decay", in: 0...1)
    options.averageDecay = decay == 0 ? nil : decay
    options.seed = try checkpoint.option("seed")
    try checkpoint.require(parameterCount: Self.plan(options, rows: 1, context: context).parameterCount)
    try self.init(options, context: context)
    try restore(checkpoint)
  }
}
