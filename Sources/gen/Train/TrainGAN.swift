import ArgumentParser

/// `gen train gan`.
struct TrainGAN: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gan",
    abstract: "Fits a generative adversarial network, or a DCGAN (--architecture convolutional).",
    discussion: "gen train gan images --architecture convolutional -o gan.safetensors")

  @OptionGroup var train: TrainOptions
  @OptionGroup(title: "Network") var network: GANFlags

  @Flag(help: "Train a conditional model on the classes of the rows.")
  var conditional = false

  @OptionGroup(title: "Training") var fit: FitFlags

  func run() throws {
    try Training(kind: .gan, train: train, fit: fit).run(network, conditional: conditional)
  }
}
