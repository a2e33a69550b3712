import ArgumentParser
import CGenerative

/// `gen interpolate` writes walks through latent space from image to image.
struct Interpolate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Interpolates between images through latent space.",
    discussion: """
      gen interpolate faces.safetensors faces:7 -n 4 --steps 12 -o walk.png

      Each line joins two rows drawn from DATA, or two samples if no DATA is given: 0 and 1, 1 and 2 ...
      """)

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Argument(
    help:
      "Rows to join: a folder of images, a data file or faces: (see gen --help; default: the walks join samples).",
    completion: .file())
  var data: String?

  @Option(name: [.short, .customLong("number")], help: "Number of walks")
  var number = 6

  @Option(help: "Number of images in a walk, including both ends")
  var steps = 10

  @Option(
    help:
      "Straight line, or arc on the sphere where N(0, I) has its mass (default: spherical for VAEs and GANs, otherwise linear)."
  )
  var curve: Curve?

  @Flag(help: "Make one closed, smooth walk through all the images.")
  var loop = false

  @Option(name: .shortAndLong, help: Output.help(default: "walk"))
  var out: Output?

  @Option(help: "Seed of the samples")
  var seed: UInt64 = 0

  @OptionGroup var dataOptions: DataOptions

  @OptionGroup var common: CommonFlags

  func validate() throws {
    try checkCount("--number", number)
    try checkCount("--steps", steps, atLeast: 2)
    _ = try out?.form()
  }

  func run() throws {
    let model = try Model(path: model)
    let out = out ?? Output("walk", of: model)
    let ends = try ends(of: model)
    guard ends.latents.count >= 2 else { throw Failure(description: "a walk needs two rows or more") }
    let walk = try walk(through: ends.latents, of: model)
    // A walk keeps the class of its first row.
    let labels = ends.labels.map { labels in (0..<walk.count).map { labels[$0 / steps] } }
    try out.write(Table(model.decode(walk, given: labels), by: model), columns: steps)
    out.tell("\(walk.count / steps) walks of \(steps) steps in \(out.path)")
  }

  /// The latents to join, and their classes if the model is conditional.
  private func ends(of model: Model) throws -> (latents: Rows, labels: [Int32]?) {
    let count = loop ? number : number + 1
    guard let data else {
      let labels = (0..<count).map { Int32($0 % max(model.classCount, 1)) }
      return (try model.latents(count, seed: seed), model.classCount > 0 ? labels : nil)
    }
    let dataset = try dataOptions.open(data, for: model, limit: count)
    let labels = try model.labels(of: dataset)
    return (try model.encode(dataset.rows(), given: labels), labels)
  }

  private func walk(through latents: Rows, of model: Model) throws -> Rows {
    let curve = curve ?? (model.kind == .vae || model.kind == .gan ? .spherical : .linear)
    let size = Int64(latents.rowSize)
    if loop {
      return try Rows(count: latents.count * steps, rowSize: latents.rowSize) {
        gen_latents_loop(latents.values, Int64(latents.count), size, Int64(steps), curve.code, $0)
      }
    }
    var walk = Rows(rowSize: latents.rowSize)
    for row in 0..<latents.count - 1 {
      walk.append(
        try Rows(count: steps, rowSize: latents.rowSize) {
          gen_latents_interpolate(
            latents[row..<row + 1].values, latents[row + 1..<row + 2].values, size, Int64(steps),
            curve.code, $0)
        })
    }
    return walk
  }
}
