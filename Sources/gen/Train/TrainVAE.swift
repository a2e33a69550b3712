import ArgumentParser

/// `gen train vae`.
struct TrainVAE: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vae", abstract: "A variational autoencoder.",
    discussion: "gen train vae faces --latent-size 10 --likelihood gaussian -o faces.safetensors")

  @OptionGroup var train: TrainOptions
  @OptionGroup(title: "Network") var network: VAEFlags

  @Flag(help: "Join the rows' classes to every layer.")
  var conditional = false

  @OptionGroup(title: "Training") var fit: FitFlags

  func run() throws {
    try Training(kind: .vae, train: train, fit: fit).run(network, conditional: conditional)
  }
}
