import CGenerative

extension DemoSession {
  /// Trains a deep autoencoder with as many latents as the PCA. Returns decoded random latents.
  mutating func runAutoencoder(beside principal: PrincipalComponents) throws -> Samples {
    figures.begin(
      "Autoencoder",
      "With hidden layers, an autoencoder keeps more of an image in 30 latents than PCA keeps in 30 components. It is "
        + "not a generative model: its latents do not follow a known distribution, so many random latents decode to "
        + "broken shapes between the classes. The last table includes metrics of these images.")
    let model = try newModel(
      .autoencoder, "height=\(side) width=\(side) hidden=512,256 latent_size=30 seed=\(seed)")
    let recipe = Recipe(
      epochs: epochs ?? 5, batchSize: 64, learningRate: 3e-3, schedule: GEN_SCHEDULE_COSINE, seed: seed)
    try recipe.run("autoencoder", model: path("autoencoder.safetensors")) {
      gen_model_fit(model.handle, pictures.training.handle, $0, $1)
    }

    let rows = try reconstruct(pictures.test, with: model)
    figures.add(
      "autoencoder, 30 latents: squared error", try rows.squaredError(to: pictures.test), digits: 3,
      atMost: 6.5)
    var picture = shown
    picture.append(principal.reconstructions)
    picture.append(try reconstruct(shown, with: model))
    try Grid(columns: shown.count).save(picture, to: path("reconstructions.png"))
    figures.show(
      "reconstructions.png",
      "test images; reconstructions from 30 principal components; reconstructions from 30 latents")
    try check(gen_model_save(model.handle, path("autoencoder.safetensors"), Int32(GEN_SAVE_ALL)))

    let random = try decodeRandom(sampleCount, with: model)
    try Grid(columns: 10).save(random.first(40), to: path("autoencoder-random.png"))
    figures.show(
      "autoencoder-random.png",
      "decoded random latents of the autoencoder, from Gaussians with the mean and the standard deviation of each latent"
    )
    return Samples(name: "random latents of the autoencoder", rows: random)
  }

  /// Decodes latents from a Gaussian with the moments of the test images' latents.
  private func decodeRandom(_ count: Int, with model: Object) throws -> Rows {
    let size = 30
    let latents = try Rows(count: pictures.test.count, rowSize: size) {
      gen_autoencoder_encode(model.handle, pictures.test.values, Int64(pictures.test.count), $0)
    }
    let (mean, deviation) = latents.moments()
    var drawn = try Rows(count: count, rowSize: size) {
      gen_latents_sample(Int64(count), Int64(size), Double(GEN_AUTO), seed, $0)
    }
    for index in drawn.values.indices {
      drawn.values[index] = mean[index % size] + deviation[index % size] * drawn.values[index]
    }
    return try Rows(count: count, rowSize: side * side) {
      gen_autoencoder_decode(model.handle, drawn.values, Int64(count), $0)
    }
  }

  private func reconstruct(_ rows: Rows, with model: Object) throws -> Rows {
    try Rows(count: rows.count, rowSize: rows.rowSize) {
      gen_model_reconstruct(model.handle, rows.values, nil, Int64(rows.count), $0)
    }
  }
}
