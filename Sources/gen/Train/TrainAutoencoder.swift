import ArgumentParser

/// `gen train autoencoder`.
struct TrainAutoencoder: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "autoencoder",
    abstract: "Fits an autoencoder: plain, denoising (--corruption), sparse or contractive.",
    discussion: """
      gen train autoencoder faces: --corruption gaussian -o denoiser.safetensors
      gen train autoencoder noisy --targets clean -o denoiser.safetensors

      With --targets the autoencoder learns to output row i of the targets for row i of the data. The files of two \
      folders are paired in the order of their names.
      """)

  @OptionGroup var train: TrainOptions
  @OptionGroup(title: "Network") var network: AutoencoderFlags
  @OptionGroup(title: "Training") var fit: FitFlags

  @Option(
    help:
      "Target rows, one for each training row, such as the clean versions of noisy rows; given like DATA (default: none).",
    completion: .file())
  var targets: String?

  @Option(
    help: "Target rows for --validation, unless that is a fraction (default: none).", completion: .file())
  var validationTargets: String?

  func validate() throws {
    guard validationTargets != nil || targets != nil else { return }
    guard targets != nil else { throw ValidationError("--validation-targets needs --targets") }
    let isData = fit.validation.map { Double($0) == nil } ?? false
    guard isData == (validationTargets != nil) else {
      throw ValidationError(
        isData
          ? "--validation needs --validation-targets with --targets"
          : "--validation-targets needs rows as --validation, not a fraction")
    }
  }

  func run() throws {
    let targets = targets.map { Targets(data: $0, validation: validationTargets) }
    try Training(kind: .autoencoder, train: train, fit: fit, targets: targets).run(network)
  }
}
