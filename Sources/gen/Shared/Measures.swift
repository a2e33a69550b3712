import ArgumentParser
import CGenerative

/// The quality of a model, by every metric that it supports. Shared by `gen evaluate` and `gen compare`.
struct Measures {
  var training: String?
  var classifier: String?
  /// The number of samples, and of real rows to compare them with.
  var sampleCount: Int
  /// The number of latents per row used to estimate the likelihood of a VAE.
  var importance: Int
  /// Whether the latents of samples are drawn from the model's mixture.
  var fromMixture: Bool
  var seed: UInt64

  /// Whether the model has samples to compare.
  private func samples(_ model: Model) -> Bool { fromMixture || model.kind != .autoencoder }

  /// All metrics of the model at `path` on rows that it was not fitted to.
  func table(of path: String, on data: String, _ dataOptions: DataOptions) throws -> FigureTable {
    let model = try Model(path: path)
    let dataset = try dataOptions.open(data, for: model)
    let rows = try dataset.rows()
    let labels = try model.labels(of: dataset)
    var table = FigureTable()
    table.add("n_rows", "rows", count: rows.count)
    try reconstruct(model, rows, labels, &table)
    let isBernoulli = try Checkpoint(path: path).option("likelihood") == "bernoulli"
    try measureLikelihood(model, rows, labels, isBernoulli: isBernoulli, &table)
    if samples(model) { try compareSamples(model, dataset, dataOptions, &table) }
    return table
  }

  private func reconstruct(
    _ model: Model, _ rows: Rows, _ labels: [Int32]?, _ table: inout FigureTable
  ) throws {
    guard model.encodes else { return }
    let back = try model.reconstruct(rows, given: labels)
    var quality = gen_reconstruction_t()
    quality.struct_size = UInt32(MemoryLayout<gen_reconstruction_t>.stride)
    let shape = model.shape
    try Stage.following("comparing reconstructions") {
      try check(
        gen_evaluate_reconstruction(
          back.values, rows.values, Int64(rows.count), Int64(shape.height), Int64(shape.width),
          Int64(shape.channels), nil, $0, &quality))
    }
    table.add(
      "squared_error", "squared error of a row", quality.squared_error, error: quality.squared_error_se)
    table.add("mean_squared_error", "mean squared error", quality.mean_squared_error)
    table.add("psnr", "PSNR, dB", quality.psnr, error: quality.psnr_se)
    table.add("ssim", "SSIM", quality.ssim, error: quality.ssim_se)
  }

  private func measureLikelihood(
    _ model: Model, _ rows: Rows, _ labels: [Int32]?, isBernoulli: Bool, _ table: inout FigureTable
  ) throws {
    let n = Int64(rows.count)
    var first = [Double](repeating: 0, count: rows.count)
    var second = first
    switch model.kind {
    case .autoencoder, .gan, .classifier: return
    case .pca:
      // If all components are kept, there is no noise and thus no likelihood.
      let status = gen_pca_log_likelihood(model.handle, rows.values, Int32(GEN_F32), n, &first)
      if status == gen_status(GEN_E_STATE) { return }
      try check(status)
      table.add("log_likelihood", "log-likelihood, nats", estimate: first)
    case .vae:
      let x = isBernoulli ? try binarized(rows) : rows
      try Stage.following("computing the bound") {
        try check(gen_vae_elbo(model.handle, x.values, labels, n, 1, seed, $0, &first, &second))
      }
      if isBernoulli { table.add("binarized", "binarized pixels", count: 1) }
      table.add("reconstruction", "reconstruction, nats", estimate: first)
      table.add("kl", "KL, nats", estimate: second)
      table.add("elbo", "bound, nats", estimate: zip(first, second).map { -$0 - $1 })
      try Stage.following("estimating the likelihood") {
        try check(
          gen_vae_log_likelihood(model.handle, x.values, labels, n, Int64(importance), seed, $0, &first))
      }
      table.add("log_likelihood", "log-likelihood of \(importance) latents, nats", estimate: first)
      let means = try model.encode(rows, given: labels)
      var active = Int64(0)
      try check(
        gen_evaluate_active_units(means.values, n, Int64(means.rowSize), Double(GEN_AUTO), &active, nil))
      table.add("latent_size", "latents", count: means.rowSize)
      table.add("active_latents", "active latents", count: Int(active))
    }
  }

  private func binarized(_ rows: Rows) throws -> Rows {
    try Rows(count: rows.count, rowSize: rows.rowSize) {
      gen_rows_binarize(rows.values, Int64(rows.count), Int64(rows.rowSize), seed, $0)
    }
  }

  // MARK: - Samples

  private func compareSamples(
    _ model: Model, _ dataset: Dataset, _ dataOptions: DataOptions, _ table: inout FigureTable
  ) throws {
    guard dataset.count > SampleFigures.neighbours else {
      throw Failure(description: "comparing samples needs at least \(SampleFigures.neighbours + 1) rows")
    }
    let chosen = try dataset.random(max(sampleCount, SampleFigures.neighbours + 1), seed: seed)
    let real = try chosen.rows()
    // The width of the Parzen windows is chosen on one half, drawn at random. The other half is evaluated.
    let (validation, test) = try chosen.split(0.5, seed: seed)
    let halves = (validation: try validation.rows(), test: try test.rows())
    let samples = try model.sample(real.count, seed: seed, fromMixture: fromMixture)
    var known: Dataset?
    if let training {
      var options = dataOptions
      options.labels = nil
      known = try options.open(training, for: model)
    }
    let knownRows = try known?.random(real.count, seed: seed).rows()
    table.add("n_samples", "samples (and as many real rows)", count: real.count)
    try table.add(
      "parzen_log_likelihood", "Parzen log-likelihood, nats", parzen(samples, halves),
      floor: knownRows.map { try parzen($0, halves) })
    let features = try Features(classifier: classifier, rowSize: real.rowSize)
    let realFeatures = try features.of(real)
    let floor = try knownRows.map { try SampleFigures(realFeatures, try features.of($0), seed) }
    let found = try SampleFigures(realFeatures, try features.of(samples), seed)
    for (index, figure) in found.figures.enumerated() {
      table.add(
        "\(figure.key)_\(features.name)", "\(figure.name), \(features.name)", figure.value,
        floor: floor?.figures[index].value)
    }
    guard let known else { return }
    var ratio = 0.0
    try Stage.following("comparing with training rows") {
      try check(
        gen_evaluate_memorization(
          known.handle, samples.values, Int64(samples.count), real.values, Int64(real.count), $0, &ratio, nil,
          nil))
    }
    table.add("training_distance_ratio", "distance to training rows, samples / real rows", ratio)
  }

  /// The log-likelihood of rows under windows around samples. The width of the windows is chosen on other
  /// rows.
  private func parzen(_ samples: Rows, _ real: (validation: Rows, test: Rows)) throws -> Double {
    let (validation, test) = real
    var mean = 0.0
    try Stage.following("Parzen windows") {
      try check(
        gen_evaluate_parzen(
          samples.values, Int64(samples.count), validation.values, Int64(validation.count), test.values,
          Int64(test.count), Int64(samples.rowSize), nil, $0, nil, &mean, nil))
    }
    return mean
  }
}

/// The features by which samples are compared.
private struct Features {
  let name: String
  private let classifier: Model?

  init(classifier path: String?, rowSize: Int) throws {
    guard let path else { (name, classifier) = ("pixels", nil); return }
    let model = try Model(path: path, classifies: true)
    guard model.kind == .classifier else {
      throw Failure(description: "--classifier \(path) is a \(model.kind.name), not a classifier")
    }
    guard model.shape.count == rowSize else {
      throw Failure(
        description: "--classifier \(path) takes rows of \(model.shape), not of \(rowSize) numbers")
    }
    (name, classifier) = ("classifier", model)
  }

  func of(_ rows: Rows) throws -> Rows { try classifier?.encode(rows) ?? rows }
}

/// The metrics that compare two sets of features.
private struct SampleFigures {
  /// For density and coverage (Naeem et al. 2020). Precision and recall use 3.
  static let neighbours = 5

  private(set) var figures: [(key: String, name: String, value: Double)] = []

  init(_ real: Rows, _ generated: Rows, _ seed: UInt64) throws {
    let (n, m, size) = (Int64(real.count), Int64(generated.count), Int64(real.rowSize))
    var value = 0.0
    // If there are no more rows than features, the covariances are singular, and the distance says little.
    let isFew = min(n, m) <= size
    try Stage.following("Frechet distance") {
      try check(gen_evaluate_frechet(real.values, n, generated.values, m, size, nil, $0, &value))
    }
    figures.append(
      ("frechet_distance", isFew ? "Frechet distance (few rows)" : "Frechet distance", value))
    try Stage.following("kernel distance") {
      try check(
        gen_evaluate_kernel_distance(
          real.values, n, generated.values, m, size, Int64(GEN_AUTO), Int64(GEN_AUTO), seed, nil, $0, &value,
          nil))
    }
    figures.append(("kernel_distance", "kernel distance", value))
    var (precision, recall, density, coverage) = (0.0, 0.0, 0.0, 0.0)
    try Stage.following("precision and recall") {
      try check(
        gen_evaluate_precision_recall(
          real.values, n, generated.values, m, size, 3, nil, $0, &precision, &recall, nil, nil))
    }
    try Stage.following("density and coverage") {
      try check(
        gen_evaluate_precision_recall(
          real.values, n, generated.values, m, size, Int64(SampleFigures.neighbours), nil, $0, nil, nil,
          &density,
          &coverage))
    }
    figures += [
      ("precision", "precision", precision), ("recall", "recall", recall),
      ("density", "density", density), ("coverage", "coverage", coverage),
    ]
    try Stage.following("two-sample test") {
      try check(
        gen_evaluate_two_sample(real.values, n, generated.values, m, size, nil, $0, &value, nil, nil))
    }
    figures.append(("two_sample_accuracy", "two-sample accuracy", value))
  }
}

/// The arguments of `gen evaluate` and `gen compare`.
struct MeasureFlags: ParsableArguments {
  @Option(
    help: "Rows that the models were fitted to, given like DATA (default: no comparison with training rows).",
    completion: .file())
  var training: String?

  @Option(
    help:
      "Safetensors file of a classifier whose features are used to compare samples (default: compare pixels).",
    completion: .file())
  var classifier: String?

  @Option(
    name: [.short, .customLong("number")], help: "Number of samples, and of real rows to compare them with")
  var number = 2000

  @Option(
    name: .customLong("importance"),
    help: "Number of latents per row for estimating the likelihood of a VAE")
  var importance = 100

  @Flag(help: "Sample from the model's mixture (see gen mixture).")
  var mixture = false

  @Option(help: "Seed of the samples, of random binarization and of subsets")
  var seed: UInt64 = 0

  @OptionGroup var dataOptions: DataOptions

  func validate() throws {
    try checkCount("--number", number)
    try checkCount("--importance", importance)
  }

  func table(of model: String, on data: String) throws -> FigureTable {
    try Measures(
      training: training, classifier: classifier, sampleCount: number, importance: importance,
      fromMixture: mixture, seed: seed
    ).table(of: model, on: data, dataOptions)
  }
}
