import ArgumentParser
import CGenerative

/// `gen manifold`: the plane of two latents of a VAE, decoded.
struct Manifold: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Decodes a grid of two latents of a VAE.",
    discussion: """
      gen manifold clothes.safetensors --rows 20 --columns 20 -o manifold.png

      The two latents take evenly spaced quantiles of N(0, 1), and all other latents are 0 (Kingma & Welling 2014, \
      figure 4). With two latents in all, the image shows everything that the model can draw.
      """)

  @Argument(help: "Safetensors file of a VAE.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Option(help: "Number of the latent that varies along each row of the grid.")
  var x = 1

  @Option(help: "Number of the latent that varies down each column of the grid.")
  var y = 2

  @Option(help: "Number of rows of the grid.")
  var rows = 20

  @Option(help: "Number of columns of the grid.")
  var columns = 20

  @Option(help: "Class of all images of a conditional model, by its name or number.")
  var label: String?

  @Option(name: .shortAndLong, help: Output.help(default: "manifold"))
  var out: Output?

  @OptionGroup var common: CommonFlags

  func validate() throws {
    for (name, count) in [("--rows", rows), ("--columns", columns), ("--x", x), ("--y", y)] {
      try checkCount(name, count)
    }
    try checkCount("--rows x --columns", rows * columns)
    _ = try out?.form()
  }

  func run() throws {
    let model = try Model(path: model)
    let out = out ?? Output("manifold", of: model)
    let count = rows * columns
    let labels = try label.map { [Int32](repeating: try model.label(named: $0), count: count) }
    let images = try Rows(count: count, rowSize: model.shape.count) {
      gen_vae_manifold(model.handle, Int64(x - 1), Int64(y - 1), labels, Int64(rows), Int64(columns), $0)
    }
    try out.write(Table(images, by: model), columns: columns)
    out.tell("\(rows) x \(columns) images of latents z\(x) and z\(y) in \(out.path)")
  }
}
