import ArgumentParser

/// `gen encode` writes the latents of rows for use in other programs.
struct Encode: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes the latents of rows as a .csv or .npy file.",
    discussion: """
      gen encode faces.safetensors faces: -o latents.npy

      A .csv file starts with a header line. For images it has a column "file" with the path of each image.

      The latents of a VAE are the means of its Gaussians; those of a PCA are the projections on its components. \
      For a GAN, gradient descent searches for the latents that generate the nearest rows. For a classifier, the \
      features are written.
      """)

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Argument(help: "Rows: a folder of images, a data file or faces: (see gen --help).", completion: .file())
  var data: String

  @Option(name: .shortAndLong, help: ".npy or .csv file to write, or - for CSV to standard output")
  var out = Output(path: "latents.npy")

  @OptionGroup var dataOptions: DataOptions

  @OptionGroup var common: CommonFlags

  func validate() throws {
    _ = try out.form(unlessImages: "latents")
  }

  func run() throws {
    let model = try Model(path: model, classifies: true)
    let dataset = try dataOptions.open(data, for: model)
    let latents = try model.encode(dataset.rows(), given: model.labels(of: dataset))
    try out.write(Table(latents: latents, of: dataset))
    out.tell("\(latents.count) x \(latents.rowSize) latents in \(out.path)")
  }
}
