// Generated from the library's option tables by 'make generate'. Do not edit.
// swift-format-ignore-file
import ArgumentParser

/// Flags of gen_autoencoder_options.
struct AutoencoderFlags: OptionFlags {
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
      "Size of a latent vector (1 ... 65,536; default: 32).", valueName: "n"))
  var latentSize: String?

  @Option(
    help: ArgumentHelp(
      "Widths of the hidden layers of the encoder, outermost first; auto: 512,256, convolutional "
        + "256, a table of at most 32 columns 128,64 (1 ... 65,536).", valueName: "n,n..."))
  var hidden: String?

  @Option(
    help: ArgumentHelp(
      "Widths of the hidden layers of the decoder, innermost first; auto: those of the encoder in "
        + "reverse (1 ... 65,536).", valueName: "n,n..."))
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
      "Activation of the output: sigmoid for rows in [0, 1], identity for any rows; auto: "
        + "identity for standardized rows, else sigmoid (identity, sigmoid).", valueName: "word"))
  var outputActivation: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Give the layers biases; without biases, hidden layers and an output activation it learns "
        + "PCA (default: true)."))
  var bias: Bool?

  @Option(
    help: ArgumentHelp(
      "Reconstruction loss; cross_entropy needs output_activation sigmoid (squared_error, "
        + "cross_entropy, log_squared_error; default: squared_error).", valueName: "word"))
  var loss: String?

  @Option(
    help: ArgumentHelp(
      "Noise added to the input of a denoising autoencoder (none, gaussian, masking, "
        + "salt_and_pepper; default: none).", valueName: "word"))
  var corruption: String?

  @Option(
    help: ArgumentHelp(
      "Gaussian: standard deviation (auto: 0.5); masking, salt_and_pepper: share of pixels (auto: "
        + "0.3) (0 ... 10, not 0; needs --corruption gaussian or masking or salt_and_pepper).", valueName: "n"))
  var corruptionAmount: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Batch norm after all convolutions but the first and the last (default: false; needs "
        + "--architecture convolutional)."))
  var batchNorm: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "A bias for every pixel of the output instead of one for every channel (default: false)."))
  var pixelBias: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Connect each level of the encoder to the decoder (U-Net); the model then has no latents "
        + "(default: false; needs --architecture convolutional)."))
  var skips: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Use the transposed weights of the encoder in the decoder (default: false; needs "
        + "--architecture dense)."))
  var tied: Bool?

  @Option(
    help: ArgumentHelp(
      "Penalty that keeps most latents small (none, l1, kl; default: none).", valueName: "word"))
  var sparsity: String?

  @Option(
    help: ArgumentHelp(
      "Weight of the sparsity penalty; auto: 0.1 (above 0; needs --sparsity l1 or kl).", valueName: "n"))
  var sparsityWeight: String?

  @Option(
    help: ArgumentHelp(
      "Kl: desired mean of each latent; auto: 0.05 (0 ... 1, ends excluded; needs --sparsity kl).", valueName: "n"))
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
