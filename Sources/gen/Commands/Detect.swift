import ArgumentParser
import CGenerative

/// `gen detect` finds anomalous rows.
struct Detect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Finds the rows whose score is above a model's threshold.",
    discussion: """
      gen detect vae.safetensors images/ -o scores.csv

      --out contains a line for each row: its file, its score, and 1 for an anomaly or 0 for a normal row. \
      gen threshold sets the threshold. --json prints all anomalies, the highest score first.
      """)

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Argument(help: "Rows: a folder of images, a data file or faces: (see gen --help).", completion: .file())
  var data: String

  @Option(
    name: .shortAndLong,
    help: ".npy or .csv file to write, or - for CSV to standard output (default: no file).")
  var out: Output?

  @Flag(help: "Print one line of JSON.")
  var json = false

  @OptionGroup var dataOptions: DataOptions

  @OptionGroup var common: CommonFlags

  func validate() throws {
    _ = try out?.form(unlessImages: "scores")
    try checkStandardOutput(json, out)
  }

  func run() throws {
    let loaded = try Model(path: model)
    let dataset = try dataOptions.open(data, for: loaded)
    let rows = try dataset.rows()
    let found = try loaded.detect(rows, given: loaded.labels(of: dataset))
    let anomalies = found.anomalies.indices.filter { found.anomalies[$0] == 1 }
    let out = out ?? Output(path: "")
    // The highest score first.
    let sorted = anomalies.sorted { found.scores[$0] > found.scores[$1] }
    let paths = dataset.paths
    if json {
      let rows = sorted.map { anomaly($0, found.scores, paths) }
      showLine(
        JSON.object([
          ("n_rows", .integer(found.scores.count)), ("n_anomalies", .integer(rows.count)),
          ("threshold", .number(found.threshold)), ("anomalies", .array(rows)),
        ]).text)
    } else {
      show(sorted, found.scores, paths, threshold: found.threshold, on: out)
    }
    guard !out.path.isEmpty else { return }
    let pairs = zip(found.scores, found.anomalies).flatMap { [Float($0), Float($1)] }
    var table = Table(values: Rows(rowSize: 2, values: pairs), names: ["score", "anomaly"])
    table.subject = "scores"
    table.cells = zip(found.scores, found.anomalies).map { ["\($0)", "\($1)"] }
    table.take(dataset)
    try out.write(table)
  }

  private func anomaly(_ row: Int, _ scores: [Double], _ paths: [String]) -> JSON {
    var members = [(name: "row", value: JSON.integer(row)), ("score", .number(scores[row]))]
    if !paths.isEmpty { members.append(("file", .string(paths[row]))) }
    return .object(members)
  }

  /// Prints the rows with the highest scores.
  private func show(
    _ anomalies: [Int], _ scores: [Double], _ paths: [String], threshold: Double, on out: Output
  ) {
    out.tell(
      "\(anomalies.count) of \(scores.count) rows are anomalies: their scores are above \(fixed(threshold, 4))"
    )
    let shown = anomalies.prefix(20)
    let names = shown.map { paths.isEmpty ? "row \($0)" : paths[$0] }
    let width = max(12, (names.map(\.count).max() ?? 0) + 1)
    for (row, name) in zip(shown, names) { out.tell(name.padded(width) + fixed(scores[row], 4).aligned(14)) }
    if anomalies.count > shown.count { out.tell("...") }
  }
}
