import ArgumentParser

/// `gen compare` evaluates several models on the same test set.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares models on one test set.",
    discussion: """
      gen compare pca.safetensors vae.safetensors --data faces:7

      Prints the metrics of gen evaluate with one column per model. A dash means that the model does not support \
      the metric.
      """)

  @Argument(help: "Safetensors files of models.", completion: .file(extensions: ["safetensors"]))
  var models: [String]

  @Option(help: "Test set: a folder of images, an IDX file, or faces.", completion: .file())
  var data: String

  @Flag(help: "Print one line of JSON for each model.")
  var json = false

  @OptionGroup var flags: MeasureFlags

  @OptionGroup var common: CommonFlags

  func run() throws {
    let tables = try models.map { try flags.table(of: $0, on: data) }
    guard json else { return print(FigureTable.columns(tables, named: models)) }
    for (model, table) in zip(models, tables) {
      print(JSON.object([("model", .string(model)), ("figures", table.json)]).text)
    }
  }
}
