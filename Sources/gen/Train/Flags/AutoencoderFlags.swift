// Generated from the library's option tables by 'make generate'. Do not edit.
// swift-format-ignore-file
import ArgumentParser

/// Flags of gen_autoencoder_options.
struct AutoencoderFlags: OptionFlags {
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
      "Size of a latent vector (1 ... 65,536; default: 32).", valueName: "n"))
  var latentSize: String?

  @Option(
    help: ArgumentHelp(
      "Widths of the hidden layers of the encoder, outermost first (1 ... 65,536; default: "
        + "512,256; convolutional: 256; skips: none; a table of at most 32 columns: 128,64).", valueName: "n,n..."))
  var hidden: String?

  @Option(
    help: ArgumentHelp(
      "Widths of the hidden layers of the decoder, innermost first (1 ... 65,536; default: those "
        + "of the encoder in reverse).", valueName: "n,n..."))
  var decoderHidden: String?

  @Option(
    help: ArgumentHelp(
      "Activation of the hidden layers (identity, relu, leaky_relu, silu, elu, tanh, sigmoid, "
        + "softplus; default: silu).", valueName: "word"))
  var activation: String?

  @Option(
    help: ArgumentHelp(
      "Activation of the latents (identity, relu, leaky_relu, silu, elu, tanh, sigmoid, softplus; "
        + "default: identity).", valueName: "word"))
  var latentActivation: String?

  @Option(
    help: ArgumentHelp(
      "Activation of the output: sigmoid for rows in [0, 1], identity for any rows (identity, "
        + "sigmoid; default: sigmoid; standardized rows: identity).", valueName: "word"))
  var outputActivation: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Use biases; without biases, hidden layers and an output activation the model learns PCA "
        + "(default: true)."))
  var bias: Bool?

  @Option(
    help: ArgumentHelp(
      "Reconstruction loss; cross_entropy needs --output-activation sigmoid (squared_error, "
        + "cross_entropy, log_squared_error; default: squared_error).", valueName: "word"))
  var loss: String?

  @Option(
    help: ArgumentHelp(
      "Noise added to the input of a denoising autoencoder (none, gaussian, masking, "
        + "salt_and_pepper; default: none).", valueName: "word"))
  var corruption: String?

  @Option(
    help: ArgumentHelp(
      "Standard deviation of gaussian noise, or share of pixels to corrupt (above 0, at most 10; "
        + "needs --corruption gaussian or masking or salt_and_pepper; default: gaussian: 0.5; "
        + "masking, salt_and_pepper: 0.3).", valueName: "n"))
  var corruptionAmount: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Use batch norm after all convolutions except the first and the last (needs --architecture "
        + "auto or convolutional; default: false)."))
  var batchNorm: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Use one output bias per pixel instead of one per channel (default: false)."))
  var pixelBias: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Connect each level of the encoder to the decoder (U-Net); the model then has no latents "
        + "(needs --architecture auto or convolutional; default: false)."))
  var skips: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Use the transposed weights of the encoder in the decoder (needs --architecture auto or "
        + "dense; default: false)."))
  var tied: Bool?

  @Option(
    help: ArgumentHelp(
      "Penalty that keeps most latents small (none, l1, kl; default: none).", valueName: "word"))
  var sparsity: String?

  @Option(
    help: ArgumentHelp(
      "Weight of the sparsity penalty (above 0; needs --sparsity l1 or kl; default: 0.1).", valueName: "n"))
  var sparsityWeight: String?

  @Option(
    help: ArgumentHelp(
      "Target mean of each latent (above 0, below 1; needs --sparsity kl; default: 0.05).", valueName: "n"))
  var sparsityTarget: String?

  @Option(
    help: ArgumentHelp(
      "Weight of the contractive penalty ||dh/dx||^2, where h is the latent vector (at least 0; "
        + "default: 0.0).", valueName: "n"))
  var contraction: String?

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
      ("hidden", hidden),
      ("decoder_hidden", decoderHidden),
      ("activation", word(activation)),
      ("latent_activation", word(latentActivation)),
      ("output_activation", word(outputActivation)),
      ("bias", bias.map { $0 ? "true" : "false" }),
      ("loss", word(loss)),
      ("corruption", word(corruption)),
      ("corruption_amount", corruptionAmount),
      ("batch_norm", batchNorm.map { $0 ? "true" : "false" }),
      ("pixel_bias", pixelBias.map { $0 ? "true" : "false" }),
      ("skips", skips.map { $0 ? "true" : "false" }),
      ("tied", tied.map { $0 ? "true" : "false" }),
      ("sparsity", word(sparsity)),
      ("sparsity_weight", sparsityWeight),
      ("sparsity_target", sparsityTarget),
      ("contraction", contraction),
    ]
  }
}
