import ArgumentParser

/// `gen train vae`.
struct TrainVAE: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vae", abstract: "Fits a variational autoencoder.",
    discussion: "gen train vae faces: --latent-size 10 --likelihood gaussian -o faces.safetensors")

  @OptionGroup var train: TrainOptions
  @OptionGroup(title: "Network") var network: VAEFlags

  @Flag(help: "Train a conditional model on the classes of the rows.")
  var conditional = false

  @OptionGroup(title: "Training") var fit: FitFlags

  func run() throws {
    try Training(kind: .vae, train: train, fit: fit).run(network, conditional: conditional)
  }
}
