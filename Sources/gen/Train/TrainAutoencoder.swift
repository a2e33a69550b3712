import ArgumentParser
import CGenerative

/// `gen train autoencoder`.
struct TrainAutoencoder: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "autoencoder", abstract: "An autoencoder; with --noise a denoising one.",
    discussion: "gen train autoencoder faces --noise gaussian -o denoiser.safetensors")

  @OptionGroup var train: TrainOptions
  @OptionGroup(title: "Network") var stack: StackFlags

  @Option(help: "The activation of the latents.")
  var latentActivation: Activation?

  @Option(help: "The output's, identity or sigmoid.")
  var outputActivation: Activation?

  @Flag(help: "Layers without biases.")
  var noBias = false

  @Option(help: "What the output is measured by.")
  var loss = Loss.squaredError

  @Option(help: "Corrupt rows by this noise and learn to restore them.")
  var noise: Corruption?

  @Option(help: "The noise's deviation (0.5), or the share of pixels it hits (0.3).")
  var amount: Double?

  @Flag(help: "Convolutional: a U-Net, whose encoder also feeds the decoder: no latents, sharper pictures.")
  var skips = false

  @OptionGroup(title: "Training") var fit: FitFlags

  func validate() throws {
    if amount != nil, noise == nil { throw ValidationError("--amount needs --noise") }
  }

  func run() throws {
    try Training(kind: .autoencoder, train: train, fit: fit).run { dataset in
      var options: gen_autoencoder_options = try defaults(gen_autoencoder_options_init)
      if let latentActivation { options.latent_activation = latentActivation.code }
      if let outputActivation { options.output_activation = outputActivation.code }
      options.no_bias = noBias ? 1 : 0
      options.loss = loss.code
      if let noise { options.corruption = noise.code }
      if let amount { options.corruption_amount = amount }
      options.skips = skips ? 1 : 0
      options.seed = fit.seed
      return try stack.with(options, for: dataset.shape) { options, hidden, decoderHidden in
        options.hidden = hidden
        options.decoder_hidden = decoderHidden
        return try Object(gen_autoencoder_destroy) { gen_autoencoder_create(&options, $0) }
      }
    }
  }
}
