import ArgumentParser

/// `gen sample`: new pictures from a model.
struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draws new pictures from a model.",
    discussion: "gen sample faces.safetensors -n 100 -o new.png")

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Option(name: [.short, .customLong("number")], help: "Number of pictures.")
  var number = 64

  @Option(name: .shortAndLong, help: "PNG, JPEG, .npy or .csv file to write.")
  var out = Output(path: "samples.png")

  @Option(help: "Class of all samples; without it a conditional model draws all classes evenly.")
  var label: Int32?

  @Flag(help: "Draw latents from the mixture of the model (see gen mixture).")
  var mixture = false

  @Flag(help: "Draw rows with the noise of the model (PCA, VAE) instead of their means.")
  var noise = false

  @Option(help: "Seed of the samples.")
  var seed: UInt64 = 0

  func validate() throws { try checkCount("--number", number) }

  func run() throws {
    let model = try Model(path: model)
    let labels = label.map { [Int32](repeating: $0, count: number) }
    try out.write(
      model.sample(number, seed: seed, given: labels, fromMixture: mixture, noise: noise), model.shape)
    print("\(number) samples in \(out.path)")
  }
}

/// Throws for a number of rows that is none or too large for a picture.
func checkCount(_ name: String, _ count: Int, atLeast least: Int = 1) throws {
  guard (least...100_000).contains(count) else {
    throw ValidationError("\(name) must be between \(least) and 100000, not \(count)")
  }
}
