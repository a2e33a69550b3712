import ArgumentParser
import CGenerative

/// `gen train pca`.
struct TrainPCA: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pca", abstract: "Principal component analysis.",
    discussion: "gen train pca faces --components 50 -o pca.safetensors")

  @OptionGroup var train: TrainOptions

  @Option(help: "How many components. Default: as many as --variance asks, else all.")
  var components: Int?

  @Option(help: "The fewest components that explain at least this share of the variance.")
  var variance: Double?

  @Option(
    help:
      "Eigenvectors of the covariance matrix, of the rows' Gram matrix, or nearly from a sketch (wide rows).")
  var solver = Solver.automatic

  @Option(help: "Directions of a sketch. Default: 2 x components + 16.")
  var directions: Int?

  @Option(help: "Passes of a sketch over the rows. Default: 2.")
  var passes: Int?

  @Flag(help: "Scale latents to unit variance.")
  var whiten = false

  @Flag(help: "Take the mean to be zero.")
  var noCentering = false

  func validate() throws {
    if let components, components < 1 {
      throw ValidationError("--components must be at least 1, not \(components)")
    }
  }

  func run() throws {
    let dataset = try train.dataOptions.open(train.data)
    var options: gen_pca_options = try defaults(gen_pca_options_init)
    if let components { options.n_components = Int64(components) }
    if let variance { options.variance_ratio = variance }
    options.solver = solver.code
    options.n_directions = Int64(directions ?? 0)
    options.n_passes = Int32(clamping: passes ?? 0)
    options.whiten = whiten ? 1 : 0
    options.no_centering = noCentering ? 1 : 0
    let start = now()
    let object = try Object(gen_model_destroy) { gen_pca_create(&options, $0) }
    try check(gen_pca_fit(object.handle, dataset.handle))
    let model = try Model(object)
    try model.save(to: train.out)
    try report(model, dataset, seconds: now() - start)
  }

  private func report(_ model: Model, _ dataset: Dataset, seconds: Double) throws {
    var ratios = [Double](repeating: 0, count: model.latentSize)
    try check(gen_pca_explained_variance_ratio(model.handle, &ratios))
    let explained = ratios.reduce(0, +)
    let facts: [(name: String, value: JSON)] = [
      ("event", .string("saved")), ("model", .string(train.out)), ("data", .string(dataset.name)),
      ("rows", .integer(dataset.count)), ("components", .integer(model.latentSize)),
      ("explained_variance_ratio", .number(explained)), ("seconds", .number(seconds)),
    ]
    let line = JSON.object(facts).text
    try write(line + "\n", to: History.path(beside: train.out))
    if train.json { return print(line) }
    print(
      "PCA of \(dataset.count) rows of \(dataset.shape): \(model.latentSize) components explain "
        + "\(fixed(100 * explained, 1))% of the variance, in \(fixed(seconds, 2)) s")
    print("saved \(train.out)")
  }
}
