import CGenerative
import Testing

/// One handle for every kind of model: which functions each kind supports, and the error of those it does not.
@Suite struct ModelTests {
  private static let kinds = ["pca", "autoencoder", "vae", "gan", "classifier"]

  private func labelled() throws -> OpaquePointer {
    var options = gen_memory_options()
    gen_memory_options_init(&options, UInt32(MemoryLayout<gen_memory_options>.size))
    (options.n_rows, options.channels) = (20, Int64(rowSize))
    let labels = (0..<20).map { Int32($0 % 3) }
    return try labels.withUnsafeBufferPointer { labels in
      options.labels = labels.baseAddress
      return try made { gen_dataset_create(rows(20), &options, $0) }
    }
  }

  private func make(_ kind: String) throws -> OpaquePointer {
    switch kind {
    case "autoencoder": return try Model.autoencoder.make()
    case "vae": return try Model.vae.make()
    case "gan": return try Model.gan.make()
    case "classifier":
      var options = gen_classifier_options()
      gen_classifier_options_init(&options, UInt32(MemoryLayout<gen_classifier_options>.size))
      (options.network.channels, options.n_classes) = (Int64(rowSize), 3)
      return try made { gen_classifier_create(&options, $0) }
    default:
      var options = gen_pca_options()
      gen_pca_options_init(&options, UInt32(MemoryLayout<gen_pca_options>.size))
      options.n_components = 2
      return try made { gen_pca_create(&options, $0) }
    }
  }

  private func fitted(_ kind: String) throws -> OpaquePointer {
    let (model, data) = (try make(kind), try labelled())
    defer { gen_dataset_destroy(data) }
    expect(gen_model_fit(model, data, nil, nil), GEN_OK)
    return model
  }

  private typealias Verb = (OpaquePointer?) -> gen_status

  private func verbs(_ data: OpaquePointer?) -> [(String, Verb)] {
    let x = rows(4)
    return [
      (
        "gen_model_plan",
        {
          var plan = gen_plan()
          plan.struct_size = UInt32(MemoryLayout<gen_plan>.size)
          return gen_model_plan($0, 8, &plan)
        }
      ),
      (
        "gen_model_reconstruct",
        {
          var y = [Float](repeating: 0, count: 4 * rowSize)
          return gen_model_reconstruct($0, x, nil, 4, &y)
        }
      ),
      (
        "gen_model_features",
        {
          // A dense GAN is the one that has features and none here.
          var features = [Float](repeating: 0, count: 4 * 256)
          let status = gen_model_features($0, x, nil, 4, &features)
          return status == GEN_E_STATE ? gen_status(GEN_OK) : status
        }
      ),
      (
        "gen_model_invert",
        {
          var z = [Float](repeating: 0, count: 4 * 2)
          return gen_model_invert($0, x, 4, nil, nil, &z, nil)
        }
      ),
      ("gen_model_fit_threshold", { gen_model_fit_threshold($0, data, -1, nil, nil) }),
      (
        "gen_model_threshold",
        {
          var threshold = 0.0
          return gen_model_threshold($0, &threshold)
        }
      ),
      (
        "gen_model_detect",
        {
          var scores = [Double](repeating: 0, count: 4)
          return gen_model_detect($0, x, Int32(GEN_F32), nil, 4, &scores, nil)
        }
      ),
      (
        "gen_model_fit_mixture",
        {
          var options = gen_mixture_options()
          gen_mixture_options_init(&options, UInt32(MemoryLayout<gen_mixture_options>.size))
          options.n_components = 2
          return gen_model_fit_mixture($0, data, &options, nil)
        }
      ),
      (
        "gen_model_sample_mixture",
        {
          var y = [Float](repeating: 0, count: 4 * rowSize)
          return gen_model_sample_mixture($0, nil, 4, 1, &y)
        }
      ),
      (
        "gen_model_mixture",
        {
          var mixture: OpaquePointer?
          defer { gen_mixture_destroy(mixture) }
          return gen_model_mixture($0, &mixture)
        }
      ),
      (
        "gen_trainer_create",
        {
          var trainer: OpaquePointer?
          defer { gen_trainer_destroy(trainer) }
          return gen_trainer_create($0, nil, &trainer)
        }
      ),
    ]
  }

  @Test func `A function that a kind lacks names the kinds that have it`() throws {
    let data = try labelled()
    let models = try Self.kinds.map { ($0, try fitted($0)) }
    for (name, verb) in verbs(data) {
      var (able, told) = ([String](), Set<String>())
      for (kind, model) in models {
        let status = verb(model)
        if status == GEN_OK { able.append(kind) }
        guard status != GEN_OK else { continue }
        expect(status, GEN_E_UNSUPPORTED, "\(name) of a \(kind)")
        #expect(message.hasPrefix("\(name): a"))
        told.insert(message.split(separator: "; ").last.map(String.init) ?? "")
      }
      let list = able.dropLast().joined(separator: ", ") + " and \(able.last ?? "") have"
      #expect(told == [list], "\(name)")
      expect(verb(nil), GEN_E_HANDLE)
      expect(verb(data), GEN_E_HANDLE)
      #expect(message == "model is a gen_dataset handle, not a gen_model")
    }
    for (_, model) in models { gen_model_destroy(model) }
    gen_dataset_destroy(data)
  }

  @Test func `A handle knows its kind, and functions of another kind name both`() throws {
    for kind in Self.kinds {
      let model = try make(kind)
      #expect(gen_model_kind(model).map { String(cString: $0) } == kind)
      gen_dataset_destroy(model)
      var (mean, x) = ([Float](repeating: 0, count: 12), [Float](repeating: 0, count: 12))
      if kind != "vae" {
        expect(gen_vae_encode(model, rows(2), nil, 2, &mean, nil), GEN_E_HANDLE)
        #expect(message == "vae is a gen_\(kind) handle, not a gen_vae")
      } else {
        expect(gen_gan_sample(model, nil, 2, 1, &x), GEN_E_HANDLE)
        #expect(message == "gan is a gen_vae handle, not a gen_gan")
      }
      gen_model_destroy(model)
      #expect(gen_model_kind(model) == nil)
      #expect(message == "model is not a gen_model handle, or was destroyed")
    }
    let data = try makeDataset()
    #expect(gen_model_kind(nil) == nil && gen_model_kind(data) == nil)
    gen_model_destroy(data)
    var info = gen_dataset_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_dataset_info_t>.size)
    expect(gen_dataset_info(data, &info), GEN_OK)
    gen_dataset_destroy(data)
  }

  @Test func `A PCA is a model like the others`() throws {
    let (pca, data) = (try make("pca"), try makeDataset())
    var info = gen_model_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_model_info_t>.size)
    expect(gen_model_info(pca, &info), GEN_E_STATE)
    var options = fitOptions()
    expect(gen_model_fit(pca, data, &options, nil), GEN_E_ARGUMENT)
    #expect(message.hasPrefix("options must be NULL for a pca"))
    expect(gen_model_fit(pca, data, nil, nil), GEN_OK)
    expect(gen_model_info(pca, &info), GEN_OK)
    #expect([info.height, info.width, info.channels, info.latent_size] == [1, 1, Int64(rowSize), 2])
    #expect([info.n_parameters, info.n_epochs, info.n_classes, info.n_features] == [0, 0, 0, 0])
    // A reconstruction is the way to the latents and back.
    let x = rows(5)
    var (z, y, back) = ([Float](repeating: 0, count: 10), [Float](), [Float](repeating: 0, count: 30))
    y = back
    expect(gen_pca_transform(pca, x, Int32(GEN_F32), 5, &z), GEN_OK)
    expect(gen_pca_inverse_transform(pca, z, Int32(GEN_F32), 5, &y), GEN_OK)
    expect(gen_model_reconstruct(pca, x, nil, 5, &back), GEN_OK)
    #expect(y == back)
    expect(gen_model_reconstruct(pca, x, [0, 1, 2, 0, 1], 5, &back), GEN_E_STATE)
    #expect(message == "labels must not be given: this pca takes none")
    gen_model_destroy(pca)
    gen_dataset_destroy(data)
  }

  @Test func `A classifier's trainer takes the steps of its fit`() throws {
    let data = try labelled()
    let (fitted, stepped) = (try make("classifier"), try make("classifier"))
    var options = fitOptions(epochs: 1)
    options.batch_size = 20
    options.optimizer = Int32(GEN_OPTIMIZER_SGD)
    options.beta1 = 0
    expect(gen_model_fit(fitted, data, &options, nil), GEN_OK)
    let trainer = try made { gen_trainer_create(stepped, &options, $0) }
    var more: Int32 = 1
    expect(gen_trainer_begin(trainer, rows(20), nil, 20, 0, 0, -1), GEN_E_STATE)
    expect(gen_trainer_begin(trainer, rows(20), (0..<20).map { Int32($0 % 3) }, 20, 0, 0, -1), GEN_OK)
    expect(gen_trainer_apply(trainer, 20, &more), GEN_OK)
    #expect(more == 0)
    var (networks, count) = (Int32(0), Int64(0))
    expect(gen_trainer_size(trainer, 0, &networks, &count, nil), GEN_OK)
    #expect(networks == 1)
    let wanted = try made { gen_trainer_create(fitted, &options, $0) }
    var (a, b) = ([Float](repeating: 0, count: Int(count)), [Float](repeating: 1, count: Int(count)))
    expect(gen_trainer_parameters(trainer, 0, &a), GEN_OK)
    expect(gen_trainer_parameters(wanted, 0, &b), GEN_OK)
    // The fit's batch has the same rows in another order.
    #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-6 })
    for handle in [trainer, wanted] { gen_trainer_destroy(handle) }
    for handle in [fitted, stepped] { gen_model_destroy(handle) }
    gen_dataset_destroy(data)
  }
}
