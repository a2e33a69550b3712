import ArgumentParser

/// `gen train autoencoder`.
struct TrainAutoencoder: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "autoencoder",
    abstract: "An autoencoder: plain, denoising (--corruption), sparse or contractive.",
    discussion: """
      gen train autoencoder faces: --corruption gaussian -o denoiser.safetensors
      gen train autoencoder noisy --targets clean -o denoiser.safetensors

      With --targets it learns to make row i of the targets of row i of the data; the files of two folders \
      are paired in the order of their names.
      """)

  @OptionGroup var train: TrainOptions
  @OptionGroup(title: "Network") var network: AutoencoderFlags
  @OptionGroup(title: "Training") var fit: FitFlags

  @Option(
    help: "Target rows, one for each training row, given as DATA is: the clean versions of noisy rows.",
    completion: .file())
  var targets: String?

  @Option(help: "Target rows of --validation, unless that is a share.", completion: .file())
  var validationTargets: String?

  func validate() throws {
    guard validationTargets != nil || targets != nil else { return }
    guard targets != nil else { throw ValidationError("--validation-targets need --targets") }
    let isData = fit.validation.map { Double($0) == nil } ?? false
    guard isData == (validationTargets != nil) else {
      throw ValidationError(
        isData
          ? "--validation needs --validation-targets with --targets"
          : "--validation-targets need a --validation that is no share")
    }
  }

  func run() throws {
    let targets = targets.map { Targets(data: $0, validation: validationTargets) }
    try Training(kind: .autoencoder, train: train, fit: fit, targets: targets).run(network)
  }
}
