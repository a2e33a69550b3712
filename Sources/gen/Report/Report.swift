import ArgumentParser

/// `gen report`: a page that shows what a model learned.
struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a page that shows what a model learned.",
    discussion: """
      gen report faces.safetensors faces:7 -o faces.html

      gen report faces.safetensors faces:7 --training faces: -o faces.html

      One HTML file that needs nothing else: samples, loss curves (from the history that gen train keeps), \
      and sliders over the latents, whose decoder runs in the page. DATA should be rows that the model was not \
      trained on. They add reconstructions (of a denoiser: noisy and cleaned rows), principal components and \
      a map of the latents; of faces the directions of their factors. With --training the page also compares \
      samples with the nearest training rows, which shows whether the model copies them.
      """)

  @Argument(help: "Safetensors file of a model.", completion: .file(extensions: ["safetensors"]))
  var model: String

  @Argument(help: "A folder of pictures, an IDX file, or faces.", completion: .file())
  var data: String?

  @Option(
    help: ArgumentHelp(
      "Training rows, named as DATA is, to tell whether samples are copies of them (default: not told).",
      valueName: "data"),
    completion: .file())
  var training: String?

  @Option(name: .shortAndLong, help: "HTML file to write.")
  var out = "report.html"

  @Option(help: "Seed of the samples.")
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
