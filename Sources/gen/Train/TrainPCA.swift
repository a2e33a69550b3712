import ArgumentParser
import CGenerative

/// `gen train pca`.
struct TrainPCA: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pca", abstract: "Fits a principal component analysis.",
    discussion: "gen train pca faces: --n-components 50 -o pca.safetensors")

  @OptionGroup var train: TrainOptions

  @OptionGroup(title: "Analysis") var flags: PCAFlags

  func run() throws {
    if !train.force { try checkIsFree(train.out) }
    let dataset = try train.dataOptions.open(train.data)
    try train.dataOptions.checkLabelsAreUsed(train.data, "a PCA does not use classes")
    let start = now()
    let object = try newModel(.pca, flags.text)
    try Stage.following("fitting the PCA") { try check(gen_pca_fit(object.handle, dataset.handle, $0)) }
    let model = try Model(object)
    if try Model.pcaInfo(object).total_variance == 0 {
      complain("warning: all rows are equal, so every component has variance 0")
    }
    try model.save(to: train.out)
    try report(model, dataset, seconds: now() - start)
  }

  private func report(_ model: Model, _ dataset: Dataset, seconds: Double) throws {
    let explained = try PrincipalAxes(of: model.handle).shares.reduce(0, +)
    let facts: [(name: String, value: JSON)] = [
      ("event", .string("saved")), ("model", .string(train.out)), ("data", .string(dataset.name)),
      ("rows", .integer(dataset.count)), ("components", .integer(model.latentSize)),
      ("explained_variance_ratio", .number(explained)), ("seconds", .number(seconds)),
    ]
    let line = JSON.object(facts).text
    try write(line + "\n", to: History.path(beside: train.out))
    if train.json { return print(line) }
    tell(
      "PCA of \(dataset.count) rows of \(dataset.shape): \(model.latentSize) components explain "
        + "\(fixed(100 * explained, 1))% of the variance, in \(fixed(seconds, 2)) s")
    tell("saved \(train.out)")
  }
}
