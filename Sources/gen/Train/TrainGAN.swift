import ArgumentParser

/// `gen train gan`.
struct TrainGAN: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gan",
    abstract: "Fits a generative adversarial network; for images with sides of at least 16 pixels, a DCGAN.",
    discussion: "gen train gan images -o gan.safetensors")

  @OptionGroup var train: TrainOptions
  @OptionGroup(title: "Network") var network: GANFlags

  @Flag(help: "Train a conditional model on the classes of the rows.")
  var conditional = false

  @OptionGroup(title: "Training") var fit: FitFlags

  func run() throws {
    try Training(kind: .gan, train: train, fit: fit).run(network, conditional: conditional)
  }
}
