import CGenerative

/// A DCGAN that shows its progress: it decodes the same latents every few epochs.
struct DCGAN {
  let name: String
  let gan: Object
  let height: Int
  let channels: Int
  let latentSize = 32
  /// The latents that every grid shows.
  let latents: Rows

  var rowSize: Int { height * height * channels }

  /// - Parameters:
  ///   - name: name in the progress bar and in file names.
  ///   - normalizesSpectrum: use spectral norm instead of batch norm in D. Samples are rougher at first, but D does
  ///     not win, and straight lines in latent space are more meaningful.
  init(
    _ name: String, side: Int, channels: Int, baseChannels: Int, normalizesSpectrum: Bool = false,
    seed: UInt64
  ) throws {
    // The average spans about 200 steps, less than an epoch.
    let gan = try newModel(
      .gan,
      """
      architecture=convolutional height=\(side) width=\(side) channels=\(channels) latent_size=\(latentSize)
      base_channels=\(baseChannels) spectral_norm=\(normalizesSpectrum) input_noise=0.1 average_decay=0.995
      seed=\(seed)
      """)
    latents = try Rows(count: 96, rowSize: latentSize) { gen_gan_latents(gan.handle, 96, seed, $0) }
    self.name = name
    self.gan = gan
    self.height = side
    self.channels = channels
  }

  /// Fits in parts of `every` epochs, and after each part saves the model and a grid of samples. The samples come from
  /// the generator's current weights, because their average lags behind. Returns the seconds of all fits.
  func fit(
    _ dataset: Dataset, epochs: Int, every: Int, seed: UInt64, path: (String) -> String
  ) throws -> Double {
    var seconds = 0.0
    let file = "dcgan-\(name)"
    try saveGrid(of: latents, by: GEN_GENERATOR_LAST, to: path("\(file)-000.png"))
    for first in stride(from: 0, to: epochs, by: every) {
      let last = min(first + every, epochs)
      var recipe = Recipe(
        epochs: last - first, batchSize: 64, learningRate: 4e-4, schedule: GEN_SCHEDULE_LINEAR, seed: seed)
      recipe.scheduleEpochs = epochs
      seconds += try recipe.run("DCGAN, \(name) \(last)/\(epochs)") {
        gen_model_fit(gan.handle, dataset.handle, $0, $1)
      }
      try saveGrid(of: latents, by: GEN_GENERATOR_LAST, to: path("\(file)-\(Self.number(last)).png"))
      try check(gen_model_save(gan.handle, path("\(file).safetensors"), Int32(GEN_SAVE_ALL)))
    }
    return seconds
  }

  /// The number of an epoch in a file name: "002".
  static func number(_ epoch: Int) -> String { String("00\(epoch)".suffix(max(3, "\(epoch)".count))) }

  /// - Parameter generator: GEN_GENERATOR_AVERAGE or GEN_GENERATOR_LAST.
  func generate(_ latents: Rows, by generator: Int = GEN_GENERATOR_AVERAGE) throws -> Rows {
    try Rows(count: latents.count, rowSize: rowSize) {
      gen_gan_generate(gan.handle, latents.values, nil, Int64(latents.count), Int32(generator), $0)
    }
  }

  /// Writes the images generated from latents as one image.
  func saveGrid(
    of latents: Rows, by generator: Int = GEN_GENERATOR_AVERAGE, columns: Int = 16, to path: String
  ) throws {
    let grid = Grid(columns: columns, height: height, width: height, channels: channels)
    try grid.save(generate(latents, by: generator), to: path)
  }

  /// Writes a closed walk through some of the latents.
  func saveWalk(to path: String) throws {
    let (corners, steps) = (6, 12)
    let walk = try Rows(count: corners * steps, rowSize: latentSize) {
      gen_latents_loop(
        latents.values, Int64(corners), Int64(latentSize), Int64(steps), Int32(GEN_CURVE_SPHERICAL), $0)
    }
    try saveGrid(of: walk, columns: steps, to: path)
  }
}
