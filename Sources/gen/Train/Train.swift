import ArgumentParser

/// `gen train`: fits a model to pictures.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fits a model to pictures and saves it.",
    discussion: """
      gen train vae faces: --size 32 --epochs 20 -o faces.safetensors

      The model is kept in --out as a fit goes, every minute and when Ctrl-C stops it; the same command \
      with --resume goes on to what it would have been. A file that exists is overwritten by --force only. Losses are kept beside it, for gen report.
      """,
    subcommands: [TrainPCA.self, TrainAutoencoder.self, TrainVAE.self, TrainGAN.self, TrainClassifier.self])
}

/// The arguments of every training command.
struct TrainOptions: ParsableArguments {
  @Argument(help: "A folder of pictures, an IDX file, or faces.", completion: .file())
  var data: String

  @Option(name: .shortAndLong, help: "Safetensors file to write.")
  var out = "model.safetensors"

  @Flag(help: "Overwrite the file that --out names.")
  var force = false

  @Flag(help: "Print a line of JSON at the start, after each epoch and at the end instead of a progress bar.")
  var json = false

  @OptionGroup(title: "Data") var dataOptions: DataOptions

  @OptionGroup var common: CommonFlags

  func validate() throws {
    if !out.hasSuffix(".safetensors") {
      throw ValidationError("--out must end in .safetensors, not \(out)")
    }
  }
}
