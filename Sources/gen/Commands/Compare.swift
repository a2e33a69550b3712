import ArgumentParser
import CGenerative

/// `gen compare`: models beside one another on one test set.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures models on one test set.",
    discussion: """
      gen compare pca.safetensors vae.safetensors --data faces:7

      Squared error and PSNR of reconstructions; the loss of a VAE's bound, or a PCA's negative \
      log-likelihood, in nats per row; the Parzen log-likelihood of as many samples as there are rows. \
      A dash: the model has no such figure.
      """)

  @Argument(help: "Models' safetensors files.", completion: .file(extensions: ["safetensors"]))
  var models: [String]

  @Option(help: "The test set: a folder of pictures, an IDX file, or faces.", completion: .file())
  var data: String

  @Flag(help: "A line of JSON for each model.")
  var json = false

  @Option(help: "The seed of samples.")
  var seed: UInt64 = 0

  @OptionGroup var dataOptions: DataOptions

  func run() throws {
    let columns = ["parameters", "latents", "squared_error", "psnr", "nats", "parzen"]
    let width = (models.map(\.count).max() ?? 0) + 2
    let measured = try models.map { path in
      let model = try Model(path: path)
      return (path: path, kind: model.kind, figures: try figures(of: model, columns))
    }
    if !json { print("model".padded(width) + columns.map { $0.aligned(14) }.joined()) }
    for (path, kind, figures) in measured {
      if json {
        let first = [(name: "model", value: JSON.string(path)), ("kind", .string(kind.rawValue))]
        print(JSON.object(first + figures).text)
      } else {
        print(path.padded(width) + figures.map { shown($0.value).aligned(14) }.joined())
      }
    }
  }

  private func shown(_ value: JSON) -> String {
    switch value {
    case .number(let number): fixed(number, 3)
    case .null: "-"
    default: value.text
    }
  }

  private func figures(of model: Model, _ columns: [String]) throws -> [(name: String, value: JSON)] {
    let dataset = try dataOptions.open(data, for: model.shape)
    let rows = try dataset.rows(0..<dataset.count)
    let labels = try model.labels(of: dataset, rows.count)
    var figures: [String: JSON] = ["latents": .integer(model.latentSize)]
    figures["parameters"] = try model.facts().first { $0.name == "parameters" }?.value
    if model.encodes {
      let back = try model.reconstruct(rows, given: labels)
      figures["squared_error"] = .number(try back.squaredError(to: rows))
      figures["psnr"] = .number(try back.psnr(to: rows))
    }
    figures["nats"] = try nats(of: model, rows, labels).map { .number($0) }
    if model.kind != .autoencoder { figures["parzen"] = .number(try parzen(of: model, rows)) }
    return columns.map { ($0, figures[$0] ?? .null) }
  }

  /// The mean of a bound on -log p(x), or of that itself.
  private func nats(of model: Model, _ rows: Rows, _ labels: [Int32]?) throws -> Double? {
    let n = Int64(rows.count)
    var first = [Double](repeating: 0, count: rows.count)
    var second = first
    switch (model.kind, labels) {
    case (.pca, _):
      let status = gen_pca_log_likelihood(model.handle, rows.values, n, &first)
      // All components kept: no noise, no likelihood.
      if status == gen_status(GEN_E_STATE) { return nil }
      try check(status)
      return -first.reduce(0, +) / Double(n)
    case (.vae, nil): try check(gen_vae_elbo(model.handle, rows.values, n, 1, seed, &first, &second))
    case (.vae, let labels?):
      try check(gen_vae_elbo_given(model.handle, rows.values, labels, n, 1, seed, &first, &second))
    default: return nil
    }
    return (first.reduce(0, +) + second.reduce(0, +)) / Double(n)
  }

  /// The log-likelihood of the second half of the rows under windows around samples, their width chosen
  /// on the first half.
  private func parzen(of model: Model, _ rows: Rows) throws -> Double {
    let half = rows.count / 2
    guard half > 0 else { throw Failure(description: "to compare models takes two rows or more") }
    let samples = try model.sample(rows.count, seed: seed)
    let (validation, test) = (rows[0..<half], rows[half..<rows.count])
    var mean = 0.0
    try check(
      gen_evaluate_parzen(
        samples.values, Int64(samples.count), validation.values, Int64(validation.count), test.values,
        Int64(test.count), Int64(rows.rowSize), nil, nil, &mean, nil))
    return mean
  }
}
