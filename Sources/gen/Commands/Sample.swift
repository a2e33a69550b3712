import ArgumentParser

/// `gen sample` draws new rows from a model.
struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draws new images from a model.",
    discussion: """
      gen sample faces.safetensors -n 100 -o new.png
      gen sample faces.safetensors -n 1000 -o new/
      gen sample wine.safetensors -n 100 -o new.csv

      A .csv file starts with a header line: the names of the columns that the model was fitted to. The class of a \
      sample of a conditional model is in a column "label" or, in a folder, in the name of the subfolder.
      """)

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Option(name: [.short, .customLong("number")], help: "Number of samples")
  var number = 64

  @Option(name: .shortAndLong, help: Output.help(default: "samples"))
  var out: Output?

  @Option(
    help:
      "Class of all samples, as its name or number (default: all classes of a conditional model, in turn).")
  var label: String?

  @Flag(help: "Draw latents from the model's mixture (see gen mixture).")
  var mixture = false

  @Flag(help: "Add the model's noise to the samples instead of returning their means (PCA, VAE).")
  var noise = false

  @Option(help: "Seed of the samples")
  var seed: UInt64 = 0

  @OptionGroup var common: CommonFlags

  func validate() throws {
    try checkCount("--number", number)
    _ = try out?.form()
  }

  func run() throws {
    let model = try Model(path: model)
    let out = out ?? Output("samples", of: model)
    var labels: [Int32]?
    if let label {
      labels = [Int32](repeating: try model.label(named: label), count: number)
    } else if model.classCount > 0 {
      labels = (0..<number).map { Int32($0 % model.classCount) }
    }
    let rows = try model.sample(number, seed: seed, given: labels, fromMixture: mixture, noise: noise)
    var table = Table(rows, by: model)
    table.labels = labels?.map(model.className) ?? []
    try out.write(table)
    out.tell("\(number) samples in \(out.path)")
  }
}

/// Throws if a number of rows is too small or too large for an image.
func checkCount(_ name: String, _ count: Int, atLeast least: Int = 1) throws {
  guard (least...100_000).contains(count) else {
    throw ValidationError("\(name) must be between \(least) and 100000, not \(count)")
  }
}
