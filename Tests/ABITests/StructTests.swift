import CGenerative
import Testing

/// Structs of older and newer headers.
@Suite struct StructTests {
  @Test func `Every options struct starts with its defaults`() {
    func check<Options>(_ zero: Options, _ initialize: (UnsafeMutablePointer<Options>?, UInt32) -> gen_status)
    {
      var options = zero
      let size = UInt32(MemoryLayout<Options>.stride)
      expect(initialize(&options, size), 0)
      withUnsafeBytes(of: &options) { #expect($0.load(as: UInt32.self) == size) }
      expect(initialize(nil, size), 1)
      expect(initialize(&options, 0), 1)
      expect(initialize(&options, 7), 1)
      expect(initialize(&options, 4097), 1)
      expect(initialize(&options, .max), 1)
      // An older header's first 8 bytes, and nothing behind them.
      var bytes = [UInt8](repeating: 0xAA, count: MemoryLayout<Options>.stride)
      bytes.withUnsafeMutableBytes { raw in
        expect(initialize(raw.baseAddress?.assumingMemoryBound(to: Options.self), 8), 0)
      }
      #expect(bytes[8...].allSatisfy { $0 == 0xAA })
    }
    check(gen_context_options(), gen_context_options_init)
    check(gen_memory_options(), gen_memory_options_init)
    check(gen_open_options(), gen_open_options_init)
    check(gen_stream_options(), gen_stream_options_init)
    check(gen_faces_options(), gen_faces_options_init)
    check(gen_resize_options(), gen_resize_options_init)
    check(gen_grid_options(), gen_grid_options_init)
    check(gen_fit_options(), gen_fit_options_init)
    check(gen_comm(), gen_comm_init)
    check(gen_autoencoder_options(), gen_autoencoder_options_init)
    check(gen_vae_options(), gen_vae_options_init)
    check(gen_gan_options(), gen_gan_options_init)
    check(gen_classifier_options(), gen_classifier_options_init)
    check(gen_linear_options(), gen_linear_options_init)
    check(gen_mixture_options(), gen_mixture_options_init)
  }

  @Test func `A larger struct is accepted if its tail is zero`() throws {
    let known = MemoryLayout<gen_vae_options>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: known + 16, alignment: 16)
    defer { raw.deallocate() }
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: known + 16)
    let options = raw.assumingMemoryBound(to: gen_vae_options.self)
    expect(gen_vae_options_init(options, UInt32(known + 16)), 0)
    options.pointee.network.channels = 6
    options.pointee.n_hidden = 0
    var vae: OpaquePointer?
    expect(gen_vae_create(options, &vae), 0)
    gen_model_destroy(vae)
    raw.storeBytes(of: 1, toByteOffset: known + 8, as: UInt8.self)
    expect(gen_vae_create(options, &vae), 10)
    #expect(vae == nil)
    options.pointee.struct_size = 7
    expect(gen_vae_create(options, &vae), 1)
  }

  @Test func `Missing members of a smaller struct have their defaults`() throws {
    var options = vaeOptions()
    options.network.seed = 9
    options.importance_samples = 0  // beyond what the older struct has, so it must not be read
    options.struct_size = UInt32(try #require(MemoryLayout<gen_vae_options>.offset(of: \.importance_samples)))
    let vae = try made { gen_vae_create(&options, $0) }
    gen_model_destroy(vae)
  }

  @Test func `An uninitialized struct is refused, and the missing call is named`() {
    func check<Options>(
      _ zero: Options, _ name: String, _ call: (UnsafePointer<Options>) -> gen_status
    ) {
      var options = zero
      withUnsafeMutableBytes(of: &options) {
        $0.storeBytes(of: UInt32(MemoryLayout<Options>.stride), as: UInt32.self)
      }
      expect(call(&options), 1)
      #expect(message == "options was not initialised: call gen_\(name)_options_init first")
    }
    var handle: OpaquePointer?
    check(gen_context_options(), "context") { gen_context_create($0, &handle) }
    check(gen_faces_options(), "faces") { gen_dataset_create_faces($0, &handle) }
    check(gen_pca_options(), "pca") { gen_pca_create($0, &handle) }
    check(gen_autoencoder_options(), "autoencoder") { gen_autoencoder_create($0, &handle) }
    check(gen_vae_options(), "vae") { gen_vae_create($0, &handle) }
    check(gen_gan_options(), "gan") { gen_gan_create($0, &handle) }
    check(gen_classifier_options(), "classifier") { gen_classifier_create($0, &handle) }
    check(gen_moments_options(), "moments") { gen_moments_create($0, &handle) }
    check(gen_reservoir_options(), "reservoir") { gen_reservoir_create($0, &handle) }
    #expect(handle == nil)
  }

  @Test func `Statuses have their names`() {
    let names = [
      "OK", "E_ARGUMENT", "E_HANDLE", "E_BUSY", "E_NOMEM", "E_IO", "E_FORMAT", "E_TRUNCATED",
      "E_TRAILING", "E_NONFINITE", "E_VERSION", "E_LIMIT", "E_STATE", "E_CANCELLED", "E_MISMATCH",
      "E_UNSUPPORTED", "E_INTERNAL", "E_COMM",
    ]
    for (status, text) in names.enumerated() { #expect(name(gen_status(status)) == "GEN_\(text)") }
    #expect(name(-1) == "GEN_E_UNKNOWN")
    #expect(name(18) == "GEN_E_UNKNOWN")
    #expect(String(cString: gen_version()) == GEN_VERSION_STRING)
    #expect(gen_abi_version() == GEN_ABI_VERSION)
    #expect(
      ["baseline", "avx2", "avx512", "avx512bf16", "neon"].contains(String(cString: gen_kernels_name())))
  }
}
