import ArgumentParser

/// `gen train`: fits a model to pictures.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fits a model to pictures and saves it.",
    discussion: """
      gen train vae faces --size 32 --epochs 20 -o faces.safetensors

      Ctrl-C stops a fit and saves what was learned; the same command with --resume goes on. Losses are \
      kept beside the model, for gen report.
      """,
    subcommands: [TrainPCA.self, TrainAutoencoder.self, TrainVAE.self, TrainGAN.self])
}

/// The arguments of every training command.
struct TrainOptions: ParsableArguments {
  @Argument(help: "A folder of pictures, an IDX file, or faces.", completion: .file())
  var data: String

  @Option(name: .shortAndLong, help: "The safetensors file to write.")
  var out = "model.safetensors"

  @Flag(help: "A line of JSON for the start, each epoch and the end, in place of the bar.")
  var json = false

  @OptionGroup(title: "Data") var dataOptions: DataOptions

  func validate() throws {
    if !out.hasSuffix(".safetensors") {
      throw ValidationError("--out must end in .safetensors, not \(out)")
    }
  }
}
