import ArgumentParser
import CGenerative

/// `gen reconstruct`: rows through a model and back.
struct Reconstruct: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reconstructs rows: encodes and decodes them.",
    discussion: """
      gen reconstruct faces.safetensors faces:7 -n 16 -o reconstructions.png

      A picture shows rows above what came back; a .npy or .csv file has what came back.
      """)

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Argument(help: "A folder of pictures, an IDX file, or faces.", completion: .file())
  var data: String

  @Option(name: [.short, .customLong("number")], help: "Number of rows, starting with the first.")
  var number = 12

  @Option(name: .shortAndLong, help: "PNG, JPEG, .npy or .csv file to write.")
  var out = Output(path: "reconstructions.png")

  @OptionGroup var dataOptions: DataOptions

  func validate() throws { try checkCount("--number", number) }

  func run() throws {
    let model = try Model(path: model)
    let dataset = try dataOptions.open(data, for: model.shape)
    let rows = try dataset.first(number)
    let labels = try model.labels(of: dataset, rows.count)
    let back = try model.reconstruct(rows, given: labels)
    if out.form == .picture {
      try out.write(Rows.stacked([rows, back], columns: 16), dataset.shape, columns: min(rows.count, 16))
    } else {
      try out.write(back, dataset.shape)
    }
    let (error, psnr) = (try back.squaredError(to: rows), try back.psnr(to: rows))
    print("\(rows.count) rows in \(out.path); squared error \(fixed(error, 3)), PSNR \(fixed(psnr, 2)) dB")
  }
}
