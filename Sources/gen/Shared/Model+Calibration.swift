import CGenerative

/// Mixtures of latents and anomaly thresholds, which are fitted to trained models.
extension Model {
  func fitMixture(_ dataset: Dataset, _ options: UnsafePointer<gen_mixture_options>) throws {
    try requireCalibrated()
    try requireOwnNumbers(dataset)
    try Stage.following("fitting the mixture") {
      try check(gen_model_fit_mixture(handle, dataset.handle, options, $0))
    }
  }

  var hasMixture: Bool { (try? mixture()) != nil }

  var hasThreshold: Bool {
    var threshold = 0.0
    return gen_model_threshold(handle, &threshold) == gen_status(GEN_OK)
  }

  func mixture() throws -> Object { try Object(gen_mixture_destroy) { gen_model_mixture(handle, $0) } }

  /// New rows, of the given classes or with classes drawn uniformly.
  func sampleMixture(_ count: Int, seed: UInt64, given labels: [Int32]? = nil) throws -> Rows {
    try requireCalibrated()
    return try Rows(count: count, rowSize: shape.count) {
      gen_model_sample_mixture(handle, labels, Int64(count), seed, $0)
    }
  }

  func fitThreshold(_ dataset: Dataset, quantile: Double) throws -> Double {
    try requireCalibrated()
    try requireOwnNumbers(dataset)
    var threshold = 0.0
    try Stage.following("scoring the rows") {
      try check(gen_model_fit_threshold(handle, dataset.handle, quantile, $0, &threshold))
    }
    return threshold
  }

  func detect(
    _ rows: Rows, given labels: [Int32]? = nil
  ) throws -> (scores: [Double], anomalies: [Int32], threshold: Double) {
    try requireCalibrated()
    var found = (
      scores: [Double](repeating: 0, count: rows.count), anomalies: [Int32](repeating: 0, count: rows.count),
      threshold: 0.0
    )
    try check(gen_model_threshold(handle, &found.threshold))
    try check(
      gen_model_detect(
        handle, rows.values, Int32(GEN_F32), labels, Int64(rows.count), &found.scores, &found.anomalies))
    return found
  }

  /// Rejects data whose class numbers mean other classes to the model. The library reads the numbers, not the
  /// names.
  private func requireOwnNumbers(_ dataset: Dataset) throws {
    guard let labels = try labels(of: dataset), try labels != dataset.labels() else { return }
    throw Failure(
      description:
        "the classes of \(dataset.name), \(dataset.classNames.joined(separator: ", ")), are numbered differently "
        + "from the model's, \(classNames.joined(separator: ", ")): give data with all classes of the model")
  }

  private func requireCalibrated() throws {
    guard kind != .gan, kind != .classifier else {
      throw Failure(
        description: "a \(kind.name) cannot encode or score rows: use a PCA, an autoencoder or a VAE")
    }
  }
}
