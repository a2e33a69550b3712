import ArgumentParser

/// `gen encode`: the latents of rows, for other programs.
struct Encode: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes the latents of rows as a .npy or .csv file.",
    discussion: """
      gen encode faces.safetensors faces: -o latents.npy

      A VAE's are the means of its Gaussians, a PCA's the projections on its components; a GAN's are \
      searched for by gradient descent. A classifier's are its features.
      """)

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Argument(help: "A folder of pictures, an IDX file, or faces.", completion: .file())
  var data: String

  @Option(name: .shortAndLong, help: ".npy or .csv file to write.")
  var out = Output(path: "latents.npy")

  @OptionGroup var dataOptions: DataOptions

  func validate() throws {
    if out.form == .picture { throw ValidationError("--out must end in .npy or .csv, not \(out.path)") }
  }

  func run() throws {
    let model = try Model(path: model, classifies: true)
    let dataset = try dataOptions.open(data, for: model.shape)
    let labels = try model.labels(of: dataset, dataset.count)
    let latents = try model.encode(dataset.rows(0..<dataset.count), given: labels)
    try out.write(latents: latents)
    print("\(latents.count) x \(latents.rowSize) latents in \(out.path)")
  }
}
