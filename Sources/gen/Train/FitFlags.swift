import ArgumentParser
import CGenerative

/// How a network is trained; what is not given is the library's default.
struct FitFlags: ParsableArguments {
  @OptionGroup var options: FitOptionFlags

  @Option(
    help:
      "Rows to evaluate after each epoch: DATA, or a share of the training rows to hold out, such as 0.1 (default: none)."
  )
  var validation: String?

  @Option(
    help: ArgumentHelp(
      "HTML file to write while the model is trained: loss curves, samples of the same latents (autoencoder: "
        + "reconstructions of the same rows) and warnings. It reloads itself (default: none).",
      valueName: "page"),
    completion: .file(extensions: ["html"]))
  var watch: String?

  @Flag(help: "Continue to train the model in --out, with its own options.")
  var resume = false

  @Flag(
    help: "Fit with all processes that mpirun started; each takes its part of the rows of every step.")
  var mpi = false

  func validate() throws {
    if let watch, !watch.hasSuffix(".html") {
      throw ValidationError("--watch must end in .html, not \(watch)")
    }
    if validation == nil, options.keepBest == true || options.patience != nil {
      throw ValidationError("--keep-best and --patience need --validation")
    }
  }

  /// Passes over the data, those of earlier fits among them; nil: the library chooses.
  func epochs() throws -> Int? {
    let epochs = try all().epochs
    return epochs == Int64(GEN_AUTO) ? nil : Int(epochs)
  }

  /// The header's options as they were given.
  func all() throws -> gen_fit_options {
    var text = options.text
    // A schedule spans all epochs, also of a fit that goes on with fewer.
    if ["cosine", "linear"].contains(options.schedule), options.scheduleEpochs == nil {
      let epochs = try OptionStruct<gen_fit_options>("fit", text).value.epochs
      if epochs != Int64(GEN_AUTO) { text += " " + option("schedule_epochs", epochs) }
    }
    return try OptionStruct<gen_fit_options>("fit", text).value
  }

  /// The header's options for the epochs that are left.
  func options(epochs left: Int?) throws -> gen_fit_options {
    var options = try all()
    if let left { options.epochs = Int64(left) }
    return options
  }

  /// What to learn from and what to measure with.
  func split(_ dataset: Dataset, _ dataOptions: DataOptions) throws -> (Dataset, validation: Dataset?) {
    guard let validation else { return (dataset, nil) }
    guard let share = Double(validation) else {
      return (dataset, try dataOptions.open(validation, for: dataset.shape))
    }
    return try dataset.split(share, seed: all().seed)
  }
}
