import ArgumentParser

/// `gen train autoencoder`.
struct TrainAutoencoder: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "autoencoder",
    abstract: "An autoencoder: plain, denoising (--corruption), sparse or contractive.",
    discussion: "gen train autoencoder faces: --corruption gaussian -o denoiser.safetensors")

  @OptionGroup var train: TrainOptions
  @OptionGroup(title: "Network") var network: AutoencoderFlags
  @OptionGroup(title: "Training") var fit: FitFlags

  func run() throws {
    try Training(kind: .autoencoder, train: train, fit: fit).run(network)
  }
}
