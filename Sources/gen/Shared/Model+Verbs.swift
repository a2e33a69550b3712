import CGenerative

/// The operations of models of any kind. Conditional models need a label for each row.
extension Model {
  /// Whether rows have latents. All models except GANs, classifiers and U-Nets have them; the library detects
  /// U-Nets.
  var encodes: Bool { kind != .gan && kind != .classifier }

  /// The latents of rows; for a classifier, their features.
  func encode(_ rows: Rows, given labels: [Int32]? = nil) throws -> Rows {
    try requireLabels(labels, rows.count)
    let count = Int64(rows.count)
    return try Rows(count: rows.count, rowSize: latentSize) {
      switch kind {
      case .pca: gen_pca_transform(handle, rows.values, Int32(GEN_F32), count, $0)
      case .autoencoder: gen_autoencoder_encode(handle, rows.values, count, $0)
      case .vae: gen_vae_encode(handle, rows.values, labels, count, $0, nil)
      case .gan: invert(rows, given: labels, into: $0)
      case .classifier: gen_model_features(handle, rows.values, nil, count, $0)
      }
    }
  }

  /// The latents from which a GAN generates the nearest rows.
  private func invert(
    _ rows: Rows, given labels: [Int32]?, into latents: UnsafeMutablePointer<Float>?
  ) -> gen_status {
    var options = gen_invert_options()
    let status = gen_invert_options_init(&options, UInt32(MemoryLayout<gen_invert_options>.stride))
    guard status == GEN_OK, let labels else {
      return gen_model_invert(handle, rows.values, Int64(rows.count), nil, nil, latents, nil)
    }
    return labels.withUnsafeBufferPointer { labels in
      options.labels = labels.baseAddress
      return gen_model_invert(handle, rows.values, Int64(rows.count), &options, nil, latents, nil)
    }
  }

  func decode(_ latents: Rows, given labels: [Int32]? = nil) throws -> Rows {
    try requireLabels(labels, latents.count)
    let count = Int64(latents.count)
    let average = Int32(GEN_GENERATOR_AVERAGE)
    return try Rows(count: latents.count, rowSize: shape.count) {
      switch kind {
      case .pca: gen_pca_inverse_transform(handle, latents.values, Int32(GEN_F32), count, $0)
      case .autoencoder: gen_autoencoder_decode(handle, latents.values, count, $0)
      case .vae: gen_vae_decode(handle, latents.values, labels, count, $0)
      case .gan: gen_gan_generate(handle, latents.values, labels, count, average, $0)
      case .classifier: gen_status(GEN_E_UNSUPPORTED)
      }
    }
  }

  func reconstruct(_ rows: Rows, given labels: [Int32]? = nil) throws -> Rows {
    // A GAN's rows are reconstructed from the latents that are found for them.
    if kind == .gan { return try decode(encode(rows, given: labels), given: labels) }
    try requireLabels(labels, rows.count)
    return try Rows(count: rows.count, rowSize: shape.count) {
      gen_model_reconstruct(handle, rows.values, labels, Int64(rows.count), $0)
    }
  }

  /// Rows with unknown values filled in: those for which `known`, given for one row, is 0.
  func impute(_ rows: Rows, known: [UInt8]) throws -> Rows {
    var options: gen_invert_options = try defaults(gen_invert_options_init)
    options.n_masks = 1
    return try known.withUnsafeBufferPointer { mask in
      options.mask = mask.baseAddress
      return try Rows(count: rows.count, rowSize: rows.rowSize) {
        gen_model_impute(handle, rows.values, Int32(GEN_F32), Int64(rows.count), &options, nil, $0)
      }
    }
  }

  /// New rows, of the given classes or with classes drawn uniformly.
  func sample(
    _ count: Int, seed: UInt64, given labels: [Int32]? = nil, fromMixture: Bool = false, noise: Bool = false
  ) throws -> Rows {
    if noise, kind != .pca || fromMixture {
      guard kind == .vae else {
        throw Failure(description: "--noise is for a PCA and a VAE, not for \(kind.article) \(kind.name)")
      }
      let means = try sample(count, seed: seed, given: labels, fromMixture: fromMixture)
      return try Rows(count: count, rowSize: shape.count) {
        gen_vae_add_noise(handle, means.values, Int64(count), seed, $0)
      }
    }
    if fromMixture { return try sampleMixture(count, seed: seed, given: labels) }
    guard kind != .autoencoder else {
      throw Failure(
        description: "an autoencoder needs a mixture to sample from: see gen mixture")
    }
    let n = Int64(count)
    return try Rows(count: count, rowSize: shape.count) {
      switch kind {
      case .pca: gen_pca_sample(handle, n, seed, noise ? 1 : 0, Int32(GEN_F32), $0)
      case .vae: gen_vae_sample(handle, labels, n, seed, $0)
      case .gan: gen_gan_sample(handle, labels, n, seed, $0)
      case .autoencoder, .classifier: gen_status(GEN_E_UNSUPPORTED)
      }
    }
  }

  /// Latents distributed like those of the model's samples.
  func latents(_ count: Int, seed: UInt64) throws -> Rows {
    if kind == .pca { return try encode(sample(count, seed: seed)) }
    return try Rows(count: count, rowSize: latentSize) {
      kind == .gan
        ? gen_gan_latents(handle, Int64(count), seed, $0)
        : gen_latents_sample(Int64(count), Int64(latentSize), Double(GEN_AUTO), seed, $0)
    }
  }

  func fit(
    _ dataset: Dataset, _ options: UnsafePointer<gen_fit_options>, _ run: UnsafePointer<gen_run>
  ) -> gen_status {
    gen_model_fit(handle, dataset.handle, options, run)
  }

  func save(to path: String) throws {
    try check(gen_model_save(handle, path, Int32(GEN_SAVE_ALL)))
  }

  /// A part of the model as JSON: the steps of its computation, and their numbers.
  func program(_ part: Int32) throws -> [UInt8] {
    var count = Int64(0)
    try check(gen_model_export_json(handle, part, nil, 0, &count))
    var bytes = [UInt8](repeating: 0, count: Int(count))
    try check(gen_model_export_json(handle, part, &bytes, count, &count))
    return bytes
  }

  /// The labels of a dataset's rows, if the model needs them: the model's numbers for the classes that the
  /// data names.
  func labels(of dataset: Dataset) throws -> [Int32]? {
    guard classCount > 0, kind != .classifier else { return nil }
    guard dataset.classCount > 0 else {
      throw Failure(description: "the model has \(classCount) classes, but \(dataset.name) has no labels")
    }
    let labels = try dataset.labels()
    let (own, given) = (classNames, dataset.classNames)
    if own.isEmpty || given.isEmpty || own == given { return labels }
    let numbers = given.map { name in own.firstIndex(of: name).map { Int32($0) } }
    return try labels.map { label in
      guard let number = numbers[Int(label)] else {
        throw Failure(
          description:
            "the classes of \(dataset.name) are not the model's: the data have \(given.joined(separator: ", ")), "
            + "but the model has \(own.joined(separator: ", "))")
      }
      return number
    }
  }

  /// The class with this name or number.
  func label(named name: String) throws -> Int32 {
    guard classCount > 0 else {
      throw Failure(description: "the model has no classes, so it takes no --label")
    }
    if let index = classNames.firstIndex(of: name) { return Int32(index) }
    if let number = Int32(name), (0..<classCount).contains(Int(number)) { return number }
    let known = classNames.isEmpty ? "0 to \(classCount - 1)" : classNames.joined(separator: ", ")
    throw Failure(description: "the model has no class \(name); its classes are \(known)")
  }

  /// The name of a class, or its number if it has no name.
  func className(_ label: Int32) -> String {
    let names = classNames
    return names.indices.contains(Int(label)) ? names[Int(label)] : "\(label)"
  }

  private func requireLabels(_ labels: [Int32]?, _ count: Int) throws {
    if let labels, labels.count != count {
      throw Failure(description: "\(labels.count) labels for \(count) rows")
    }
  }
}
