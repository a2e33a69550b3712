import ArgumentParser

/// `gen train` fits a model to data.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fits a model to data and saves it.",
    discussion: """
      gen train vae faces: --size 32 --epochs 20 -o faces.safetensors

      The model is saved to --out every minute and when Ctrl-C stops the fit. The same command with --resume \
      continues, and the result is bit-identical to that of an uninterrupted fit. An existing file is overwritten only \
      with --force. The losses are saved next to the model for gen report.
      """,
    subcommands: [TrainPCA.self, TrainAutoencoder.self, TrainVAE.self, TrainGAN.self, TrainClassifier.self])
}

/// The arguments of every training command.
struct TrainOptions: ParsableArguments {
  @Argument(help: "Rows: a folder of images, a data file or faces: (see gen --help).", completion: .file())
  var data: String

  @Option(name: .shortAndLong, help: "Safetensors file to write")
  var out = "model.safetensors"

  @Flag(help: "Overwrite the file given by --out.")
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
