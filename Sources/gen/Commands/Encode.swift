import ArgumentParser

/// `gen encode`: the latents of rows, for other programs.
struct Encode: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes the latents of rows as a .csv or .npy file.",
    discussion: """
      gen encode faces.safetensors faces: -o latents.npy

      A .csv file has a header line, and for images a column file with the path of each.

      A VAE's are the means of its Gaussians, a PCA's the projections on its components; a GAN's are \
      searched for by gradient descent. A classifier's are its features.
      """)

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Argument(help: "A folder of pictures, an IDX file, or faces.", completion: .file())
  var data: String

  @Option(name: .shortAndLong, help: ".npy or .csv file to write, or - for CSV to standard output.")
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
