import ArgumentParser
import CGenerative

/// `gen detect`: rows that a model finds strange.
struct Detect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Finds the rows whose score is above a model's threshold.",
    discussion: """
      gen detect vae.safetensors pictures/ -o scores.csv

      A line for each row in --out: its score, and 1 for an anomaly. The threshold is set by gen threshold.
      """)

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Argument(help: "A folder of pictures, an IDX file, or faces.", completion: .file())
  var data: String

  @Option(name: .shortAndLong, help: ".npy or .csv file to write.")
  var out: Output?

  @OptionGroup var dataOptions: DataOptions

  func validate() throws {
    if let out, out.form == .picture {
      throw ValidationError("--out must end in .npy or .csv, not \(out.path)")
    }
  }

  func run() throws {
    let loaded = try Model(path: model)
    let dataset = try dataOptions.open(data, for: loaded.shape)
    let rows = try dataset.rows(0..<dataset.count)
    let found = try loaded.detect(rows, given: loaded.labels(of: dataset, rows.count))
    let count = found.anomalies.count { $0 == 1 }
    print("\(count) of \(rows.count) rows are anomalies: their scores are above \(fixed(found.threshold, 4))")
    let shown = found.anomalies.indices.filter { found.anomalies[$0] == 1 }.prefix(20)
    for row in shown { print("row \(row)".padded(12) + fixed(found.scores[row], 4).aligned(14)) }
    if count > shown.count { print("...") }
    guard let out else { return }
    let pairs = zip(found.scores, found.anomalies).flatMap { [Float($0), Float($1)] }
    try out.write(latents: Rows(rowSize: 2, values: pairs))
  }
}
