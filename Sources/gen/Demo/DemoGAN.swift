import CGenerative

extension DemoSession {
  /// Trains a GAN with a generator 32-256-512-784 and a discriminator 784-512-256-1 with an R1 penalty. It is evaluated
  /// as in Goodfellow et al. (2014). Returns samples.
  mutating func runGAN() throws -> Samples {
    figures.begin(
      "Generative adversarial network",
      "A generator turns random latents into images, and a discriminator learns to distinguish them from training "
        + "images. Each is trained against the other. The nearest training images show that samples are not copies."
    )
    let gan = try newModel(
      .gan,
      """
      architecture=dense height=\(side) width=\(side) latent_size=32 input_noise=0.3 r1_penalty=1 average_ramp=false
      seed=\(seed)
      """
    )
    let recipe = Recipe(epochs: epochs ?? 5, batchSize: 64, learningRate: 5e-4, beta1: 0.5, seed: seed)
    try recipe.run("GAN", model: path("gan.safetensors")) {
      gen_model_fit(gan.handle, pictures.training.handle, $0, $1)
    }

    let samples = try drawSamples(
      of: gan, "GAN of dense layers", file: "gan",
      note: "samples, each to the left of the nearest training image")
    try measure(samples.rows)
    return samples
  }

  /// Draws samples of a fitted GAN, and saves the GAN and a few samples next to training images.
  mutating func drawSamples(of gan: Object, _ name: String, file: String, note: String) throws -> Samples {
    let samples = try Rows(count: sampleCount, rowSize: side * side) {
      gen_gan_sample(gan.handle, nil, Int64(sampleCount), seed, $0)
    }
    try saveBesideNearest(samples.first(48), to: path("\(file)-samples.png"))
    figures.show("\(file)-samples.png", note)
    try check(gen_model_save(gan.handle, path("\(file).safetensors"), Int32(GEN_SAVE_ALL)))
    return Samples(name: name, rows: samples)
  }

  /// Computes the Parzen log-likelihoods of the samples, of a Gaussian, and of real images.
  private mutating func measure(_ samples: Rows) throws {
    let start = now()
    let real = try pictures.training.rows(0..<min(sampleCount, pictures.trainingCount))
    figures.add("GAN: Parzen log-likelihood, nats", try parzen(samples), digits: 1, atLeast: 280)
    figures.add("  for a Gaussian in 20 components", try parzen(try gaussianSamples()), digits: 1)
    figures.add("  for real training images", try parzen(real), digits: 1)
    tell("\("Parzen windows".padded(22)) 3 sets of \(samples.count) in \(fixed(now() - start, 1)) s")
  }

  /// The log-likelihood of the test images under windows around samples. The width of the windows is chosen on the
  /// last 1,000 training images.
  private func parzen(_ samples: Rows) throws -> Double {
    let held = min(1000, pictures.trainingCount / 10)
    let validation = try pictures.training.rows(pictures.trainingCount - held..<pictures.trainingCount)
    let test = pictures.test
    var mean = 0.0
    try check(
      gen_evaluate_parzen(
        samples.values, Int64(samples.count), validation.values, Int64(held), test.values,
        Int64(test.count), Int64(test.rowSize), nil, nil, nil, &mean, nil))
    return mean
  }

  /// Samples of a Gaussian in 20 principal components, clamped to [0, 1].
  private func gaussianSamples() throws -> Rows {
    let pca = try newModel(.pca, "n_components=20")
    try check(gen_pca_fit(pca.handle, pictures.training.handle, nil))
    var rows = try Rows(count: sampleCount, rowSize: side * side) {
      gen_pca_sample(pca.handle, Int64(sampleCount), seed, 0, Int32(GEN_F32), $0)
    }
    for index in rows.values.indices { rows.values[index] = min(max(rows.values[index], 0), 1) }
    return rows
  }

  /// Writes samples, each to the left of the nearest training image.
  private func saveBesideNearest(_ samples: Rows, to path: String) throws {
    var nearest = [Int64](repeating: 0, count: samples.count)
    try check(
      gen_dataset_nearest(
        pictures.training.handle, samples.values, Int64(samples.count), 1, nil, &nearest, nil))
    var pairs = Rows(rowSize: samples.rowSize)
    for (row, index) in nearest.enumerated() {
      pairs.append(samples[row..<row + 1])
      pairs.append(try pictures.training.rows(Int(index)..<Int(index) + 1))
    }
    try Grid(columns: 12).save(pairs, to: path)
  }
}
