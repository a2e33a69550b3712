import CGenerative

/// The page of one model: sections of HTML, and the data that its script shows.
struct ReportPage {
  let path: String
  let model: Model
  let checkpoint: Checkpoint
  /// Rows to look at, best those that the model was not trained on.
  let dataset: Dataset?
  /// The rows that the model was trained on.
  let training: Dataset?
  let seed: UInt64
  /// Whether the decoder runs in the page.
  var hasSliders = false
  /// What the page's script reads.
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
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(escaped(title))</title>
      <link rel="icon" href="data:,">
      <style>
      \(text(of: PackageResources.page_css))</style>
      </head>
      <body>
      <main>
      <h1>\(escaped(title))</h1>
      <p class="lede">\(try lede())</p>
      \(sections.compactMap { $0 }.joined(separator: "\n"))
      </main>
      <footer>libgenerative \(gen.text(gen_version()))</footer>
      <script type="application/json" id="data">\(JSON.object(data).text)</script>
      <script>
      "use strict";
      \(text(of: PackageResources.decoder_js))
      \(text(of: PackageResources.charts_js))
      \(text(of: PackageResources.page_js))</script>
      </body>
      </html>

      """
  }
}
