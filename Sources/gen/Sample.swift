import ArgumentParser

/// `gen sample`: new pictures from a model file.
struct Sample: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draws new pictures from a PCA, a VAE or a GAN.")

  @Argument(help: "A model's safetensors file.")
  var model: String

  @Option(name: .shortAndLong, help: "How many pictures.")
  var number = 64

  @Option(name: .shortAndLong, help: "The PNG or JPEG file to write.")
  var out = "samples.png"

  @Option(help: "The seed of the samples.")
  var seed: UInt64 = 0

  func validate() throws {
    guard (1...100_000).contains(number) else {
      throw ValidationError("--number must be between 1 and 100000, not \(number)")
    }
  }

  func run() throws {
    let file = try ModelFile(path: model)
    guard file.kind != .autoencoder else {
      throw Failure(description: "\(model) is an autoencoder, which has no distribution to sample from")
    }
    let shape = try file.shape()
    let rows = try file.sample(number, seed: seed)
    let grid = Grid(height: shape.height, width: shape.width, channels: shape.channels)
    try grid.save(rows, to: out)
    print("\(number) samples in \(out)")
  }
}
