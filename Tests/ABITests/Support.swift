import CGenerative
import Testing

/// A call's status by name, with the message it must leave when it is an error.
func expect(
  _ status: gen_status, _ wanted: Int, _ comment: Comment? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(name(status) == name(gen_status(wanted)), comment, sourceLocation: sourceLocation)
  if status != GEN_OK { #expect(!message.isEmpty, comment, sourceLocation: sourceLocation) }
}

func name(_ status: gen_status) -> String { String(cString: gen_status_name(status)) }

var message: String { String(cString: gen_last_error_message()) }

/// The handle that `make` writes.
func made(
  _ make: (UnsafeMutablePointer<OpaquePointer?>) -> gen_status,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> OpaquePointer {
  var handle: OpaquePointer?
  let status = make(&handle)
  try #require(status == GEN_OK, "\(name(status)): \(message)", sourceLocation: sourceLocation)
  return try #require(handle, sourceLocation: sourceLocation)
}

let rowSize = 6

/// Rows in (0, 1) that follow no library's numbers.
func rows(_ count: Int, width: Int = rowSize) -> [Float] {
  (0..<count * width).map { Float(($0 * 7919 + 13) % 997) / 1000 }
}

func makeDataset(_ count: Int = 20, context: OpaquePointer? = nil) throws -> OpaquePointer {
  var options = gen_memory_options()
  gen_memory_options_init(&options, UInt32(MemoryLayout<gen_memory_options>.size))
  options.n_rows = Int64(count)
  options.channels = Int64(rowSize)
  options.context = context
  return try made { gen_dataset_create(rows(count), &options, $0) }
}

/// A run that stops by a token, or tells a callback.
func run(
  token: OpaquePointer? = nil, _ userData: UnsafeMutableRawPointer? = nil, _ event: gen_event_fn? = nil
) -> gen_run {
  var run = gen_run()
  gen_run_init(&run, UInt32(MemoryLayout<gen_run>.size))
  (run.token, run.user_data, run.event) = (token, userData, event)
  return run
}

func autoencoderOptions() -> gen_autoencoder_options {
  var options = gen_autoencoder_options()
  gen_autoencoder_options_init(&options, UInt32(MemoryLayout<gen_autoencoder_options>.size))
  options.network.channels = Int64(rowSize)
  options.latent_size = 2
  options.n_hidden = 0
  return options
}

func vaeOptions() -> gen_vae_options {
  var options = gen_vae_options()
  gen_vae_options_init(&options, UInt32(MemoryLayout<gen_vae_options>.size))
  options.network.channels = Int64(rowSize)
  options.latent_size = 2
  options.n_hidden = 0
  return options
}

func ganOptions() -> gen_gan_options {
  var options = gen_gan_options()
  gen_gan_options_init(&options, UInt32(MemoryLayout<gen_gan_options>.size))
  options.network.channels = Int64(rowSize)
  options.latent_size = 2
  options.n_generator_hidden = 0
  options.n_discriminator_hidden = 0
  return options
}

func fitOptions(epochs: Int64 = 2) -> gen_fit_options {
  var options = gen_fit_options()
  gen_fit_options_init(&options, UInt32(MemoryLayout<gen_fit_options>.size))
  options.epochs = epochs
  options.batch_size = 8
  return options
}

/// A model of one of the kinds, and what it is used for.
struct Model: CustomStringConvertible, Sendable {
  let description: String
  let create: @Sendable (OpaquePointer?, UnsafeMutablePointer<OpaquePointer?>?) -> gen_status
  /// Two rows out of it: sampled, or reconstructed.
  let use: @Sendable (OpaquePointer?, UnsafeMutablePointer<Float>?) -> gen_status

  static let all = [autoencoder, vae, gan]

  static let autoencoder = Model(
    description: "autoencoder",
    create: {
      var options = autoencoderOptions()
      options.network.context = $0
      return gen_autoencoder_create(&options, $1)
    }, use: { gen_model_reconstruct($0, rows(2), nil, 2, $1) })

  static let vae = Model(
    description: "vae",
    create: {
      var options = vaeOptions()
      options.network.context = $0
      return gen_vae_create(&options, $1)
    }, use: { gen_vae_sample($0, nil, 2, 1, $1) })

  static let gan = Model(
    description: "gan",
    create: {
      var options = ganOptions()
      options.network.context = $0
      return gen_gan_create(&options, $1)
    }, use: { gen_gan_sample($0, nil, 2, 1, $1) })

  func make(context: OpaquePointer? = nil) throws -> OpaquePointer { try made { create(context, $0) } }

  func bytes(_ handle: OpaquePointer) throws -> [UInt8] {
    var count: Int64 = 0
    try #require(gen_model_save_memory(handle, 0, nil, 0, &count) == GEN_OK)
    var bytes = [UInt8](repeating: 0, count: Int(count))
    try #require(gen_model_save_memory(handle, 0, &bytes, count, &count) == GEN_OK)
    return bytes
  }

  func output(_ handle: OpaquePointer) throws -> [Float] {
    var x = [Float](repeating: -1, count: 2 * rowSize)
    try #require(use(handle, &x) == GEN_OK, "\(message)")
    return x
  }
}
