import CGenerative

/// What is fitted to models that have learned: a mixture of latents, a threshold for anomalies.
extension Model {
  func fitMixture(_ dataset: Dataset, _ options: UnsafePointer<gen_mixture_options>) throws {
    switch kind {
    case .pca: try check(gen_pca_fit_mixture(handle, dataset.handle, options))
    case .autoencoder: try check(gen_autoencoder_fit_mixture(handle, dataset.handle, options))
    case .vae: try check(gen_vae_fit_mixture(handle, dataset.handle, options))
    case .gan, .classifier: throw uncalibrated
    }
  }

  func mixture() throws -> Object {
    try Object(gen_mixture_destroy) {
      switch kind {
      case .pca: gen_pca_mixture(handle, $0)
      case .autoencoder: gen_autoencoder_mixture(handle, $0)
      case .vae: gen_vae_mixture(handle, $0)
      case .gan, .classifier: gen_status(GEN_E_UNSUPPORTED)
      }
    }
  }

  func sampleMixture(_ count: Int, seed: UInt64) throws -> Rows {
    if kind == .gan || kind == .classifier { throw uncalibrated }
    let n = Int64(count)
    return try Rows(count: count, rowSize: shape.count) {
      switch kind {
      case .pca: gen_pca_sample_mixture(handle, n, seed, $0)
      case .autoencoder: gen_autoencoder_sample_mixture(handle, n, seed, $0)
      case .vae: gen_vae_sample_mixture(handle, n, seed, $0)
      case .gan, .classifier: gen_status(GEN_E_UNSUPPORTED)
      }
    }
  }

  func fitThreshold(_ dataset: Dataset, quantile: Double) throws -> Double {
    var threshold = 0.0
    switch kind {
    case .pca: try check(gen_pca_fit_threshold(handle, dataset.handle, quantile, &threshold))
    case .autoencoder: try check(gen_autoencoder_fit_threshold(handle, dataset.handle, quantile, &threshold))
    case .vae: try check(gen_vae_fit_threshold(handle, dataset.handle, quantile, &threshold))
    case .gan, .classifier: throw uncalibrated
    }
    return threshold
  }

  func detect(_ rows: Rows) throws -> (scores: [Double], anomalies: [Int32], threshold: Double) {
    var found = (
      scores: [Double](repeating: 0, count: rows.count), anomalies: [Int32](repeating: 0, count: rows.count),
      threshold: 0.0
    )
    let (x, n) = (rows.values, Int64(rows.count))
    switch kind {
    case .pca:
      try check(gen_pca_threshold(handle, &found.threshold))
      try check(gen_pca_detect(handle, x, n, &found.scores, &found.anomalies))
    case .autoencoder:
      try check(gen_autoencoder_threshold(handle, &found.threshold))
      try check(gen_autoencoder_detect(handle, x, n, &found.scores, &found.anomalies))
    case .vae:
      try check(gen_vae_threshold(handle, &found.threshold))
      try check(gen_vae_detect(handle, x, n, &found.scores, &found.anomalies))
    case .gan, .classifier: throw uncalibrated
    }
    return found
  }

  private var uncalibrated: Failure {
    Failure(
      description: "a \(kind.name) has no latents and no score of rows: a PCA, an autoencoder or a VAE has")
  }
}
