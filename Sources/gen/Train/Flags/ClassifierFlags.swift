// Generated from the library's option tables by 'make generate'. Do not edit.
// swift-format-ignore-file
import ArgumentParser

/// Flags of gen_classifier_options.
struct ClassifierFlags: OptionFlags {
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
      "Widths of the hidden layers; the outputs of the last one are the features; auto: 256,84, "
        + "convolutional 84 (1 ... 65,536).", valueName: "n,n..."))
  var hidden: String?

  @Option(
    help: ArgumentHelp(
      "Activation of the hidden layers (identity, relu, leaky_relu, silu, elu, tanh, sigmoid, "
        + "softplus; default: relu).", valueName: "word"))
  var activation: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Batch norm after all convolutions but the first (default: false; needs --architecture "
        + "convolutional)."))
  var batchNorm: Bool?

  var all: [(name: String, value: String?)] {
    [
      ("architecture", word(architecture)),
      ("initializer", word(initializer)),
      ("depth", depth),
      ("base_channels", baseChannels),
      ("dropout", dropout),
      ("preparation", word(preparation)),
      ("hidden", hidden),
      ("activation", word(activation)),
      ("batch_norm", batchNorm.map { $0 ? "true" : "false" }),
    ]
  }
}
