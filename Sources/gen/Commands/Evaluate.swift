import ArgumentParser
import CGenerative

/// `gen evaluate`: how good a model is, by every measure that it has.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures a model on rows that it was not fitted to.",
    discussion: """
      gen evaluate vae.safetensors t10k-images-idx3-ubyte.gz --training train-images-idx3-ubyte.gz

      Reconstructions, with standard errors; the likelihood of a VAE, of pixels drawn as coins where it \
      takes them so, or of a PCA; and samples beside as many real rows, by pixels or by the features of a \
      classifier. With --training the same measures of training rows, which no sample can be expected to \
      pass, and whether samples are copies of them.
      """)

  @Argument(help: "A model's safetensors file.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Argument(help: "A folder of pictures, an IDX file, or faces.", completion: .file())
  var data: String

  @Option(help: "The rows that the model was fitted to, as DATA.", completion: .file())
  var training: String?

  @Option(help: "A classifier's safetensors file, to compare samples by its features.", completion: .file())
  var classifier: String?

  @Option(name: [.short, .customLong("number")], help: "Rows of samples, and of real ones beside them.")
  var number = 2000

  @Option(name: .customLong("importance"), help: "Latents of each row for a VAE's likelihood.")
  var importance = 100

  @Option(help: "The seed of samples, coins and subsets.")
  var seed: UInt64 = 0

  @Flag(help: "A line of JSON.")
  var json = false

  @OptionGroup var dataOptions: DataOptions

  func validate() throws {
    try checkCount("--number", number)
    try checkCount("--importance", importance)
  }

  func run() throws {
    let model = try Model(path: model)
    let dataset = try dataOptions.open(data, for: model.shape)
    let rows = try dataset.rows(0..<dataset.count)
    let labels = try model.labels(of: dataset, rows.count)
    var table = FigureTable()
    table.add("rows", count: rows.count)
    try reconstruct(model, rows, labels, &table)
    try measureLikelihood(model, rows, labels, &table)
    if model.kind != .autoencoder { try compareSamples(model, rows, &table) }
    print(json ? table.json.text : table.text)
  }

  private func reconstruct(
    _ model: Model, _ rows: Rows, _ labels: [Int32]?, _ table: inout FigureTable
  ) throws {
    guard model.encodes else { return }
    let back = try model.reconstruct(rows, given: labels)
    var quality = gen_reconstruction_t()
    quality.struct_size = UInt32(MemoryLayout<gen_reconstruction_t>.stride)
    let shape = model.shape
    try check(
      gen_evaluate_reconstruction(
        back.values, rows.values, Int64(rows.count), Int64(shape.height), Int64(shape.width),
        Int64(shape.channels), nil, &quality))
    table.add("squared error of a row", quality.squared_error, error: quality.squared_error_se)
    table.add("mean squared error", quality.mean_squared_error)
    table.add("PSNR, dB", quality.psnr, error: quality.psnr_se)
    table.add("SSIM", quality.ssim, error: quality.ssim_se)
  }

  private func measureLikelihood(
    _ model: Model, _ rows: Rows, _ labels: [Int32]?, _ table: inout FigureTable
  ) throws {
    let n = Int64(rows.count)
    var first = [Double](repeating: 0, count: rows.count)
    var second = first
    switch model.kind {
    case .autoencoder, .gan: return
    case .pca:
      // All components kept: no noise, no likelihood.
      let status = gen_pca_log_likelihood(model.handle, rows.values, n, &first)
      if status == gen_status(GEN_E_STATE) { return }
      try check(status)
      table.add("log-likelihood, nats", estimate: first)
    case .vae:
      let drawsCoins = try Checkpoint(path: self.model).option("likelihood") == "bernoulli"
      let x = drawsCoins ? try binarized(rows) : rows
      if let labels {
        try check(gen_vae_elbo_given(model.handle, x.values, labels, n, 1, seed, &first, &second))
      } else {
        try check(gen_vae_elbo(model.handle, x.values, n, 1, seed, &first, &second))
      }
      if drawsCoins { table.add("pixels drawn as coins", count: 1) }
      table.add("reconstruction, nats", estimate: first)
      table.add("KL, nats", estimate: second)
      table.add("bound, nats", estimate: zip(first, second).map { -$0 - $1 })
      if let labels {
        try check(
          gen_vae_log_likelihood_given(
            model.handle, x.values, labels, n, Int64(importance), seed, &first))
      } else {
        try check(gen_vae_log_likelihood(model.handle, x.values, n, Int64(importance), seed, &first))
      }
      table.add("log-likelihood of \(importance) latents, nats", estimate: first)
      let means = try model.encode(rows, given: labels)
      var active = Int64(0)
      try check(gen_evaluate_active_units(means.values, n, Int64(means.rowSize), 0, &active, nil))
      table.add("active latents of \(means.rowSize)", count: Int(active))
    }
  }

  private func binarized(_ rows: Rows) throws -> Rows {
    try Rows(count: rows.count, rowSize: rows.rowSize) {
      gen_binarize(rows.values, Int64(rows.count), Int64(rows.rowSize), seed, $0)
    }
  }

  // MARK: - Samples

  private func compareSamples(_ model: Model, _ rows: Rows, _ table: inout FigureTable) throws {
    guard rows.count > SampleFigures.neighbours else {
      throw Failure(description: "samples are compared with \(SampleFigures.neighbours + 1) rows or more")
    }
    let real = rows.first(max(number, SampleFigures.neighbours + 1))
    let samples = try model.sample(real.count, seed: seed)
    var known: Dataset?
    if let training {
      var options = dataOptions
      options.labels = nil
      known = try options.open(training, for: model.shape)
    }
    let features = try Features(classifier: classifier)
    let realFeatures = try features.of(real)
    let floor = try known.map { try SampleFigures(realFeatures, try features.of($0.first(real.count)), seed) }
    let found = try SampleFigures(realFeatures, try features.of(samples), seed)
    table.add("samples, and real rows beside them", count: real.count)
    for (index, figure) in found.figures.enumerated() {
      table.add("\(figure.name), \(features.name)", figure.value, floor: floor?.figures[index].value)
    }
    guard let known else { return }
    var ratio = 0.0
    try check(
      gen_evaluate_memorization(
        known.handle, samples.values, Int64(samples.count), real.values, Int64(real.count), &ratio, nil, nil))
    table.add("distance to training rows over real rows'", ratio)
  }
}

/// What samples are compared by.
private struct Features {
  let name: String
  private let classifier: Object?
  private let size: Int

  init(classifier path: String?) throws {
    guard let path else { (name, classifier, size) = ("pixels", nil, 0); return }
    let object = try Object(gen_classifier_destroy) { gen_classifier_load(path, nil, $0) }
    var info = gen_model_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_model_info_t>.stride)
    try check(gen_classifier_info(object.handle, &info))
    (name, classifier, size) = ("classifier", object, Int(info.latent_size))
  }

  func of(_ rows: Rows) throws -> Rows {
    guard let classifier else { return rows }
    return try Rows(count: rows.count, rowSize: size) {
      gen_classifier_features(classifier.handle, rows.values, Int64(rows.count), $0)
    }
  }
}

/// The measures of two sets of features.
private struct SampleFigures {
  /// Of density and coverage (Naeem et al. 2020); precision and recall take 3.
  static let neighbours = 5

  private(set) var figures: [(name: String, value: Double)] = []

  init(_ real: Rows, _ generated: Rows, _ seed: UInt64) throws {
    let (n, m, size) = (Int64(real.count), Int64(generated.count), Int64(real.rowSize))
    var value = 0.0
    try check(gen_evaluate_frechet(real.values, n, generated.values, m, size, nil, &value))
    figures.append(("Frechet distance", value))
    try check(
      gen_evaluate_kernel_distance(
        real.values, n, generated.values, m, size, 0, 0, seed, nil, &value, nil))
    figures.append(("kernel distance", value))
    var (precision, recall, density, coverage) = (0.0, 0.0, 0.0, 0.0)
    try check(
      gen_evaluate_precision_recall(
        real.values, n, generated.values, m, size, 3, nil, &precision, &recall, nil, nil))
    try check(
      gen_evaluate_precision_recall(
        real.values, n, generated.values, m, size, Int64(SampleFigures.neighbours), nil, nil, nil, &density,
        &coverage))
    figures += [
      ("precision", precision), ("recall", recall), ("density", density), ("coverage", coverage),
    ]
    try check(
      gen_evaluate_two_sample(real.values, n, generated.values, m, size, nil, &value, nil, nil))
    figures.append(("two-sample accuracy", value))
  }
}
