import ArgumentParser

/// `gen report` writes a page that shows what a model learned.
struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a page that shows what a model learned.",
    discussion: """
      gen report faces.safetensors faces:7 -o faces.html

      gen report faces.safetensors faces:7 --training faces: -o faces.html

      Writes one self-contained HTML file with samples, loss curves (from the history that gen train saves) and \
      sliders for the latents; the decoder runs in the page. DATA should be rows that the model was not trained on. \
      They add reconstructions (for a denoiser: noisy and cleaned rows), principal components and a map of the \
      latents; for faces, also the directions of their factors. With --training the page also compares samples with \
      the nearest training rows, which shows whether the model copies them.
      """)

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Argument(
    help: "Rows to show: a folder of images, a data file or faces: (see gen --help; default: no rows).",
    completion: .file())
  var data: String?

  @Option(
    help: ArgumentHelp(
      "Training rows, given like DATA, for checking whether samples are copies of them (default: no check).",
      valueName: "data"),
    completion: .file())
  var training: String?

  @Option(name: .shortAndLong, help: "HTML file to write")
  var out = "report.html"

  @Option(help: "Seed of the samples")
  var seed: UInt64 = 0

  @OptionGroup var dataOptions: DataOptions

  @OptionGroup var common: CommonFlags

  func run() throws {
    let checkpoint = try Checkpoint(path: model)
    let loaded = try Model(path: model)
    let dataset = try data.map { try dataOptions.open($0, for: loaded) }
    var trainingOptions = dataOptions
    trainingOptions.labels = nil
    let known = try training.map { try trainingOptions.open($0, for: loaded) }
    var page = ReportPage(
      path: model, model: loaded, checkpoint: checkpoint, dataset: dataset, training: known, seed: seed)
    let text = try page.html()
    try write(text, to: out)
    tell(
      "\(out), \(fixed(Double(text.utf8.count) / 1e6, 1)) MB"
        + (page.hasSliders ? ", with live sliders" : ""))
  }
}
