import ArgumentParser
import CGenerative

/// Training options of a network. Options that are not given have the library's defaults.
struct FitFlags: ParsableArguments {
  @OptionGroup var options: FitOptionFlags

  @Option(
    help:
      "Rows to evaluate after each epoch: DATA, or a fraction of the training rows to hold out, such as 0.1 (default: none)."
  )
  var validation: String?

  @Option(
    help: ArgumentHelp(
      "HTML page to update during training, with loss curves, samples of the same latents (autoencoder: "
        + "reconstructions of the same rows) and warnings. The page reloads itself (default: none).",
      valueName: "page"),
    completion: .file(extensions: ["html"]))
  var watch: String?

  @Flag(help: "Continue training the model in --out with its own options.")
  var resume = false

  @Flag(
    help: "Fit with all processes that mpirun started; each one computes a part of every batch.")
  var mpi = false

  func validate() throws {
    if let watch, !watch.hasSuffix(".html") {
      throw ValidationError("--watch must end in .html, not \(watch)")
    }
    if validation == nil, options.keepBest == true || options.patience != nil {
      throw ValidationError("--keep-best and --patience need --validation")
    }
  }

  /// Number of epochs, including those of earlier fits; nil: the library chooses.
  func epochs() throws -> Int? {
    let epochs = try all().epochs
    return epochs == Int64(GEN_AUTO) ? nil : Int(epochs)
  }

  /// The library's options as given on the command line.
  func all() throws -> gen_fit_options {
    var text = options.text
    // A schedule spans all epochs, even if a resumed fit has fewer left.
    if ["cosine", "linear"].contains(options.schedule), options.scheduleEpochs == nil {
      let epochs = try OptionStruct<gen_fit_options>("fit", text).value.epochs
      if epochs != Int64(GEN_AUTO) { text += " " + option("schedule_epochs", epochs) }
    }
    return try OptionStruct<gen_fit_options>("fit", text).value
  }

  /// The library's options for the remaining epochs.
  func options(epochs left: Int?) throws -> gen_fit_options {
    var options = try all()
    if let left { options.epochs = Int64(left) }
    return options
  }

  /// The training rows and the validation rows.
  func split(_ dataset: Dataset, _ dataOptions: DataOptions) throws -> (Dataset, validation: Dataset?) {
    guard let validation else { return (dataset, nil) }
    guard let share = Double(validation) else {
      return (dataset, try dataOptions.open(validation, for: dataset.shape))
    }
    return try dataset.split(share, seed: all().seed)
  }
}
