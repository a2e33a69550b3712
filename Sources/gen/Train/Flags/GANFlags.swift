// Generated from the library's option tables by 'make generate'. Do not edit.
// swift-format-ignore-file
import ArgumentParser

/// Flags of gen_gan_options.
struct GANFlags: OptionFlags {
  @Option(
    help: ArgumentHelp(
      "Kind of the networks: dense layers, or the convolutions of DCGAN (dense, convolutional; "
        + "default: convolutional for images with sides of at least 16 pixels if no widths of hidden "
        + "layers are given, else dense).", valueName: "word"))
  var architecture: String?

  @Option(
    help: ArgumentHelp(
      "Distribution of the initial weights; by_activation: glorot for identity, tanh and sigmoid, "
        + "he for the others (he, glorot, fan_in_uniform, normal_002, by_activation; default: "
        + "by_activation; dense VAE: fan_in_uniform; convolutional GAN: normal_002).", valueName: "word"))
  var initializer: String?

  @Option(
    help: ArgumentHelp(
      "Number of levels, each half the size of the one before; sides must have at least 2^depth "
        + "pixels (1 ... 16; needs --architecture auto or convolutional; default: until the smaller "
        + "side has 4 to 7 pixels).", valueName: "n"))
  var depth: String?

  @Option(
    help: ArgumentHelp(
      "Channels of the first level; each level doubles them (1 ... 4,096; needs --architecture "
        + "auto or convolutional; default: 32; GAN: 16).", valueName: "n"))
  var baseChannels: String?

  @Option(
    help: ArgumentHelp(
      "Share of hidden units dropped during training (at least 0, below 1; default: 0.0).", valueName: "n"))
  var dropout: String?

  @Option(
    help: ArgumentHelp(
      "Transformation of the rows; standardize: every column gets mean 0 and standard deviation 1 "
        + "(none, standardize; default: standardize for tables with values outside [0, 1], else "
        + "none).", valueName: "word"))
  var preparation: String?

  @Option(
    help: ArgumentHelp(
      "Numbers that matrix products and convolutions multiply; bfloat16: operands are rounded to "
        + "8 significant bits, which is faster on processors with an instruction for them; weights, "
        + "sums and losses stay float32 (float32, bfloat16; default: float32).", valueName: "word"))
  var precision: String?

  @Option(
    help: ArgumentHelp(
      "Size of a latent vector (1 ... 65,536; default: 64; convolutional: 100; a table of at most "
        + "32 columns: their number).", valueName: "n"))
  var latentSize: String?

  @Option(
    help: ArgumentHelp(
      "Widths of the dense layers of the generator, from the latent (1 ... 65,536; default: "
        + "256,512; convolutional: none; a table of at most 32 columns: 128,128).", valueName: "n,n..."))
  var generatorHidden: String?

  @Option(
    help: ArgumentHelp(
      "Widths of the dense layers of the discriminator, from the row (1 ... 65,536; default: "
        + "512,256; convolutional: none; a table of at most 32 columns: 128,128).", valueName: "n,n..."))
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
      "Activation of the output: sigmoid and tanh for rows in [0, 1], identity for any rows "
        + "(identity, tanh, sigmoid; default: sigmoid; convolutional: tanh; standardized rows: "
        + "identity).", valueName: "word"))
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
      "Number of discriminator steps per generator step (1 ... 100; default: 1).", valueName: "n"))
  var discriminatorSteps: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Batch norm in the hidden layers of the generator (default: true; a table of at most 32 "
        + "columns: false)."))
  var batchNorm: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Batch norm in the hidden layers of the discriminator except the first (default: true if "
        + "convolutional and without spectral norm, else false)."))
  var discriminatorBatchNorm: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Spectral norm in all layers of the discriminator, instead of batch norm (default: true if "
        + "convolutional with a penalty or with --discriminator-batch-norm false, else false)."))
  var spectralNorm: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Start the generator at the mean row of the data (needs --architecture auto or dense; "
        + "default: true)."))
  var meanStart: Bool?

  @Option(
    help: ArgumentHelp(
      "One-sided label smoothing: the target of real rows is 1 minus this value (0 ... 0.5; "
        + "default: 0.0).", valueName: "n"))
  var labelSmoothing: String?

  @Option(
    help: ArgumentHelp(
      "Standard deviation of the noise added to the input of the discriminator (0 ... 1e+06; "
        + "default: 0; convolutional: 0.2; a table of at most 32 columns: 0.1).", valueName: "n"))
  var inputNoise: String?

  @Option(
    help: ArgumentHelp(
      "Decay of the moving average of the generator over the steps; 0: no average (at least 0, "
        + "below 1; default: 0.999).", valueName: "n"))
  var averageDecay: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Average over fewer steps at first: the decay after step t is at most (1 + t) / (10 + t) "
        + "(default: true)."))
  var averageRamp: Bool?

  @Option(
    help: ArgumentHelp(
      "Learning rate of the discriminator, as a multiple of the generator's (above 0, at most "
        + "1000; default: 1.0).", valueName: "n"))
  var discriminatorRate: String?

  @Option(
    help: ArgumentHelp(
      "Weight of half the squared norm of the discriminator's gradient at real rows; 0: no "
        + "penalty (0 ... 1e+06; default: 1 for dense layers and images if the objective is "
        + "non_saturating or minimax and no other option excludes it, else 0).", valueName: "n"))
  var r1Penalty: String?

  @Option(
    help: ArgumentHelp(
      "Weight of (norm of the discriminator's gradient - 1)^2 between real and generated rows; 0: "
        + "no penalty (0 ... 1e+06; default: 0.0).", valueName: "n"))
  var gradientPenalty: String?

  @Option(
    help: ArgumentHelp(
      "Randomly mirror, shift, recolor and cut out parts of all images that the discriminator "
        + "sees; adaptive: more often when the discriminator overfits (none, fixed, adaptive; "
        + "default: none).", valueName: "word"))
  var augmentation: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Use labels only in the last layer of a conditional discriminator, by projection (default: "
        + "false)."))
  var projection: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Use a new batch for each discriminator step; false: --discriminator-steps of one step "
        + "share a batch (default: true)."))
  var freshRows: Bool?

  var all: [(name: String, value: String?)] {
    [
      ("architecture", word(architecture)),
      ("initializer", word(initializer)),
      ("depth", depth),
      ("base_channels", baseChannels),
      ("dropout", dropout),
      ("preparation", word(preparation)),
      ("precision", word(precision)),
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
