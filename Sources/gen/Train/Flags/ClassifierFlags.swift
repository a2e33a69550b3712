// Generated from the library's option tables by 'make generate'. Do not edit.
// swift-format-ignore-file
import ArgumentParser

/// Flags of gen_classifier_options.
struct ClassifierFlags: OptionFlags {
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
      "Widths of the hidden layers; the outputs of the last one are the features (1 ... 65,536; "
        + "default: 256,84; convolutional: 84).", valueName: "n,n..."))
  var hidden: String?

  @Option(
    help: ArgumentHelp(
      "Activation of the hidden layers (identity, relu, leaky_relu, silu, elu, tanh, sigmoid, "
        + "softplus; default: relu).", valueName: "word"))
  var activation: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Use batch norm after all convolutions except the first (needs --architecture auto or "
        + "convolutional; default: false)."))
  var batchNorm: Bool?

  var all: [(name: String, value: String?)] {
    [
      ("architecture", word(architecture)),
      ("initializer", word(initializer)),
      ("depth", depth),
      ("base_channels", baseChannels),
      ("dropout", dropout),
      ("preparation", word(preparation)),
      ("precision", word(precision)),
      ("hidden", hidden),
      ("activation", word(activation)),
      ("batch_norm", batchNorm.map { $0 ? "true" : "false" }),
    ]
  }
}
