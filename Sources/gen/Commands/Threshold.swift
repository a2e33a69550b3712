import ArgumentParser
import CGenerative

/// `gen threshold` sets the score above which a row is an anomaly.
struct Threshold: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Sets the anomaly threshold of a model from held-out rows and saves it in the model's file.",
    discussion: """
      gen threshold vae.safetensors normal/ --quantile 0.99

      The score of a row is the squared error of its reconstruction or, for a VAE, the negative of the bound (ELBO). \
      The threshold is the given quantile of the scores of normal rows that the model was not fitted to. gen detect \
      then finds the rows above it. Fitting the model again removes the threshold.
      """)

  @Argument(help: "Safetensors file of a PCA, an autoencoder or a VAE.")
  var model: String

  @Argument(
    help: "Normal rows: a folder of images, a data file or faces: (see gen --help).", completion: .file())
  var data: String

  @Option(help: "Fraction of normal rows below the threshold")
  var quantile = 0.95

  @Flag(help: "Print one line of JSON.")
  var json = false

  @OptionGroup var saved: SavedModel

  @OptionGroup var dataOptions: DataOptions

  @OptionGroup var common: CommonFlags

  func validate() throws {
    guard quantile > 0, quantile <= 1 else {
      throw ValidationError("--quantile must be above 0 and at most 1, not \(quantile)")
    }
  }

  func run() throws {
    let loaded = try Model(path: model)
    try saved.check(model, adding: "threshold", hasIt: loaded.hasThreshold)
    let dataset = try dataOptions.open(data, for: loaded)
    let threshold = try loaded.fitThreshold(dataset, quantile: quantile)
    let path = try saved.save(loaded, from: model)
    tell(
      "threshold \(fixed(threshold, 4)), the \(quantile) quantile of \(dataset.count) rows, in \(path)",
      orJSON: json,
      [
        ("threshold", .number(threshold)), ("quantile", .number(quantile)),
        ("n_rows", .integer(dataset.count)),
        ("path", .string(path)),
      ])
  }
}
