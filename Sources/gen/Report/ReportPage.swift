import CGenerative

/// The page of one model: sections of HTML, and the input of its script.
struct ReportPage {
  let path: String
  let model: Model
  let checkpoint: Checkpoint
  /// Rows to show, preferably rows that the model was not trained on.
  let dataset: Dataset?
  /// The rows that the model was trained on.
  let training: Dataset?
  let seed: UInt64
  /// Whether the decoder runs in the page.
  var hasSliders = false
  /// The input of the page's script.
  private var data: [(name: String, value: JSON)] = []

  init(
    path: String, model: Model, checkpoint: Checkpoint, dataset: Dataset?, training: Dataset?, seed: UInt64
  ) {
    self.path = path
    self.model = model
    self.checkpoint = checkpoint
    self.dataset = dataset
    self.training = training
    self.seed = seed
  }

  mutating func add(_ name: String, _ value: JSON) { data.append((name, value)) }

  /// "faces" for "models/faces.safetensors".
  private var title: String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return name.hasSuffix(".safetensors") ? String(name.dropLast(12)) : name
  }

  mutating func html() throws -> String {
    let picture = model.shape.picture
    data = [
      (
        "shape",
        .object([
          ("height", .integer(picture.height)), ("width", .integer(picture.width)),
          ("channels", .integer(picture.channels)),
        ])
      )
    ]
    let space = model.hasLatents ? try LatentSpace(model, dataset) : nil
    let sections: [String?] = [
      try space.flatMap { try sliders($0) }, try samples(space), try reconstructions(),
      try space.flatMap { try latentMap($0) }, try neighbours(), history(), try components(),
      details(),
    ]
    return htmlPage(
      title, lede: try lede(), body: sections.compactMap { $0 }.joined(separator: "\n"), data: .object(data))
  }
}
