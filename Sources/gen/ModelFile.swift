import CGenerative

/// A model from a file, of whichever kind it is.
struct ModelFile {
  /// The kinds of models, by the nouns of the header.
  enum Kind: String, CaseIterable { case pca = "PCA", autoencoder, vae = "VAE", gan = "GAN" }

  let kind: Kind
  let model: Object

  /// Loads a file as the kind of model it says it is.
  init(path: String) throws {
    for kind in Kind.allCases {
      do {
        self.model = try ModelFile.load(path, as: kind)
        self.kind = kind
        return
      } catch let failure as Failure where failure.status == gen_status(GEN_E_MISMATCH) {
        continue  // a model of another kind
      }
    }
    throw Failure(description: "\(path) is a model of none of the kinds this version knows")
  }

  /// What the file tells, by name.
  func facts() throws -> [(name: String, value: String)] {
    if kind == .pca {
      let info = try pcaInfo()
      return [
        ("kind", kind.rawValue), ("features", "\(info.n_features)"), ("components", "\(info.n_components)"),
        ("rows seen", "\(info.n_rows)"), ("noise variance", "\(info.noise_variance)"),
        ("total variance", "\(info.total_variance)"),
      ]
    }
    let info = try networkInfo()
    return [
      ("kind", kind.rawValue), ("row", "\(info.height) x \(info.width) x \(info.channels)"),
      ("latents", "\(info.latent_size)"), ("parameters", "\(info.n_parameters)"),
      ("epochs", "\(info.n_epochs)"), ("steps", "\(info.n_steps)"),
    ]
  }

  /// The shape of a row; a PCA's features are taken for a square picture where they can be one.
  func shape() throws -> (height: Int, width: Int, channels: Int) {
    guard kind == .pca else {
      let info = try networkInfo()
      return (Int(info.height), Int(info.width), Int(info.channels))
    }
    let features = Int(try pcaInfo().n_features)
    for channels in [1, 3] where features % channels == 0 {
      let side = Int(Double(features / channels).squareRoot().rounded())
      if side * side * channels == features { return (side, side, channels) }
    }
    return (1, features, 1)
  }

  /// New rows. Throws for a plain autoencoder, which has no distribution to draw from.
  func sample(_ count: Int, seed: UInt64) throws -> Rows {
    let shape = try shape()
    return try Rows(count: count, rowSize: shape.height * shape.width * shape.channels) {
      switch kind {
      case .pca: gen_pca_sample(model.handle, Int64(count), seed, 0, $0)
      case .vae: gen_vae_sample(model.handle, Int64(count), seed, $0)
      case .gan: gen_gan_sample(model.handle, Int64(count), seed, $0)
      case .autoencoder: gen_status(GEN_E_UNSUPPORTED)
      }
    }
  }

  private func networkInfo() throws -> gen_model_info_t {
    var info = gen_model_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_model_info_t>.stride)
    switch kind {
    case .autoencoder: try check(gen_autoencoder_info(model.handle, &info))
    case .vae: try check(gen_vae_info(model.handle, &info))
    case .gan: try check(gen_gan_info(model.handle, &info))
    case .pca: throw Failure(description: "a PCA is no network")
    }
    return info
  }

  private func pcaInfo() throws -> gen_pca_info_t {
    var info = gen_pca_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_pca_info_t>.stride)
    try check(gen_pca_info(model.handle, &info))
    return info
  }

  private static func load(_ path: String, as kind: Kind) throws -> Object {
    switch kind {
    case .pca: try Object(gen_pca_destroy) { gen_pca_load(path, nil, $0) }
    case .autoencoder: try Object(gen_autoencoder_destroy) { gen_autoencoder_load(path, nil, $0) }
    case .vae: try Object(gen_vae_destroy) { gen_vae_load(path, nil, $0) }
    case .gan: try Object(gen_gan_destroy) { gen_gan_load(path, nil, $0) }
    }
  }
}
