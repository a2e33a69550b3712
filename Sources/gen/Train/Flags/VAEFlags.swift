// Generated from the library's option tables by 'make generate'. Do not edit.
// swift-format-ignore-file
import ArgumentParser

/// Flags of gen_vae_options.
struct VAEFlags: OptionFlags {
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
      "Size of a latent vector (1 ... 65,536; default: 20).", valueName: "n"))
  var latentSize: String?

  @Option(
    help: ArgumentHelp(
      "Widths of the hidden layers of the encoder, outermost first; auto: 400, convolutional 256, "
        + "a table of at most 32 columns 128 (1 ... 65,536).", valueName: "n,n..."))
  var hidden: String?

  @Option(
    help: ArgumentHelp(
      "Widths of the hidden layers of the decoder, innermost first; auto: those of the encoder in "
        + "reverse (1 ... 65,536).", valueName: "n,n..."))
  var decoderHidden: String?

  @Option(
    help: ArgumentHelp(
      "Activation of the hidden layers; auto: relu, convolutional silu (identity, relu, "
        + "leaky_relu, silu, elu, tanh, sigmoid, softplus).", valueName: "word"))
  var activation: String?

  @Option(
    help: ArgumentHelp(
      "Likelihood p(x|z): bernoulli for pixels in [0, 1], or gaussian; auto: gaussian for "
        + "standardized rows, else bernoulli (bernoulli, gaussian).", valueName: "word"))
  var likelihood: String?

  @Option(
    help: ArgumentHelp(
      "Variance of the gaussian likelihood; auto: learned (above 0; needs --likelihood auto or "
        + "gaussian).", valueName: "n"))
  var variance: String?

  @Option(
    help: ArgumentHelp(
      "Shared: one variance, the mean squared error of the last steps; pixel: one for every pixel "
        + "or column; gradient: one, by the optimizer (gradient, shared, pixel; default: shared).", valueName: "word"))
  var learnedVariance: String?

  @Option(
    help: ArgumentHelp(
      "Activation of the output; bernoulli needs sigmoid; auto: identity for standardized rows, "
        + "else sigmoid (identity, sigmoid).", valueName: "word"))
  var outputActivation: String?

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
      "Binarize the pixels at random, anew at each step (default: false; needs --likelihood auto "
        + "or bernoulli)."))
  var binarize: Bool?

  @Option(
    help: ArgumentHelp(
      "C, the weight of the reconstruction term (above 0; default: 1.0).", valueName: "n"))
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
      "Number of epochs over which beta rises to its full value, or of one cycle; auto: 10 (1e-06 "
        + "... 1e+06; needs --kl-schedule linear or cyclic).", valueName: "n"))
  var klEpochs: String?

  @Option(
    help: ArgumentHelp(
      "Latents drawn for each row; more than 1 gives the importance-weighted bound (1 ... 10,000; "
        + "default: 1).", valueName: "n"))
  var importanceSamples: String?

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
