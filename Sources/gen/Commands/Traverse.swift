import ArgumentParser
import CGenerative

/// `gen traverse` shows how each latent, or a direction, changes images.
struct Traverse: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows the effect of each latent, or of a named direction.",
    discussion: """
      gen traverse faces.safetensors faces: --direction smile -o smile.png

      Without --direction, each line varies one latent from -range to range standard deviations around its mean. \
      The latents that change the image most come first. A direction is a factor of faces (smile, head_turn ...) or \
      a class of the labels; each of -n random rows is moved along it.
      """)

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Argument(
    help:
      "Rows whose latents give the mean and the standard deviations: a folder of images, a data file or faces: (see gen --help).",
    completion: .file())
  var data: String?

  @Option(
    help: "Factor of the faces in DATA, or the name or number of a class (default: one line per latent).")
  var direction: String?

  @Option(
    name: [.short, .customLong("number")], help: "Number of latents, or of rows to move along a direction")
  var number = 10

  @Option(help: "Number of images per line")
  var steps = 11

  @Option(help: "Number of standard deviations on either side of the mean")
  var range = 3.0

  @Option(name: .shortAndLong, help: Output.help(default: "traversal"))
  var out: Output?

  @OptionGroup var dataOptions: DataOptions

  @OptionGroup var common: CommonFlags

  func validate() throws {
    try checkCount("--number", number)
    try checkCount("--steps", steps, atLeast: 2)
    _ = try out?.form()
    if direction != nil, data == nil {
      throw ValidationError("--direction needs DATA that has this factor or class")
    }
  }

  func run() throws {
    let model = try Model(path: model)
    let out = out ?? Output("traversal", of: model)
    let dataset = try data.map { try dataOptions.open($0, for: model) }
    let space = try LatentSpace(model, dataset)
    let walk: Rows
    let message: String
    var labels = space.labels
    if let direction {
      let found = try space.direction(direction)
      let moved = try space.some(number)
      labels = moved.labels
      walk = try found.moving(moved.latents, steps: steps)
      message = "\(direction), correlation \(fixed(found.correlation, 3))"
    } else {
      let axes = Array(space.axes.prefix(number))
      walk = try space.traversal(axes, range: range, steps: steps)
      message = "latents " + axes.map { "z\($0 + 1)" }.joined(separator: " ")
    }
    let classes = labels.map { labels in
      (0..<walk.count).map { direction == nil ? labels[0] : labels[$0 / steps] }
    }
    try out.write(Table(model.decode(walk, given: classes), by: model), columns: steps)
    out.tell("\(message) in \(out.path)")
  }
}
