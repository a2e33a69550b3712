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
      "Distribution of the initial weights (he, glorot, fan_in_uniform, normal_002).", valueName: "word"))
  var initializer: String?

  @Option(
    help: ArgumentHelp(
      "Number of levels, each half the size of the one before, for sides of at least 2^depth "
        + "pixels; auto: until the smaller side has 4 to 7 pixels (1 ... 16; needs --architecture "
        + "convolutional).", valueName: "n"))
  var depth: String?

  @Option(
    help: ArgumentHelp(
      "Channels of the first level; each level doubles them; auto: 32, for a GAN 64 (1 ... 4,096; "
        + "needs --architecture convolutional).", valueName: "n"))
  var baseChannels: String?

  @Option(
    help: ArgumentHelp(
      "Share of hidden units dropped during training (0 ... 1, below 1; default: 0.0).", valueName: "n"))
  var dropout: String?

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
      ("hidden", hidden),
      ("activation", word(activation)),
      ("batch_norm", batchNorm.map { $0 ? "true" : "false" }),
    ]
  }
}
