import ArgumentParser
import CGenerative

/// `gen train gan`.
struct TrainGAN: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gan", abstract: "A generative adversarial network; convolutional, a DCGAN.",
    discussion: "gen train gan pictures --architecture convolutional -o gan.safetensors")

  @OptionGroup var train: TrainOptions

  @Option(help: "Dense layers, or DCGAN's convolutions.")
  var architecture = ArchitectureName.dense

  @Option(help: "Numbers of a latent.")
  var latents: Int?

  @Option(help: "What latents are drawn from.")
  var latent = LatentName.normal

  @Option(help: "What the generator learns by.")
  var objective = Objective.nonSaturating

  @Option(help: "Widths of the generator's hidden layers, from the latent on, \"256,512\"; none: none.")
  var generatorHidden: Widths?

  @Option(help: "Widths of the discriminator's, from the row on.")
  var discriminatorHidden: Widths?

  @Option(help: "The activation of the generator's hidden layers.")
  var generatorActivation: Activation?

  @Option(help: "The activation of the discriminator's.")
  var discriminatorActivation: Activation?

  @Option(help: "Of the generator's output: sigmoid or tanh for rows in [0, 1], identity for any.")
  var outputActivation: Activation?

  @Option(help: "How weights start.")
  var initializer: Initializer?

  @Flag(help: "No batch norm in the generator.")
  var noBatchNorm = false

  @Flag(inversion: .prefixedNo, help: "Batch norm in the discriminator. Default: in a convolutional one.")
  var discriminatorBatchNorm: Bool?

  @Flag(help: "Dense: the generator does not start out at the mean row.")
  var noMeanStart = false

  @Option(help: "Steps of the discriminator for each of the generator.")
  var discriminatorSteps = 1

  @Option(help: "Convolutional: channels of the first level, doubled level by level.")
  var baseChannels: Int?

  @Option(help: "Convolutional: levels of half the size.")
  var depth: Int?

  @Flag(help: "Spectral norm in the discriminator, in place of its batch norm.")
  var spectralNorm = false

  @Option(help: "Real rows count as 1 - this.")
  var labelSmoothing = 0.0

  @Option(help: "Deviation of noise added to what the discriminator sees.")
  var inputNoise = 0.0

  @Option(help: "Share of the discriminator's hidden units dropped in training.")
  var dropout = 0.0

  @Option(help: "The decay of the generator's moving average, which draws the samples.")
  var averageDecay = 0.999

  @Flag(help: "Join the rows' classes to every layer.")
  var conditional = false

  @OptionGroup(title: "Training") var fit: FitFlags

  func run() throws {
    try Training(kind: .gan, train: train, fit: fit).run { dataset in
      var options: gen_gan_options = try defaults(gen_gan_options_init)
      options.height = Int64(dataset.shape.height)
      options.width = Int64(dataset.shape.width)
      options.channels = Int64(dataset.shape.channels)
      options.architecture = architecture.code
      // The default depends on the architecture: the library's.
      options.latent_size = Int64(latents ?? 0)
      options.latent = latent.code
      options.objective = objective.code
      if let generatorActivation { options.generator_activation = generatorActivation.code }
      if let discriminatorActivation { options.discriminator_activation = discriminatorActivation.code }
      if let outputActivation { options.output_activation = outputActivation.code }
      if let initializer { options.initializer = initializer.code }
      options.no_batch_norm = noBatchNorm ? 1 : 0
      options.discriminator_batch_norm = discriminatorBatchNorm.map { $0 ? 1 : -1 } ?? 0
      options.no_mean_start = noMeanStart ? 1 : 0
      options.discriminator_steps = Int32(clamping: discriminatorSteps)
      if let baseChannels { options.base_channels = Int64(baseChannels) }
      if let depth { options.depth = Int32(clamping: depth) }
      options.spectral_norm = spectralNorm ? 1 : 0
      options.label_smoothing = labelSmoothing
      options.input_noise = inputNoise
      options.dropout = dropout
      options.average_decay = averageDecay == 0 ? -1 : averageDecay
      options.n_classes = conditional ? Int64(try dataset.requiredClassCount()) : 0
      options.seed = fit.seed
      options.n_generator_hidden = generatorHidden?.code ?? 0
      options.n_discriminator_hidden = discriminatorHidden?.code ?? 0
      return try withWidths(generatorHidden, discriminatorHidden) { generator, discriminator in
        options.generator_hidden = generator
        options.discriminator_hidden = discriminator
        return try Object(gen_model_destroy) { gen_gan_create(&options, $0) }
      }
    }
  }
}
