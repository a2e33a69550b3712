import CGenerative
import Testing

/// Arguments and options outside their ranges, function by function.
@Suite struct ArgumentTests {
  @Test func `Options of an autoencoder are checked`() {
    func create(_ change: (inout gen_autoencoder_options) -> Void) -> gen_status {
      var options = autoencoderOptions()
      change(&options)
      var handle: OpaquePointer?
      let status = gen_autoencoder_create(&options, &handle)
      #expect((handle == nil) == (status != 0))
      gen_model_destroy(handle)
      return status
    }
    let widths: [Int64] = [3, 0, 65_537, -1]
    expect(create { $0.latent_size = -1 }, 1)
    expect(create { $0.latent_size = 65_537 }, 1)
    expect(create { $0.latent_size = .max }, 1)
    expect(create { $0.network.height = -1 }, 1)
    expect(
      create { ($0.network.height, $0.network.width, $0.network.channels) = (1 << 24, 1 << 24, 1 << 24) }, 1)
    expect(create { $0.network.channels = .max }, 1)
    expect(create { $0.n_hidden = 17 }, 1)
    expect(create { $0.n_hidden = 1 }, 1)
    widths.withUnsafeBufferPointer { widths in
      expect(create { ($0.n_hidden, $0.hidden) = (1, widths.baseAddress) }, 0)
      for n in [2, 3, 4] as [Int64] {
        expect(create { ($0.n_hidden, $0.hidden) = (n, widths.baseAddress) }, 1)
        expect(create { ($0.n_decoder_hidden, $0.decoder_hidden) = (n, widths.baseAddress) }, 1)
      }
    }
    for bad in [-2, 8, .max] as [Int32] {
      expect(create { $0.activation = bad }, 1)
      expect(create { $0.latent_activation = bad }, 1)
      expect(create { $0.output_activation = bad }, 1)
      expect(create { $0.loss = bad }, 1)
      expect(create { $0.corruption = bad }, 1)
      expect(create { $0.network.initializer = bad }, 1)
      expect(create { $0.bias = bad }, 1)
    }
    expect(create { ($0.loss, $0.output_activation) = (1, Int32(GEN_ACTIVATION_IDENTITY)) }, 1)
    expect(create { $0.output_activation = Int32(GEN_ACTIVATION_TANH) }, 1)
    for bad in [Double(-0.1), 1, 2, .nan, .infinity, -.infinity] {
      expect(create { $0.network.dropout = bad }, 1)
      expect(create { ($0.corruption, $0.corruption_amount) = (2, bad) }, 1)
    }
    for bad in [-1, 3, .max] as [Int32] {
      expect(create { $0.sparsity = bad }, 1)
      expect(create { $0.tied = bad }, 1)
    }
    for bad in [Double(-2), .nan, .infinity] {
      expect(create { $0.contraction = bad }, 1)
      expect(create { ($0.sparsity, $0.sparsity_weight) = (1, bad) }, 1)
      expect(create { ($0.sparsity, $0.sparsity_target) = (2, bad) }, 1)
    }
    expect(create { $0.sparsity_weight = 0.2 }, 1)
    #expect(message == "sparsity_weight needs sparsity l1 or kl")
    expect(create { ($0.sparsity, $0.sparsity_target) = (2, 1) }, 1)
    #expect(message == "sparsity_target must be above 0.0 and below 1.0, or auto, not 1.0")
    expect(create { $0.sparsity = Int32(GEN_SPARSITY_KL) }, 1)
    #expect(message == "sparsity kl needs latent_activation sigmoid")
    let sigmoid = Int32(GEN_ACTIVATION_SIGMOID)
    expect(create { ($0.sparsity, $0.latent_activation) = (Int32(GEN_SPARSITY_KL), sigmoid) }, 0)
    expect(create { ($0.contraction, $0.network.dropout) = (0.1, 0.1) }, 1)
    #expect(message == "contraction needs an encoder without dropout")
    expect(create { ($0.contraction, $0.tied) = (0.1, 1) }, 0)
    let changes: [((inout gen_autoencoder_options) -> Void, String)] = [
      ({ $0.contraction = 0.1 }, "contraction needs architecture dense"),
      ({ $0.tied = 1 }, "tied needs architecture auto or dense"),
    ]
    for (change, text) in changes {
      expect(
        create {
          ($0.network.height, $0.network.width, $0.network.channels, $0.network.architecture) = (4, 4, 1, 1)
          change(&$0)
        }, 1)
      #expect(message == text)
    }
    for bad in [Double(-2), 0, 10.5, .nan, .infinity] {
      expect(create { ($0.corruption, $0.corruption_amount) = (1, bad) }, 1)
    }
  }

  @Test func `Options of a VAE are checked`() {
    func create(_ change: (inout gen_vae_options) -> Void) -> gen_status {
      var options = vaeOptions()
      change(&options)
      var handle: OpaquePointer?
      let status = gen_vae_create(&options, &handle)
      gen_model_destroy(handle)
      return status
    }
    for bad in [-2, 8, .max, .min] as [Int32] {
      expect(create { $0.activation = bad }, 1)
      expect(create { $0.output_activation = bad }, 1)
      expect(create { $0.likelihood = bad }, 1)
      expect(create { $0.kl_schedule = bad }, 1)
      expect(create { $0.binarize = bad }, 1)
    }
    for bad in [Double(-2), .nan, .infinity] {
      expect(create { $0.reconstruction_weight = bad }, 1)
      expect(create { ($0.likelihood, $0.variance) = (1, bad) }, 1)
      expect(create { ($0.kl_schedule, $0.kl_epochs) = (1, bad) }, 1)
      expect(create { $0.network.dropout = bad }, 1)
    }
    for bad in [Double.nan, .infinity, -.infinity] { expect(create { $0.beta = bad }, 1) }
    expect(create { $0.beta = -1 }, 1)
    expect(create { $0.beta = 0 }, 0)
    expect(create { $0.variance = 1 }, 0)
    expect(create { ($0.likelihood, $0.variance) = (0, 1) }, 1)
    #expect(message == "variance needs likelihood auto or gaussian")
    for bad in [-1, 0, 10_001, .max] as [Int64] { expect(create { $0.importance_samples = bad }, 1) }
    for samples in [1, 10_000] as [Int64] { expect(create { $0.importance_samples = samples }, 0) }
    expect(create { $0.output_activation = Int32(GEN_ACTIVATION_IDENTITY) }, 1)
    expect(create { ($0.likelihood, $0.binarize) = (1, 1) }, 1)
    expect(create { $0.network.context = OpaquePointer(bitPattern: 77) }, 2)
  }

  @Test func `Options of a GAN are checked`() {
    func create(_ change: (inout gen_gan_options) -> Void) -> gen_status {
      var options = ganOptions()
      change(&options)
      var handle: OpaquePointer?
      let status = gen_gan_create(&options, &handle)
      gen_model_destroy(handle)
      return status
    }
    for bad in [-2, 8, .max] as [Int32] {
      expect(create { $0.generator_activation = bad }, 1)
      expect(create { $0.discriminator_activation = bad }, 1)
      expect(create { $0.output_activation = bad }, 1)
      expect(create { $0.latent = bad }, 1)
      expect(create { $0.objective = bad }, 1)
      expect(create { $0.batch_norm = bad }, 1)
      expect(create { $0.mean_start = bad }, 1)
    }
    expect(create { $0.discriminator_steps = -1 }, 1)
    expect(create { $0.discriminator_steps = 101 }, 1)
    for bad in [Double(-0.1), 0.6, .nan] { expect(create { $0.label_smoothing = bad }, 1) }
    for bad in [Double(-0.1), 1, .nan, .infinity] { expect(create { $0.network.dropout = bad }, 1) }
    for bad in [Double(-0.1), .nan, .infinity] { expect(create { $0.input_noise = bad }, 1) }
    for bad in [Double(1), .nan, .infinity, -.infinity] { expect(create { $0.average_decay = bad }, 1) }
    expect(create { $0.average_decay = -1 }, 1)
    expect(create { $0.average_decay = 0 }, 0)
  }

  @Test func `Options and data of a fit are checked`() throws {
    let vae = try Model.vae.make()
    let dataset = try makeDataset()
    let before = try Model.vae.bytes(vae)
    func fit(_ change: (inout gen_fit_options) -> Void) -> gen_status {
      var options = fitOptions()
      change(&options)
      return gen_model_fit(vae, dataset, &options, nil)
    }
    for bad in [-1, 4, .max] as [Int32] {
      expect(fit { $0.optimizer = bad }, 1)
      expect(fit { $0.keep_best = bad }, 1)
    }
    for bad in [-2, 5, .max] as [Int32] { expect(fit { $0.schedule = bad }, 1) }
    for bad in [-2, 0, 1_000_001, .max, .min] as [Int64] {
      expect(fit { $0.epochs = bad }, 1)
      expect(fit { $0.batch_size = bad }, 1)
      expect(fit { ($0.schedule, $0.schedule_period) = (1, bad) }, 1)
      expect(fit { ($0.schedule, $0.schedule_epochs) = (2, bad) }, 1)
      expect(fit { $0.patience = bad }, 1)
    }
    for bad in [Double.nan, .infinity, -.infinity] {
      expect(fit { $0.learning_rate = bad }, 1)
      expect(fit { $0.beta1 = bad }, 1)
      expect(fit { $0.beta2 = bad }, 1)
      expect(fit { $0.epsilon = bad }, 1)
      expect(fit { $0.weight_decay = bad }, 1)
      expect(fit { $0.schedule_factor = bad }, 1)
      expect(fit { $0.warm_up = bad }, 1)
      expect(fit { $0.clip_norm = bad }, 1)
    }
    expect(fit { $0.learning_rate = 0 }, 1)
    expect(fit { $0.schedule_epochs = 3 }, 1)
    #expect(message == "schedule_epochs needs schedule cosine or linear")
    expect(fit { $0.beta1 = 1 }, 1)
    expect(fit { $0.weight_decay = 0.1 }, 1)
    expect(fit { $0.patience = 2 }, 1)
    expect(fit { $0.keep_best = 1 }, 1)
    expect(fit { $0.validation = vae }, 2)
    var stopped = run(token: vae)
    expect(gen_model_fit(vae, dataset, nil, &stopped), 2)
    stopped = gen_run()
    stopped.struct_size = UInt32(MemoryLayout<gen_run>.size)
    expect(gen_model_fit(vae, dataset, nil, &stopped), 1)
    #expect(message == "run was not initialised: call gen_run_init first")
    expect(gen_model_fit(vae, nil, nil, nil), 2)
    #expect(try Model.vae.bytes(vae) == before)
    gen_dataset_destroy(dataset)

    var options = gen_memory_options()
    gen_memory_options_init(&options, UInt32(MemoryLayout<gen_memory_options>.size))
    (options.n_rows, options.channels) = (2, 5)
    let narrow = try made { gen_dataset_create(rows(2, width: 5), &options, $0) }
    expect(gen_model_fit(vae, narrow, nil, nil), 14)
    gen_dataset_destroy(narrow)
    options.channels = Int64(rowSize)
    let outside = try made { gen_dataset_create(rows(2).map { $0 + 1 }, &options, $0) }
    // A table outside [0, 1] is standardised unless an option asks for that range.
    var strict = vaeOptions()
    strict.likelihood = Int32(GEN_LIKELIHOOD_BERNOULLI)
    let bernoulli = try made { gen_vae_create(&strict, $0) }
    expect(gen_model_fit(bernoulli, outside, nil, nil), 1)
    gen_model_destroy(bernoulli)
    var bounded = ganOptions()
    bounded.output_activation = Int32(GEN_ACTIVATION_SIGMOID)
    let gan = try made { gen_gan_create(&bounded, $0) }
    expect(gen_model_fit(gan, outside, nil, nil), 1)
    gen_dataset_destroy(outside)
    #expect(try Model.vae.bytes(vae) == before)
    gen_model_destroy(gan)
    gen_model_destroy(vae)
  }

  @Test func `Rows in and rows out are checked`() throws {
    let autoencoder = try Model.autoencoder.make()
    let vae = try Model.vae.make()
    let gan = try Model.gan.make()
    var out = [Float](repeating: -1, count: 100)
    var doubles = [Double](repeating: -1, count: 100)
    let x = rows(4)
    typealias Map = (UnsafePointer<Float>?, Int64, UnsafeMutablePointer<Float>?) -> gen_status
    let maps: [(String, Map)] = [
      ("encode", { gen_autoencoder_encode(autoencoder, $0, $1, $2) }),
      ("decode", { gen_autoencoder_decode(autoencoder, $0, $1, $2) }),
      ("reconstruct", { gen_model_reconstruct(autoencoder, $0, nil, $1, $2) }),
      ("vae encode_sample", { gen_vae_encode_sample(vae, $0, nil, $1, 1, $2) }),
      ("vae decode", { gen_vae_decode(vae, $0, nil, $1, $2) }),
      ("vae reconstruct", { gen_model_reconstruct(vae, $0, nil, $1, $2) }),
      ("generate", { gen_gan_generate(gan, $0, nil, $1, 0, $2) }),
      ("discriminate", { gen_gan_discriminate(gan, $0, nil, $1, $2) }),
      ("corrupt", { gen_rows_corrupt($0, $1, 6, 1, 0.5, 1, $2) }),
    ]
    for (name, map) in maps {
      let comment = Comment(rawValue: name)
      expect(map(nil, 2, &out), 1, comment)
      expect(map(x, 2, nil), 1, comment)
      for count in [-1, Int64.min, Int64.max, 1 << 40] { expect(map(x, count, &out), 1, comment) }
      for bad in [Float.nan, .infinity, -.infinity] {
        var broken = x
        broken[1] = bad
        expect(map(broken, 2, &out), 9, comment)
      }
      expect(map(nil, 0, nil), 0, comment)
      x.withUnsafeBytes { raw in
        let skewed = raw.baseAddress.map { OpaquePointer($0 + 1) }
        expect(map(skewed.map { UnsafePointer($0) }, 2, &out), 1, comment)
      }
    }
    #expect(out.allSatisfy { $0 == -1 })
    expect(gen_gan_generate(gan, x, nil, 2, 2, &out), 1)
    expect(gen_gan_generate(gan, x, nil, 2, -1, &out), 1)
    for count in [-1, Int64.max] {
      expect(gen_vae_sample(vae, nil, count, 1, &out), 1)
      expect(gen_gan_sample(gan, nil, count, 1, &out), 1)
      expect(gen_gan_latents(gan, count, 1, &out), 1)
      expect(gen_vae_elbo(vae, x, nil, count, 1, 1, nil, &doubles, nil), 1)
      expect(gen_vae_elbo(vae, x, nil, 1, count, 1, nil, &doubles, nil), 1)
    }
    expect(gen_vae_sample(vae, nil, 1, 1, nil), 1)
    expect(gen_vae_elbo(vae, x, nil, 1, 0, 1, nil, &doubles, nil), 1)
    expect(gen_vae_elbo(vae, nil, nil, 1, 1, 1, nil, &doubles, nil), 1)
    expect(gen_vae_elbo(vae, x, nil, 1, 1, 1, nil, nil, nil), 0)
    expect(gen_vae_manifold(vae, 0, 0, nil, 2, 2, &out), 1)
    expect(gen_vae_manifold(vae, 0, 2, nil, 2, 2, &out), 1)
    expect(gen_vae_manifold(vae, -1, 1, nil, 2, 2, &out), 1)
    expect(gen_vae_manifold(vae, 0, 1, nil, 0, 2, &out), 1)
    expect(gen_vae_manifold(vae, 0, 1, nil, 2, 5000, &out), 1)
    expect(gen_vae_manifold(vae, 0, 1, nil, 2, 2, nil), 1)
    for amount in [Double.nan, -2, 0, 11] { expect(gen_rows_corrupt(x, 2, 6, 1, amount, 1, &out), 1) }
    expect(gen_rows_corrupt(x, 2, 0, 1, 0.5, 1, &out), 1)
    expect(gen_rows_corrupt(x, 2, 6, 4, 0.5, 1, &out), 1)
    #expect(out.allSatisfy { $0 == -1 })
    #expect(doubles.allSatisfy { $0 == -1 })
    expect(gen_model_plan(nil, 8, nil), 2)
    expect(gen_model_plan(vae, 8, nil), 1)
    var plan = gen_plan()
    plan.struct_size = UInt32(MemoryLayout<gen_plan>.size)
    for batch in [-1, 0, 65_537, Int64.max] { expect(gen_model_plan(vae, batch, &plan), 1) }
    gen_model_destroy(autoencoder)
    gen_model_destroy(vae)
    gen_model_destroy(gan)
  }

  @Test func `Huge finite numbers give an error or finite results, never a trap`() throws {
    let vae = try Model.vae.make()
    var out = [Float](repeating: 0, count: 100)
    var terms = [Double](repeating: 0, count: 4)
    let huge = [Float](repeating: 3e38, count: 4 * rowSize)
    _ = gen_vae_decode(vae, huge, nil, 2, &out)
    _ = gen_model_reconstruct(vae, huge, nil, 2, &out)
    _ = gen_vae_elbo(vae, huge, nil, 2, 3, 1, nil, &terms, nil)
    var quality = gen_reconstruction_t()
    quality.struct_size = UInt32(MemoryLayout<gen_reconstruction_t>.size)
    expect(gen_evaluate_reconstruction(huge, huge, 2, 1, 1, Int64(rowSize), nil, nil, &quality), 0)
    gen_model_destroy(vae)
  }

  @Test func `Evaluations check their arguments`() {
    let x = rows(4)
    var (a, b, c) = (-1.0, -1.0, -1.0)
    expect(gen_evaluate_parzen(nil, 1, x, 1, x, 1, 6, nil, nil, &a, &b, &c), 1)
    expect(gen_evaluate_parzen(x, 0, x, 1, x, 1, 6, nil, nil, &a, &b, &c), 1)
    expect(gen_evaluate_parzen(x, 1, x, -1, x, 1, 6, nil, nil, &a, &b, &c), 1)
    expect(gen_evaluate_parzen(x, 1, x, 1, x, .max, 6, nil, nil, &a, &b, &c), 1)
    expect(gen_evaluate_parzen(x, 1, x, 1, x, 1, 0, nil, nil, &a, &b, &c), 1)
    expect(gen_evaluate_parzen(x, 1, x, 1, [.nan, 0, 0, 0, 0, 0], 1, 6, nil, nil, &a, &b, &c), 9)
    expect(gen_evaluate_parzen(x, 1, x, 1, x, 1, 6, OpaquePointer(bitPattern: 5), nil, &a, &b, &c), 2)
    var quality = gen_reconstruction_t()
    quality.struct_size = UInt32(MemoryLayout<gen_reconstruction_t>.size)
    expect(gen_evaluate_reconstruction(x, nil, 1, 1, 1, 6, nil, nil, &quality), 1)
    expect(gen_evaluate_reconstruction(x, x, 1, 1, 1, 6, nil, nil, nil), 1)
    expect(gen_evaluate_reconstruction(x, x, 0, 1, 1, 6, nil, nil, &quality), 1)
    #expect([a, b, c] == [-1, -1, -1])
    expect(gen_evaluate_parzen(x, 2, x, 1, x, 1, 6, nil, nil, nil, nil, nil), 0)
  }

  @Test func `Datasets check their arguments`() throws {
    var handle: OpaquePointer?
    func create(_ data: [Float]? = rows(4), _ change: (inout gen_memory_options) -> Void) -> gen_status {
      var options = gen_memory_options()
      gen_memory_options_init(&options, UInt32(MemoryLayout<gen_memory_options>.size))
      (options.n_rows, options.channels) = (4, Int64(rowSize))
      change(&options)
      return data.map { gen_dataset_create($0, &options, &handle) }
        ?? gen_dataset_create(nil, &options, &handle)
    }
    expect(create(nil) { _ in }, 1)
    expect(gen_dataset_create(rows(4), nil, &handle), 1)
    for bad in [-1, 0, Int64.max, 1 << 32] { expect(create { $0.n_rows = bad }, 1) }
    for bad in [-1, Int64.max] {
      expect(create { $0.channels = bad }, 1)
      expect(create { $0.height = bad }, 1)
    }
    expect(create { $0.row_stride = .max }, 1)
    expect(create { $0.element_stride = .min }, 1)
    expect(create { $0.dtype = 3 }, 1)
    expect(create { $0.borrow = 2 }, 1)
    var broken = rows(4)
    broken[13] = .nan
    expect(create(broken) { _ in }, 9)
    #expect(message.contains("row 2"))
    #expect(handle == nil)
    expect(create { $0.unchecked = 2 }, 1)

    let dataset = try makeDataset(4)
    var out = [Float](repeating: -1, count: 100)
    expect(gen_dataset_read(dataset, 0, 5, &out), 1)
    expect(gen_dataset_read(dataset, 4, 1, &out), 1)
    expect(gen_dataset_read(dataset, -1, 1, &out), 1)
    expect(gen_dataset_read(dataset, 0, .max, &out), 1)
    expect(gen_dataset_read(dataset, 0, 1, nil), 1)
    expect(gen_dataset_read(dataset, 0, 0, nil), 0)
    var labels: [Int32] = [0, 0]
    expect(gen_dataset_labels(dataset, 0, 1, &labels), 12)
    expect(gen_dataset_factors(dataset, 0, 1, &out), 12)
    #expect(gen_dataset_name(dataset, Int32(GEN_NAME_FACTOR), 0) == nil)
    expect(gen_dataset_create_slice(dataset, 2, 3, &handle), 1)
    expect(gen_dataset_create_slice(dataset, 0, 0, &handle), 1)
    expect(gen_dataset_nearest(dataset, rows(1), 1, 5, nil, nil, &out), 1)
    expect(gen_dataset_nearest(dataset, rows(1), 1, 0, nil, nil, &out), 1)
    expect(gen_dataset_nearest(dataset, [.nan, 0, 0, 0, 0, 0], 1, 1, nil, nil, &out), 9)
    expect(gen_dataset_info(dataset, nil), 1)
    #expect(out.allSatisfy { $0 == -1 })
    let slice = try made { gen_dataset_create_slice(dataset, 1, 2, $0) }
    gen_dataset_destroy(dataset)
    expect(gen_dataset_read(slice, 0, 2, &out), 0)
    #expect(Array(out.prefix(2 * rowSize)) == Array(rows(4)[rowSize..<3 * rowSize]))
    gen_dataset_destroy(slice)
  }

  @Test func `A misbehaving stream is an error of the fit`() throws {
    var options = gen_stream_options()
    gen_stream_options_init(&options, UInt32(MemoryLayout<gen_stream_options>.size))
    options.channels = Int64(rowSize)
    var handle: OpaquePointer?
    expect(gen_dataset_create_stream(&options, &handle), 1)
    options.rewind = { _ in 0 }
    let vae = try Model.vae.make()
    func fit(_ status: Int) throws {
      let stream = try made { gen_dataset_create_stream(&options, $0) }
      expect(gen_model_fit(vae, stream, nil, nil), status)
      var x = [Float](repeating: 0, count: rowSize)
      expect(gen_dataset_read(stream, 0, 1, &x), 15)
      gen_dataset_destroy(stream)
    }
    options.read = { _, _, _ in -1 }
    try fit(13)
    options.read = { _, most, _ in most + 1 }
    try fit(1)
    options.read = { _, _, _ in 0 }
    try fit(1)
    options.read = { rows, _, _ in
      rows?[0] = .nan
      return 1
    }
    try fit(9)
    options.rewind = { _ in 1 }
    try fit(13)
    gen_model_destroy(vae)
  }

  @Test func `Images check their arguments`() throws {
    var image: OpaquePointer?
    let x = rows(1)
    expect(gen_image_create(nil, 1, 2, 3, &image), 1)
    for bad in [-1, 0, Int64.max] {
      expect(gen_image_create(x, bad, 2, 3, &image), 1)
      expect(gen_image_create(x, 1, bad, 3, &image), 1)
      expect(gen_image_create(x, 1, 2, bad, &image), 1)
    }
    expect(gen_image_create_grid(x, 0, 1, 2, 3, nil, &image), 1)
    expect(gen_image_load("/nowhere.png", nil, &image), 5)
    expect(gen_image_load_memory([1, 2, 3] as [UInt8], 3, nil, &image), 6)
    #expect(image == nil)
    let picture = try made { gen_image_create(x, 1, 2, 3, $0) }
    expect(gen_image_save(picture, "/tmp/picture.bmp", nil), 15)
    expect(gen_image_save(picture, "/nowhere/picture.png", nil), 5)
    expect(gen_image_pixels(picture, nil), 1)
    gen_image_destroy(picture)
    gen_image_destroy(picture)
    for bad in [Float.nan, .infinity, -.infinity] {
      expect(gen_image_create([0, 1, bad, 0, 0, 0], 1, 2, 3, &image), 9)
      expect(gen_image_create_grid([0, 1, bad, 0, 0, 0], 1, 1, 2, 3, nil, &image), 9)
    }
    let odd = try made { gen_image_create([3e38, -3e38, 2, -1, 0.5, 1], 1, 2, 3, $0) }
    var pixels = [Float](repeating: -1, count: 6)
    expect(gen_image_pixels(odd, &pixels), 0)
    #expect(pixels[0...3] == [1, 0, 1, 0] && pixels[5] == 1)
    gen_image_destroy(odd)
    expect(gen_image_size(picture, nil, nil, nil), 2)
  }
}
