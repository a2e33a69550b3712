import ArgumentParser
import CGenerative

/// `gen train vae`.
struct TrainVAE: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vae", abstract: "A variational autoencoder.",
    discussion: "gen train vae faces --latents 10 --likelihood gaussian -o faces.safetensors")

  @OptionGroup var train: TrainOptions
  @OptionGroup(title: "Network") var stack: StackFlags

  @Option(help: "p(x|z): coins for pixels in [0, 1], or Gaussians.")
  var likelihood = Likelihood.bernoulli

  @Option(help: "The Gaussians' variance. Default: one for all pixels, learned.")
  var variance: Double?

  @Option(help: "Of the Gaussians' mean, identity or sigmoid.")
  var outputActivation: Activation?

  @Flag(help: "Draw the coins for pixels anew at each step.")
  var binarize = false

  @Option(help: "The weight of the reconstruction.")
  var reconstructionWeight = 1.0

  @Option(help: "The weight of the KL term.")
  var beta = 1.0

  @Option(help: "How beta comes up.")
  var klSchedule = KLSchedule.constant

  @Option(help: "Epochs that it takes to.")
  var klEpochs = 10.0

  @Option(help: "Latents for each row; more than one: the importance-weighted bound.")
  var importanceSamples: Int64 = 1

  @Flag(help: "Join the rows' classes to every layer.")
  var conditional = false

  @OptionGroup(title: "Training") var fit: FitFlags

  func run() throws {
    try Training(kind: .vae, train: train, fit: fit).run { dataset in
      var options: gen_vae_options = try defaults(gen_vae_options_init)
      options.likelihood = likelihood.code
      if let variance { options.variance = variance }
      if let outputActivation { options.output_activation = outputActivation.code }
      options.binarize = binarize ? 1 : 0
      options.reconstruction_weight = reconstructionWeight
      options.beta = beta == 0 ? -1 : beta
      options.kl_schedule = klSchedule.code
      options.kl_epochs = klEpochs
      options.importance_samples = importanceSamples == 0 ? -1 : importanceSamples
      options.n_classes = conditional ? Int64(try dataset.requiredClassCount()) : 0
      options.seed = fit.seed
      return try stack.with(options, for: dataset.shape) { options, hidden, decoderHidden in
        options.hidden = hidden
        options.decoder_hidden = decoderHidden
        return try Object(gen_model_destroy) { gen_vae_create(&options, $0) }
      }
    }
  }
}
