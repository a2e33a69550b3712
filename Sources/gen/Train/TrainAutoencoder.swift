import ArgumentParser
import CGenerative

/// `gen train autoencoder`.
struct TrainAutoencoder: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "autoencoder",
    abstract: "An autoencoder; with --noise a denoising, with penalties a sparse or contractive one.",
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

  @Option(help: "Keep most latents small: by their absolute values, or by a coin's KL from a mean.")
  var sparsity: Sparsity?

  @Option(help: "The weight of that (0.1).")
  var sparsityWeight: Double?

  @Option(help: "KL: the mean that latents shall have (0.05).")
  var sparsityTarget: Double?

  @Option(help: "Dense: the weight of the latents' squared derivatives by the row.")
  var contraction = 0.0

  @Flag(help: "Dense: the decoder's weights are the encoder's, transposed.")
  var tied = false

  @OptionGroup(title: "Training") var fit: FitFlags

  func validate() throws {
    if amount != nil, noise == nil { throw ValidationError("--amount needs --noise") }
    if sparsityWeight != nil, sparsity == nil { throw ValidationError("--sparsity-weight needs --sparsity") }
    if sparsityTarget != nil, sparsity != .kl {
      throw ValidationError("--sparsity-target needs --sparsity kl")
    }
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
      if let sparsity { options.sparsity = sparsity.code }
      if let sparsityWeight { options.sparsity_weight = sparsityWeight }
      if let sparsityTarget { options.sparsity_target = sparsityTarget }
      options.contraction = contraction
      options.tied = tied ? 1 : 0
      options.seed = fit.seed
      return try stack.with(options, for: dataset.shape) { options, hidden, decoderHidden in
        options.hidden = hidden
        options.decoder_hidden = decoderHidden
        return try Object(gen_model_destroy) { gen_autoencoder_create(&options, $0) }
      }
    }
  }
}
