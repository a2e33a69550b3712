import CGenerative

/// What models do, whatever their kind. Conditional models need a label for each row.
extension Model {
  /// Whether rows have latents: all but GANs and classifiers, and U-Nets, which the library tells apart.
  var encodes: Bool { kind != .gan && kind != .classifier }

  /// Latents of rows; of a classifier features.
  func encode(_ rows: Rows, given labels: [Int32]? = nil) throws -> Rows {
    try requireLabels(labels, rows.count)
    let count = Int64(rows.count)
    return try Rows(count: rows.count, rowSize: latentSize) {
      switch (kind, labels) {
      case (.pca, _): gen_pca_transform(handle, rows.values, count, $0)
      case (.autoencoder, _): gen_autoencoder_encode(handle, rows.values, count, $0)
      case (.vae, nil): gen_vae_encode(handle, rows.values, count, $0, nil)
      case (.vae, let labels?): gen_vae_encode_given(handle, rows.values, labels, count, $0, nil)
      case (.gan, nil): gen_gan_invert(handle, rows.values, count, nil, $0, nil)
      case (.gan, _): gen_status(GEN_E_UNSUPPORTED)
      case (.classifier, _): gen_classifier_features(handle, rows.values, count, $0)
      }
    }
  }

  func decode(_ latents: Rows, given labels: [Int32]? = nil) throws -> Rows {
    try requireLabels(labels, latents.count)
    let count = Int64(latents.count)
    let average = Int32(GEN_GENERATOR_AVERAGE)
    return try Rows(count: latents.count, rowSize: shape.count) {
      switch (kind, labels) {
      case (.pca, _): gen_pca_inverse_transform(handle, latents.values, count, $0)
      case (.autoencoder, _): gen_autoencoder_decode(handle, latents.values, count, $0)
      case (.vae, nil): gen_vae_decode(handle, latents.values, count, $0)
      case (.vae, let labels?): gen_vae_decode_given(handle, latents.values, labels, count, $0)
      case (.gan, nil): gen_gan_generate(handle, latents.values, count, average, $0)
      case (.gan, let labels?):
        gen_gan_generate_given(handle, latents.values, labels, count, average, $0)
      case (.classifier, _): gen_status(GEN_E_UNSUPPORTED)
      }
    }
  }

  func reconstruct(_ rows: Rows, given labels: [Int32]? = nil) throws -> Rows {
    // A U-Net has no latents to go through.
    guard kind == .autoencoder else { return try decode(encode(rows, given: labels), given: labels) }
    return try Rows(count: rows.count, rowSize: shape.count) {
      gen_autoencoder_reconstruct(handle, rows.values, Int64(rows.count), $0)
    }
  }

  /// New rows, of given classes or of classes drawn evenly.
  func sample(
    _ count: Int, seed: UInt64, given labels: [Int32]? = nil, fromMixture: Bool = false
  ) throws -> Rows {
    if fromMixture { return try sampleMixture(count, seed: seed) }
    guard kind != .autoencoder else {
      throw Failure(
        description: "an autoencoder has no distribution to sample from but a mixture: see gen mixture")
    }
    let n = Int64(count)
    return try Rows(count: count, rowSize: shape.count) {
      switch (kind, labels) {
      case (.pca, _): gen_pca_sample(handle, n, seed, 0, $0)
      case (.vae, nil): gen_vae_sample(handle, n, seed, $0)
      case (.vae, let labels?): gen_vae_sample_given(handle, labels, n, seed, $0)
      case (.gan, nil): gen_gan_sample(handle, n, seed, $0)
      case (.gan, let labels?): gen_gan_sample_given(handle, labels, n, seed, $0)
      case (.autoencoder, _), (.classifier, _): gen_status(GEN_E_UNSUPPORTED)
      }
    }
  }

  /// Latents as the model's own samples have them.
  func latents(_ count: Int, seed: UInt64) throws -> Rows {
    if kind == .pca { return try encode(sample(count, seed: seed)) }
    return try Rows(count: count, rowSize: latentSize) {
      kind == .gan
        ? gen_gan_latents(handle, Int64(count), seed, $0)
        : gen_latents_sample(Int64(count), Int64(latentSize), 0, seed, $0)
    }
  }

  func fit(_ dataset: Dataset, _ options: UnsafePointer<gen_fit_options>) -> gen_status {
    switch kind {
    case .pca: gen_pca_fit(handle, dataset.handle)
    case .autoencoder: gen_autoencoder_fit(handle, dataset.handle, options)
    case .vae: gen_vae_fit(handle, dataset.handle, options)
    case .gan: gen_gan_fit(handle, dataset.handle, options)
    case .classifier: gen_classifier_fit(handle, dataset.handle, options)
    }
  }

  func save(to path: String) throws {
    let content = Int32(GEN_SAVE_ALL)
    switch kind {
    case .pca: try check(gen_pca_save(handle, path, content))
    case .autoencoder: try check(gen_autoencoder_save(handle, path, content))
    case .vae: try check(gen_vae_save(handle, path, content))
    case .gan: try check(gen_gan_save(handle, path, content))
    case .classifier: try check(gen_classifier_save(handle, path, content))
    }
  }

  /// The labels of a dataset's first rows, where the model needs them.
  func labels(of dataset: Dataset, _ limit: Int) throws -> [Int32]? {
    guard classCount > 0, kind != .classifier else { return nil }
    guard dataset.classCount > 0 else {
      throw Failure(description: "the model has \(classCount) classes, \(dataset.name) has no labels")
    }
    return try dataset.labels(limit)
  }

  private func requireLabels(_ labels: [Int32]?, _ count: Int) throws {
    if let labels, labels.count != count {
      throw Failure(description: "\(labels.count) labels for \(count) rows")
    }
  }
}
