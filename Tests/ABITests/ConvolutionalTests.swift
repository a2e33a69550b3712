import CGenerative
import Testing

/// Convolutional models through the header: their options, sizes, features and files.
@Suite struct ConvolutionalTests {
  private static let (side, pixels) = (8, 64)

  private func autoencoder(_ change: (inout gen_autoencoder_options) -> Void) -> gen_status {
    var options = autoencoderOptions()
    (options.network.height, options.network.width, options.network.channels) = (
      Int64(Self.side), Int64(Self.side), 1
    )
    options.network.architecture = Int32(GEN_ARCHITECTURE_CONVOLUTIONAL)
    options.network.base_channels = 2
    change(&options)
    var handle: OpaquePointer?
    let status = gen_autoencoder_create(&options, &handle)
    #expect((handle == nil) == (status != GEN_OK))
    gen_model_destroy(handle)
    return status
  }

  private func ganOptions() -> gen_gan_options {
    var options = gen_gan_options()
    gen_gan_options_init(&options, UInt32(MemoryLayout<gen_gan_options>.size))
    (options.network.height, options.network.width, options.network.channels) = (
      Int64(Self.side), Int64(Self.side), 1
    )
    options.network.architecture = Int32(GEN_ARCHITECTURE_CONVOLUTIONAL)
    (options.network.base_channels, options.network.depth, options.latent_size) = (2, 2, 3)
    return options
  }

  private func gan(_ change: (inout gen_gan_options) -> Void) -> gen_status {
    var options = ganOptions()
    change(&options)
    var handle: OpaquePointer?
    let status = gen_gan_create(&options, &handle)
    gen_model_destroy(handle)
    return status
  }

  private func images(_ count: Int) throws -> OpaquePointer {
    var options = gen_memory_options()
    gen_memory_options_init(&options, UInt32(MemoryLayout<gen_memory_options>.size))
    (options.n_rows, options.height, options.width) = (Int64(count), Int64(Self.side), Int64(Self.side))
    return try made { gen_dataset_create(rows(count, width: Self.pixels), &options, $0) }
  }

  @Test func `Options of the architecture are checked`() {
    expect(autoencoder { _ in }, 0)
    expect(gan { _ in }, 0)
    for bad in [-2, 2, .max, .min] as [Int32] {
      expect(autoencoder { $0.network.architecture = bad }, 1)
      expect(gan { $0.network.architecture = bad }, 1)
    }
    for bad in [-1, 2, .max, .min] as [Int32] {
      expect(autoencoder { $0.batch_norm = bad }, 1)
      expect(autoencoder { $0.pixel_bias = bad }, 1)
      expect(autoencoder { $0.skips = bad }, 1)
    }
    for bad in [-2, 2, .max, .min] as [Int32] { expect(gan { $0.spectral_norm = bad }, 1) }
    for bad in [-2, 0, 17, .max, .min] as [Int64] {
      expect(autoencoder { $0.network.depth = bad }, 1)
      expect(gan { $0.network.depth = bad }, 1)
    }
    for bad in [-2, 0, 4097, .max, .min] as [Int64] {
      expect(autoencoder { $0.network.base_channels = bad }, 1)
      expect(gan { $0.network.base_channels = bad }, 1)
    }
    for bad in [-1, 4097, .max, .min] as [Int64] { expect(gan { $0.n_classes = bad }, 1) }
    expect(
      gan {
        ($0.network.height, $0.network.width, $0.network.base_channels, $0.network.depth) = (64, 64, 4096, 6)
      }, 11)
    let dense = Int32(GEN_ARCHITECTURE_DENSE)
    expect(
      autoencoder { ($0.network.architecture, $0.network.base_channels, $0.network.depth) = (dense, 2, -1) },
      1)
    expect(
      autoencoder { ($0.network.architecture, $0.network.base_channels, $0.network.depth) = (dense, -1, 1) },
      1)
    expect(
      autoencoder { ($0.network.architecture, $0.network.base_channels, $0.batch_norm) = (dense, -1, 1) }, 1)
    expect(gan { ($0.spectral_norm, $0.discriminator_batch_norm) = (1, 1) }, 1)
    expect(gan { ($0.spectral_norm, $0.discriminator_batch_norm) = (1, -1) }, 0)
  }

  @Test func `A size that the depth cannot halve names the remedy`() {
    expect(gan { ($0.network.height, $0.network.depth) = (30, 3) }, 0)
    expect(autoencoder { ($0.network.height, $0.network.width, $0.network.depth) = (4, 2, 2) }, 1)
    #expect(message == "depth must be at most 1 for width 2, not 2")
    var options = vaeOptions()
    options.network.architecture = Int32(GEN_ARCHITECTURE_CONVOLUTIONAL)
    (options.network.height, options.network.width, options.network.channels) = (1, 784, 1)
    var vae: OpaquePointer?
    expect(gen_vae_create(&options, &vae), 1)
    #expect(
      message == "height must be at least 2 for architecture convolutional, not 1; use architecture dense")
  }

  @Test func `Skips refuse options that do not apply`() throws {
    let widths: [Int64] = [5]
    expect(autoencoder { $0.skips = 1 }, 0)
    let changes: [(String, (inout gen_autoencoder_options) -> Void)] = [
      ("dropout", { $0.network.dropout = 0.1 }), ("bias false", { $0.bias = 0 }),
      ("latent_activation", { $0.latent_activation = Int32(GEN_ACTIVATION_TANH) }),
      ("batch_norm", { $0.batch_norm = 1 }), ("pixel_bias", { $0.pixel_bias = 1 }),
    ]
    for (name, change) in changes {
      let status = autoencoder {
        $0.skips = 1
        change(&$0)
      }
      expect(status, 1)
      #expect(message == "\(name) does not apply to an autoencoder with skips")
    }
    widths.withUnsafeBufferPointer { widths in
      expect(autoencoder { ($0.skips, $0.n_hidden, $0.hidden) = (1, 1, widths.baseAddress) }, 1)
      #expect(message == "hidden does not apply to an autoencoder with skips")
      let status = autoencoder {
        ($0.skips, $0.n_decoder_hidden, $0.decoder_hidden) = (1, 1, widths.baseAddress)
      }
      expect(status, 1)
    }
    expect(autoencoder { ($0.skips, $0.network.architecture, $0.network.base_channels) = (1, 0, 0) }, 1)

    var options = autoencoderOptions()
    (options.network.height, options.network.width, options.network.channels) = (
      Int64(Self.side), Int64(Self.side), 1
    )
    (options.network.architecture, options.network.base_channels, options.skips, options.n_hidden) = (
      1, 2, 1, 0
    )
    let model = try made { gen_autoencoder_create(&options, $0) }
    var (x, y) = (rows(2, width: Self.pixels), [Float](repeating: -1, count: 2 * Self.pixels))
    expect(gen_autoencoder_encode(model, x, 2, &y), 12)
    expect(gen_autoencoder_decode(model, x, 2, &y), 12)
    #expect(y.allSatisfy { $0 == -1 })
    expect(gen_model_reconstruct(model, x, nil, 2, &y), 0)
    #expect(y.allSatisfy { $0 > 0 && $0 < 1 })
    x = Array(x[Self.pixels...])
    var alone = [Float](repeating: -1, count: Self.pixels)
    expect(gen_model_reconstruct(model, x, nil, 1, &alone), 0)
    #expect(alone == Array(y[Self.pixels...]))
    gen_model_destroy(model)
  }

  @Test func `Batch norm refuses to fit one row`() throws {
    var options = ganOptions()
    let gan = try made { gen_gan_create(&options, $0) }
    let (one, three) = (try images(1), try images(3))
    var fit = fitOptions(epochs: 1)
    expect(gen_model_fit(gan, one, &fit, nil), 1)
    fit.batch_size = 1
    expect(gen_model_fit(gan, three, &fit, nil), 1)
    #expect(
      message == "batch_size must be at least 2 with batch norm, not 1; use a larger one, or no batch norm")
    // The third row, a batch of its own, is left out.
    fit.batch_size = 2
    expect(gen_model_fit(gan, three, &fit, nil), 0)
    var info = gen_model_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_model_info_t>.size)
    expect(gen_model_info(gan, &info), 0)
    #expect(info.n_steps == 1)
    #expect(info.architecture == Int32(GEN_ARCHITECTURE_CONVOLUTIONAL))
    (options.batch_norm, options.discriminator_batch_norm) = (0, 0)
    let plain = try made { gen_gan_create(&options, $0) }
    fit.batch_size = 1
    expect(gen_model_fit(plain, three, &fit, nil), 0)
    for handle in [gan, plain] { gen_model_destroy(handle) }
    for handle in [one, three] { gen_dataset_destroy(handle) }
  }

  @Test func `Features are counted, checked and the same in any batch`() throws {
    var options = ganOptions()
    let gan = try made { gen_gan_create(&options, $0) }
    var info = gen_model_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_model_info_t>.size)
    expect(gen_model_info(gan, &info), 0)
    // Levels of 4 × 4 × 2 and 2 × 2 × 4.
    #expect(info.n_features == 48)
    let x = rows(40, width: Self.pixels)
    var features = [Float](repeating: .nan, count: 40 * 48)
    expect(gen_model_features(gan, x, nil, 40, &features), 0)
    #expect(features.allSatisfy { $0.isFinite })
    var one = [Float](repeating: -1, count: 48)
    expect(gen_model_features(gan, Array(x[(39 * Self.pixels)...]), nil, 1, &one), 0)
    #expect(one == Array(features[(39 * 48)...]))
    expect(gen_model_features(gan, nil, nil, 1, &one), 1)
    expect(gen_model_features(gan, x, nil, 1, nil), 1)
    expect(gen_model_features(gan, x, nil, -1, &one), 1)
    expect(gen_model_features(gan, [.nan] + x[1...], nil, 1, &one), 9)
    expect(gen_model_features(gan, x, [0], 1, &one), 12)
    #expect(one == Array(features[(39 * 48)...]))
    gen_model_destroy(gan)
    let dense = try Model.gan.make()
    expect(gen_model_info(dense, &info), 0)
    #expect(info.n_features == 0)
    expect(gen_model_features(dense, x, nil, 1, &one), 12)
    gen_model_destroy(dense)
  }
}
