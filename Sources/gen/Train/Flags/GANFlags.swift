// Generated from the library's option tables by 'make generate'. Do not edit.
// swift-format-ignore-file
import ArgumentParser

/// Flags of gen_gan_options.
struct GANFlags: OptionFlags {
  @Option(
    help: ArgumentHelp(
      "Dense layers, or the convolutions of DCGAN (dense, convolutional; default: dense).", valueName: "word"))
  var architecture: String?

  @Option(
    help: ArgumentHelp(
      "Distribution of the initial weights; by_activation: he for relu and its kin, glorot for "
        + "the others; auto: fan_in_uniform for a dense VAE, normal_002 for a convolutional GAN, else "
        + "by_activation (he, glorot, fan_in_uniform, normal_002, by_activation).", valueName: "word"))
  var initializer: String?

  @Option(
    help: ArgumentHelp(
      "Number of levels, each half the size of the one before, for sides of at least 2^depth "
        + "pixels; auto: until the smaller side has 4 to 7 pixels (1 ... 16; needs --architecture "
        + "convolutional).", valueName: "n"))
  var depth: String?

  @Option(
    help: ArgumentHelp(
      "Channels of the first level; each level doubles them; auto: 32, for a GAN 16 (1 ... 4,096; "
        + "needs --architecture convolutional).", valueName: "n"))
  var baseChannels: String?

  @Option(
    help: ArgumentHelp(
      "Share of hidden units dropped during training (0 ... 1, below 1; default: 0.0).", valueName: "n"))
  var dropout: String?

  @Option(
    help: ArgumentHelp(
      "What is done to rows first; standardize: every column gets mean 0 and standard deviation "
        + "1; auto: standardize tables of numbers outside [0, 1] (none, standardize).", valueName: "word"))
  var preparation: String?

  @Option(
    help: ArgumentHelp(
      "Size of a latent vector; auto: 64, convolutional 100, a table of fewer columns as many as "
        + "these (1 ... 65,536).", valueName: "n"))
  var latentSize: String?

  @Option(
    help: ArgumentHelp(
      "Widths of the dense layers of the generator, from the latent; auto: 256,512, convolutional "
        + "none, a table of at most 32 columns 128,128 (1 ... 65,536).", valueName: "n,n..."))
  var generatorHidden: String?

  @Option(
    help: ArgumentHelp(
      "Widths of the dense layers of the discriminator, from the row; auto: 512,256, "
        + "convolutional none, a table of at most 32 columns 128,128 (1 ... 65,536).", valueName: "n,n..."))
  var discriminatorHidden: String?

  @Option(
    help: ArgumentHelp(
      "Activation of the hidden layers of the generator (identity, relu, leaky_relu, silu, elu, "
        + "tanh, sigmoid, softplus; default: relu).", valueName: "word"))
  var generatorActivation: String?

  @Option(
    help: ArgumentHelp(
      "Activation of the hidden layers of the discriminator (identity, relu, leaky_relu, silu, "
        + "elu, tanh, sigmoid, softplus; default: leaky_relu).", valueName: "word"))
  var discriminatorActivation: String?

  @Option(
    help: ArgumentHelp(
      "Activation of the output: sigmoid and tanh for rows in [0, 1], identity for any rows; "
        + "auto: identity for standardized rows, else sigmoid, convolutional tanh (identity, tanh, "
        + "sigmoid).", valueName: "word"))
  var outputActivation: String?

  @Option(
    help: ArgumentHelp(
      "Distribution of the latents (normal, uniform; default: normal).", valueName: "word"))
  var latent: String?

  @Option(
    help: ArgumentHelp(
      "Losses of the two players (non_saturating, minimax, least_squares, hinge, wasserstein; "
        + "default: non_saturating).", valueName: "word"))
  var objective: String?

  @Option(
    help: ArgumentHelp(
      "K, the steps of the discriminator for each step of the generator (1 ... 100; default: 1).", valueName: "n"))
  var discriminatorSteps: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Batch norm in the hidden layers of the generator; auto: true but for a table of at most 32 "
        + "columns."))
  var batchNorm: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Batch norm in the hidden layers of the discriminator but the first; auto: true if "
        + "convolutional and spectral_norm is false."))
  var discriminatorBatchNorm: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Spectral norm in all layers of the discriminator, instead of batch norm; auto: true if "
        + "convolutional and discriminator_batch_norm is not true."))
  var spectralNorm: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Start the generator at the mean row of the data; auto: true if dense (needs --architecture "
        + "dense)."))
  var meanStart: Bool?

  @Option(
    help: ArgumentHelp(
      "Real rows get the target 1 minus this value (0 ... 0.5; default: 0.0).", valueName: "n"))
  var labelSmoothing: String?

  @Option(
    help: ArgumentHelp(
      "Standard deviation of the noise added to the input of the discriminator; auto: 0, "
        + "convolutional 0.2, a table of at most 32 columns 0.1 (0 ... 1e+06).", valueName: "n"))
  var inputNoise: String?

  @Option(
    help: ArgumentHelp(
      "Decay of the moving average of the generator over the steps; 0: no average (0 ... 1, below "
        + "1; default: 0.999).", valueName: "n"))
  var averageDecay: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Let the window of the average grow with the steps: the decay after step t is at most (1 + "
        + "t) / (10 + t) (default: true)."))
  var averageRamp: Bool?

  @Option(
    help: ArgumentHelp(
      "Learning rate of the discriminator, as a multiple of the generator's (0 ... 1000, not 0; "
        + "default: 1.0).", valueName: "n"))
  var discriminatorRate: String?

  @Option(
    help: ArgumentHelp(
      "Weight of half the squared gradient of the discriminator by a real row; 0: no penalty (0 "
        + "... 1e+06; default: 0.0).", valueName: "n"))
  var r1Penalty: String?

  @Option(
    help: ArgumentHelp(
      "Weight of (norm of the gradient of the discriminator - 1)^2 between real and generated "
        + "rows; 0: no penalty (0 ... 1e+06; default: 0.0).", valueName: "n"))
  var gradientPenalty: String?

  @Option(
    help: ArgumentHelp(
      "Mirror, shift, recolor and cut out the images that the discriminator sees, real and "
        + "generated ones; adaptive: more often the more it over-fits (none, fixed, adaptive; "
        + "default: none).", valueName: "word"))
  var augmentation: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Let a conditional discriminator use the labels only in its last layer, by projection "
        + "(default: false)."))
  var projection: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Give each of the discriminator_steps a batch of its own; false: those of a step share one "
        + "(default: true)."))
  var freshRows: Bool?

  var all: [(name: String, value: String?)] {
    [
      ("architecture", word(architecture)),
      ("initializer", word(initializer)),
      ("depth", depth),
      ("base_channels", baseChannels),
      ("dropout", dropout),
      ("preparation", word(preparation)),
      ("latent_size", latentSize),
      ("generator_hidden", generatorHidden),
      ("discriminator_hidden", discriminatorHidden),
      ("generator_activation", word(generatorActivation)),
      ("discriminator_activation", word(discriminatorActivation)),
      ("output_activation", word(outputActivation)),
      ("latent", word(latent)),
      ("objective", word(objective)),
      ("discriminator_steps", discriminatorSteps),
      ("batch_norm", batchNorm.map { $0 ? "true" : "false" }),
      ("discriminator_batch_norm", discriminatorBatchNorm.map { $0 ? "true" : "false" }),
      ("spectral_norm", spectralNorm.map { $0 ? "true" : "false" }),
      ("mean_start", meanStart.map { $0 ? "true" : "false" }),
      ("label_smoothing", labelSmoothing),
      ("input_noise", inputNoise),
      ("average_decay", averageDecay),
      ("average_ramp", averageRamp.map { $0 ? "true" : "false" }),
      ("discriminator_rate", discriminatorRate),
      ("r1_penalty", r1Penalty),
      ("gradient_penalty", gradientPenalty),
      ("augmentation", word(augmentation)),
      ("projection", projection.map { $0 ? "true" : "false" }),
      ("fresh_rows", freshRows.map { $0 ? "true" : "false" }),
    ]
  }
}
