import ArgumentParser
import CGenerative

/// `gen demo` trains every kind of model and writes images and metrics.
struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains PCA, autoencoders, VAEs and GANs on 60,000 images.",
    discussion: """
      gen demo --out demo

      Writes images, models, a table of metrics and a page with all of them, index.html, to a folder. \
      This takes less than ten minutes on two cores. \
      With --dcgan, it trains DCGANs for longer instead, on the same images and on 64 x 64 color faces that \
      the library draws. It then writes grids of the same samples during training, walks, and arithmetic \
      on the latents of faces.
      """)

  @Option(help: "Folder to write to")
  var out = "demo"

  @Option(help: "Folder with Fashion-MNIST; if it is missing, the library draws faces")
  var data = "/usr/share/datasets/fashion-mnist"

  @Option(help: "Number of epochs for every network (default: chosen for each network).")
  var epochs: Int?

  @Option(help: "Seed of weights, shuffling, noise and samples")
  var seed: UInt64 = 1

  @Flag(help: "Use a few thousand images and one epoch per network, for a quick check.")
  var quick = false

  @Flag(help: "Train DCGANs for longer instead of all models.")
  var dcgan = false

  @Flag(help: "Overwrite the models of an earlier demo.")
  var force = false

  @Option(help: "Number of epochs of a DCGAN between two grids of samples")
  var every = 1

  @OptionGroup var common: CommonFlags

  func validate() throws {
    if every < 1 { throw ValidationError("--every must be at least 1, not \(every)") }
    if let epochs, epochs < 1 { throw ValidationError("--epochs must be at least 1, not \(epochs)") }
  }

  func run() throws {
    let start = now()
    if !force {
      for name in DemoSession.models(dcgan: dcgan) { try checkIsFree("\(out)/\(name).safetensors") }
    }
    try makeFolder(out)
    let pictures = try Pictures(folder: data, quick: quick)
    tell(
      "\(pictures.name): \(pictures.trainingCount) training images, \(pictures.test.count) test images;"
        + " libgenerative \(text(gen_version())), \(text(gen_kernels_name())) kernels")
    var session = DemoSession(
      pictures: pictures, folder: out, epochs: quick ? epochs ?? 1 : epochs, quick: quick, seed: seed,
      figures: Figures(goalsCount: pictures.isFashion && epochs == nil))

    if dcgan {
      try session.runDCGANs(every: every)
    } else {
      try session.runTour()
      session.figures.begin("Time", "The time from the first model to the last metric.")
      session.figures.add("whole demo, minutes", (now() - start) / 60, digits: 1, atMost: 10)
    }
    tell("\n" + session.figures.table)
    try write(session.figures.table, to: "\(out)/\(dcgan ? "dcgan" : "figures").txt")
    let page = "\(out)/\(dcgan ? "dcgan" : "index").html"
    try write(session.page(title: dcgan ? "DCGANs" : "What the models learn"), to: page)
    tell("Models, images and this table are in \(out)/. To see them, open \(page) in a browser.")
  }
}

/// The state that all parts of the demo share.
struct DemoSession {
  let pictures: Pictures
  let folder: String
  /// The number of epochs of every network; nil if not given.
  let epochs: Int?
  let quick: Bool
  let seed: UInt64
  var figures: Figures

  /// The number of samples for computing metrics.
  var sampleCount: Int { quick ? 500 : 10_000 }

  /// The test images that the grids show.
  var shown: Rows { pictures.shown }

  /// The names of the models that a demo saves.
  static func models(dcgan: Bool) -> [String] {
    dcgan
      ? ["dcgan-pictures", "dcgan-faces"]
      : ["pca", "autoencoder", "denoiser", "vae", "vae-2d", "faces", "gan", "dcgan", "classifier"]
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Runs one part for each kind of model.
  mutating func runTour() throws {
    let principal = try runPCA()
    try runLinearAutoencoder()
    let random = try runAutoencoder(beside: principal)
    try runDenoiser()
    let vae = try runVAE()
    try runManifold()
    try runFaces()
    let gan = try runGAN()
    let deepGAN = try runDCGAN()
    try compareSamples([vae, gan, deepGAN], beside: [random])
  }
}
