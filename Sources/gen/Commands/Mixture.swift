import ArgumentParser
import CGenerative

/// `gen mixture` fits a density to a model's latents, from which samples can be drawn.
struct Mixture: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fits a mixture of Gaussians to the latents of a model and saves it in the model's file.",
    discussion: """
      gen mixture autoencoder.safetensors faces: --n-components 20

      gen sample --mixture then draws latents from the mixture. An autoencoder has no other distribution to sample \
      from, and the latents of a VAE or a PCA are only approximately normal. Fitting the model again removes the \
      mixture.
      """)

  enum Covariance: String, Word { case full, diagonal }

  @Argument(help: "Safetensors file of a PCA, an autoencoder or a VAE.")
  var model: String

  @Argument(
    help: "Rows whose latents are fitted: a folder of images, a data file or faces: (see gen --help).")
  var data: String

  @Option(help: "Number of Gaussians")
  var nComponents = 10

  @Option(help: "Shape of the covariance matrices")
  var covariance = Covariance.full

  @Option(help: "Number of fits; the one with the highest likelihood is kept")
  var nStarts = 1

  @Option(help: "Value added to each variance")
  var regularization = 1e-6

  @Option(help: "Seed of the initial values")
  var seed: UInt64 = 0

  @Flag(help: "Print one line of JSON.")
  var json = false

  @OptionGroup var saved: SavedModel

  @OptionGroup var dataOptions: DataOptions

  @OptionGroup var common: CommonFlags

  func validate() throws { try checkCount("--n-components", nComponents) }

  func run() throws {
    let loaded = try Model(path: model)
    try saved.check(model, adding: "mixture", hasIt: loaded.hasMixture)
    let dataset = try dataOptions.open(data, for: loaded)
    var options: gen_mixture_options = try defaults(gen_mixture_options_init)
    options.n_components = Int64(nComponents)
    options.covariance = covariance.code
    options.n_starts = Int64(nStarts)
    options.regularization = regularization
    options.seed = seed
    try loaded.fitMixture(dataset, &options)
    let mixture = try loaded.mixture()
    var info = gen_mixture_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_mixture_info_t>.stride)
    try check(gen_mixture_info(mixture.handle, &info))
    let path = try saved.save(loaded, from: model)
    tell(
      "\(nComponents) Gaussians over \(info.n_features) latents of \(info.n_rows) rows, "
        + "\(fixed(info.log_likelihood, 3)) nats, in \(path)", orJSON: json,
      [
        ("n_components", .integer(nComponents)), ("n_features", .integer(Int(info.n_features))),
        ("n_rows", .integer(Int(info.n_rows))), ("log_likelihood", .number(info.log_likelihood)),
        ("n_iterations", .integer(Int(info.n_iterations))), ("converged", .bool(info.converged != 0)),
        ("path", .string(path)),
      ])
    if info.converged == 0 { complain("the fit did not converge in \(info.n_iterations) iterations") }
  }
}
