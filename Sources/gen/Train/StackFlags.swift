import ArgumentParser
import CGenerative

/// The options of an encoder and its mirror that autoencoders and VAEs share; what is not given is the
/// library's default.
struct StackFlags: ParsableArguments {
  @Option(help: "Dense layers, or DCGAN's convolutions.")
  var architecture = ArchitectureName.dense

  @Option(help: "Numbers of a latent.")
  var latents: Int?

  @Option(help: "Widths of the encoder's hidden layers, \"512,256\"; none: none.")
  var hidden: Widths?

  @Option(help: "Widths of the decoder's; default: the encoder's in reverse.")
  var decoderHidden: Widths?

  @Option(help: "The activation of hidden layers.")
  var activation: Activation?

  @Option(help: "How weights start.")
  var initializer: Initializer?

  @Option(help: "Share of hidden units dropped in training.")
  var dropout = 0.0

  @Option(help: "Convolutional: channels of the first level, doubled level by level.")
  var baseChannels: Int?

  @Option(help: "Convolutional: levels of half the size.")
  var depth: Int?

  @Flag(help: "Convolutional: batch norm after all convolutions but the first and the last.")
  var batchNorm = false

  @Flag(help: "A bias for every pixel of the output.")
  var pixelBias = false

  func validate() throws {
    if let latents, latents < 1 { throw ValidationError("--latents must be at least 1, not \(latents)") }
  }
}

/// The members that the header's options of autoencoders and VAEs share, but for the addresses of widths.
protocol StackOptions {
  var height: Int64 { get set }
  var width: Int64 { get set }
  var channels: Int64 { get set }
  var latent_size: Int64 { get set }
  var n_hidden: Int32 { get set }
  var n_decoder_hidden: Int32 { get set }
  var activation: Int32 { get set }
  var initializer: Int32 { get set }
  var dropout: Double { get set }
  var architecture: Int32 { get set }
  var depth: Int32 { get set }
  var base_channels: Int64 { get set }
  var batch_norm: Int32 { get set }
  var pixel_bias: Int32 { get set }
}

extension gen_autoencoder_options: StackOptions {}
extension gen_vae_options: StackOptions {}

extension StackFlags {
  /// Calls `create` with the options, filled in for rows of a shape, and the widths of the encoder's and
  /// the decoder's hidden layers.
  func with<Options: StackOptions>(
    _ options: Options, for shape: Shape,
    create: (inout Options, UnsafePointer<Int64>?, UnsafePointer<Int64>?) throws -> Object
  ) throws -> Object {
    var options = options
    options.height = Int64(shape.height)
    options.width = Int64(shape.width)
    options.channels = Int64(shape.channels)
    if let latents { options.latent_size = Int64(latents) }
    if let activation { options.activation = activation.code }
    if let initializer { options.initializer = initializer.code }
    options.dropout = dropout
    options.architecture = architecture.code
    if let depth { options.depth = Int32(clamping: depth) }
    if let baseChannels { options.base_channels = Int64(baseChannels) }
    options.batch_norm = batchNorm ? 1 : 0
    options.pixel_bias = pixelBias ? 1 : 0
    options.n_hidden = hidden?.code ?? 0
    options.n_decoder_hidden = decoderHidden?.code ?? 0
    return try withWidths(hidden, decoderHidden) { try create(&options, $0, $1) }
  }
}
