import ArgumentParser
import CGenerative

/// `gen reconstruct` encodes and decodes rows.
struct Reconstruct: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reconstructs rows: encodes and decodes them.",
    discussion: """
      gen reconstruct faces.safetensors faces:7 -n 16 -o reconstructions.png

      An image shows random rows above their reconstructions. A .csv or .npy file, or a folder of images, contains the \
      reconstructions of all rows, or of -n random ones. A .csv file starts with a header line; for images it has a \
      column "file" with the path of each image. In a folder, each image has the name of its original. With --mask, \
      only the values where the mask is bright are used; the others are filled in (inpainting). An image then shows \
      the masked rows, the filled rows and the original rows.
      """)

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Argument(help: "Rows: a folder of images, a data file or faces: (see gen --help).", completion: .file())
  var data: String

  @Option(
    name: [.short, .customLong("number")],
    help: "Maximum number of rows, drawn at random (default: 12 for an image, otherwise all).")
  var number: Int?

  @Option(name: .shortAndLong, help: Output.help(default: "reconstructions"))
  var out: Output?

  @Option(
    help:
      "PNG or JPEG file of a row's size that is bright where values are known; fill in the others (default: all are known).",
    completion: .file(extensions: ["png", "jpg", "jpeg"]))
  var mask: String?

  @Flag(help: "Print one line of JSON.")
  var json = false

  @OptionGroup var dataOptions: DataOptions

  @OptionGroup var common: CommonFlags

  func validate() throws {
    if let number { try checkCount("--number", number) }
    _ = try out?.form()
    try checkStandardOutput(json, out)
  }

  func run() throws {
    let model = try Model(path: model)
    let out = out ?? Output("reconstructions", of: model)
    let form = try out.form()
    let dataset = try dataOptions.open(data, for: model, limit: number ?? (form == .image ? 12 : nil))
    let rows = try dataset.rows()
    var lines = [rows]
    let back: Rows
    if let mask {
      let known = try Picture.mask(path: mask, for: model.shape)
      back = try model.impute(rows, known: known)
      var masked = rows
      for i in masked.values.indices where known[i % rows.rowSize] == 0 { masked.values[i] = 0.5 }
      lines = [masked, back, rows]
    } else {
      back = try model.reconstruct(rows, given: model.labels(of: dataset))
      lines.append(back)
    }
    if form == .image, model.makesImages {
      try out.writeGrid(Rows.stacked(lines, columns: 16), dataset.shape, columns: min(rows.count, 16))
    } else {
      try out.write(Table(back, by: model, of: dataset, shape: dataset.shape))
    }
    let (error, psnr) = (try back.squaredError(to: rows), try back.psnr(to: rows))
    out.tell(
      "\(rows.count) rows in \(out.path); squared error \(fixed(error, 3)), PSNR \(fixed(psnr, 2)) dB",
      orJSON: json,
      [
        ("n_rows", .integer(rows.count)), ("squared_error", .number(error)), ("psnr", .number(psnr)),
        ("path", .string(out.path)),
      ])
  }
}
