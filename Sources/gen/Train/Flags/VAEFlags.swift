// Generated from the library's option tables by 'make generate'. Do not edit.
// swift-format-ignore-file
import ArgumentParser

/// Flags of gen_vae_options.
struct VAEFlags: OptionFlags {
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
      "Size of a latent vector (1 ... 65,536; default: 20).", valueName: "n"))
  var latentSize: String?

  @Option(
    help: ArgumentHelp(
      "Widths of the hidden layers of the encoder, outermost first (1 ... 65,536; default: 400; "
        + "convolutional: 256; a table of at most 32 columns: 128).", valueName: "n,n..."))
  var hidden: String?

  @Option(
    help: ArgumentHelp(
      "Widths of the hidden layers of the decoder, innermost first (1 ... 65,536; default: those "
        + "of the encoder in reverse).", valueName: "n,n..."))
  var decoderHidden: String?

  @Option(
    help: ArgumentHelp(
      "Activation of the hidden layers (identity, relu, leaky_relu, silu, elu, tanh, sigmoid, "
        + "softplus; default: relu; convolutional: silu).", valueName: "word"))
  var activation: String?

  @Option(
    help: ArgumentHelp(
      "Likelihood p(x|z); bernoulli is for pixels in [0, 1] (bernoulli, gaussian; default: "
        + "bernoulli; standardized rows: gaussian).", valueName: "word"))
  var likelihood: String?

  @Option(
    help: ArgumentHelp(
      "Variance of the gaussian likelihood (above 0; needs --likelihood auto or gaussian; "
        + "default: learned).", valueName: "n"))
  var variance: String?

  @Option(
    help: ArgumentHelp(
      "How the variance is learned; shared: one variance, the mean squared error of recent steps; "
        + "pixel: the same, separately for each pixel or column; gradient: one variance, trained by "
        + "the optimizer (gradient, shared, pixel; default: shared).", valueName: "word"))
  var learnedVariance: String?

  @Option(
    help: ArgumentHelp(
      "Activation of the output; bernoulli needs sigmoid (identity, sigmoid; default: sigmoid; "
        + "standardized rows: identity).", valueName: "word"))
  var outputActivation: String?

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
      "Binarize the pixels at random in each step (needs --likelihood auto or bernoulli; default: "
        + "false)."))
  var binarize: Bool?

  @Option(
    help: ArgumentHelp(
      "Weight C of the reconstruction term (above 0; default: 1.0).", valueName: "n"))
  var reconstructionWeight: String?

  @Option(
    help: ArgumentHelp(
      "Weight of the KL term (at least 0; default: 1.0).", valueName: "n"))
  var beta: String?

  @Option(
    help: ArgumentHelp(
      "How beta rises during training (KL annealing) (constant, linear, cyclic; default: "
        + "constant).", valueName: "word"))
  var klSchedule: String?

  @Option(
    help: ArgumentHelp(
      "Number of epochs over which beta rises to its full value, or of one cycle (1e-06 ... "
        + "1e+06; needs --kl-schedule linear or cyclic; default: 10).", valueName: "n"))
  var klEpochs: String?

  @Option(
    help: ArgumentHelp(
      "Number of latents drawn per row; more than 1 gives the importance-weighted bound (1 ... "
        + "10,000; default: 1).", valueName: "n"))
  var importanceSamples: String?

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
      ("likelihood", word(likelihood)),
      ("variance", variance),
      ("learned_variance", word(learnedVariance)),
      ("output_activation", word(outputActivation)),
      ("batch_norm", batchNorm.map { $0 ? "true" : "false" }),
      ("pixel_bias", pixelBias.map { $0 ? "true" : "false" }),
      ("binarize", binarize.map { $0 ? "true" : "false" }),
      ("reconstruction_weight", reconstructionWeight),
      ("beta", beta),
      ("kl_schedule", word(klSchedule)),
      ("kl_epochs", klEpochs),
      ("importance_samples", importanceSamples),
    ]
  }
}
