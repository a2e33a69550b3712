import ArgumentParser
import CGenerative

/// `gen reconstruct`: rows through a model and back.
struct Reconstruct: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reconstructs rows: encodes and decodes them.",
    discussion: """
      gen reconstruct faces.safetensors faces:7 -n 16 -o reconstructions.png

      A picture shows rows above what came back; a .npy or .csv file has what came back. With --mask only \
      values where the mask is bright are known: the others are filled in (inpainting), and a picture \
      shows the masked rows, the filled ones and the rows.
      """)

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Argument(help: "A folder of pictures, an IDX file, or faces.", completion: .file())
  var data: String

  @Option(name: [.short, .customLong("number")], help: "Number of rows, starting with the first.")
  var number = 12

  @Option(name: .shortAndLong, help: "PNG, JPEG, .npy or .csv file to write.")
  var out = Output(path: "reconstructions.png")

  @Option(
    help: "PNG or JPEG file of a row's size, bright where values are known: fill in the others.",
    completion: .file(extensions: ["png", "jpg", "jpeg"]))
  var mask: String?

  @OptionGroup var dataOptions: DataOptions

  func validate() throws { try checkCount("--number", number) }

  func run() throws {
    let model = try Model(path: model)
    let dataset = try dataOptions.open(data, for: model.shape)
    let rows = try dataset.first(number)
    var lines = [rows]
    let back: Rows
    if let mask {
      let known = try Picture.mask(path: mask, for: model.shape)
      back = try model.impute(rows, known: known)
      var masked = rows
      for i in masked.values.indices where known[i % rows.rowSize] == 0 { masked.values[i] = 0.5 }
      lines = [masked, back, rows]
    } else {
      let labels = try model.labels(of: dataset, rows.count)
      back = try model.reconstruct(rows, given: labels)
      lines.append(back)
    }
    if out.form == .picture {
      try out.write(Rows.stacked(lines, columns: 16), dataset.shape, columns: min(rows.count, 16))
    } else {
      try out.write(back, dataset.shape)
    }
    let (error, psnr) = (try back.squaredError(to: rows), try back.psnr(to: rows))
    print("\(rows.count) rows in \(out.path); squared error \(fixed(error, 3)), PSNR \(fixed(psnr, 2)) dB")
  }
}
