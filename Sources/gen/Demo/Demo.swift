import ArgumentParser
import CGenerative

/// `gen demo`: the library's main job from end to end, in pictures and figures.
struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains PCA, autoencoders, VAEs and GANs on 60,000 pictures.",
    discussion: """
      gen demo --out demo

      Leaves pictures, models, a table of figures and a page of all of them, index.html, in a folder, \
      within ten minutes on two cores. \
      With --dcgan it takes its time instead: DCGANs on the same pictures and on colour faces of \
      64 x 64 that the library draws, with grids of the same samples as they learn, walks, and \
      arithmetic on the faces' latents.
      """)

  @Option(help: "Folder to write to.")
  var out = "demo"

  @Option(help: "Folder with Fashion-MNIST; without it, the library draws faces.")
  var data = "/usr/share/datasets/fashion-mnist"

  @Option(help: "Number of epochs for every network; by default each network has its own.")
  var epochs: Int?

  @Option(help: "Seed of weights, shuffling, noise and samples.")
  var seed: UInt64 = 1

  @Flag(help: "Use a few thousand pictures and one epoch each, for a quick check.")
  var quick = false

  @Flag(help: "Train DCGANs for longer instead of the usual tour.")
  var dcgan = false

  @Flag(help: "Overwrite the models of an earlier demo.")
  var force = false

  @Option(help: "Number of epochs of a DCGAN between two grids of samples.")
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
      "\(pictures.name): \(pictures.trainingCount) pictures to learn from, \(pictures.test.count) to test;"
        + " libgenerative \(text(gen_version())), \(text(gen_kernels_name())) kernels")
    var session = DemoSession(
      pictures: pictures, folder: out, epochs: quick ? epochs ?? 1 : epochs, quick: quick, seed: seed,
      figures: Figures(goalsCount: pictures.isFashion && epochs == nil))

    if dcgan {
      try session.runDCGANs(every: every)
    } else {
      try session.runTour()
      session.figures.begin("Time", "From the first model to the last figure.")
      session.figures.add("whole demo, minutes", (now() - start) / 60, digits: 1, atMost: 10)
    }
    tell("\n" + session.figures.table)
    try write(session.figures.table, to: "\(out)/\(dcgan ? "dcgan" : "figures").txt")
    let page = "\(out)/\(dcgan ? "dcgan" : "index").html"
    try write(session.page(title: dcgan ? "DCGANs" : "What the models learn"), to: page)
    tell("Models, pictures and this table are in \(out)/. To see them, open \(page) in a browser.")
  }
}

/// What the parts of the demo share.
struct DemoSession {
  let pictures: Pictures
  let folder: String
  /// Epochs of every network, when they were asked for.
  let epochs: Int?
  let quick: Bool
  let seed: UInt64
  var figures: Figures

  /// Samples to measure a GAN with.
  var sampleCount: Int { quick ? 500 : 10_000 }

  /// Pictures to look at, side by side.
  var shown: Rows { pictures.shown }

  /// The names of the models that a demo leaves.
  static func models(dcgan: Bool) -> [String] {
    dcgan
      ? ["dcgan-pictures", "dcgan-faces"]
      : ["pca", "autoencoder", "denoiser", "vae", "vae-2d", "faces", "gan", "dcgan", "classifier"]
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// A stage for each kind of model.
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
