import CGenerative

extension DemoSession {
  /// Trains the VAE 784-400-20 of Kingma & Welling as in PyTorch's example. Returns samples.
  mutating func runVAE() throws -> Samples {
    figures.begin(
      "Variational autoencoder",
      "The encoder outputs a Gaussian of latents for each image, and a KL term pulls these Gaussians towards N(0, I). "
        + "Latents drawn from N(0, I) therefore decode to new images, although these are blurry.")
    let vae = try makeVAE(latents: 20)
    let recipe = Recipe(epochs: epochs ?? 10, batchSize: 128, learningRate: 1e-3, seed: seed)
    try recipe.run("VAE", model: path("vae.safetensors")) {
      gen_model_fit(vae.handle, pictures.training.handle, $0, $1)
    }

    let test = pictures.test
    var reconstruction = [Double](repeating: 0, count: test.count)
    var divergence = reconstruction
    try check(
      gen_vae_elbo(
        vae.handle, test.values, nil, Int64(test.count), 1, seed, nil, &reconstruction, &divergence))
    let count = Double(test.count)
    let terms = (reconstruction.reduce(0, +) / count, divergence.reduce(0, +) / count)
    figures.add("VAE, 20 latents: test loss, nats", terms.0 + terms.1, digits: 2, near: 243.9, within: 1.5)
    figures.add("  reconstruction term", terms.0, digits: 2)
    figures.add("  KL term", terms.1, digits: 2)

    let samples = try Rows(count: sampleCount, rowSize: side * side) {
      gen_vae_sample(vae.handle, nil, Int64(sampleCount), seed, $0)
    }
    try Grid(columns: 10).save(samples.first(100), to: path("vae-samples.png"))
    figures.show("vae-samples.png", "samples, decoded from latents drawn from N(0, I)")
    try check(gen_model_save(vae.handle, path("vae.safetensors"), Int32(GEN_SAVE_ALL)))
    return Samples(name: "VAE", rows: samples)
  }

  /// Trains a VAE with two latents and decodes their plane.
  mutating func runManifold() throws {
    figures.begin(
      "The plane of two latents",
      "A VAE with only two latents is decoded over the whole plane. Neighbors look similar, and there are no holes."
    )
    let vae = try makeVAE(latents: 2)
    let recipe = Recipe(
      epochs: epochs ?? 5, batchSize: 128, learningRate: 2e-3, schedule: GEN_SCHEDULE_COSINE, seed: seed)
    try recipe.run("VAE, 2 latents", model: path("vae-2d.safetensors")) {
      gen_model_fit(vae.handle, pictures.training.handle, $0, $1)
    }
    let cells = 20
    let images = try Rows(count: cells * cells, rowSize: side * side) {
      gen_vae_manifold(vae.handle, 0, 1, nil, Int64(cells), Int64(cells), $0)
    }
    try Grid(columns: cells).save(images, to: path("vae-manifold.png"))
    figures.show("vae-manifold.png", "the decoded plane of a VAE's two latents")
    try check(gen_model_save(vae.handle, path("vae-2d.safetensors"), Int32(GEN_SAVE_ALL)))
  }

  private func makeVAE(latents: Int) throws -> Object {
    try newModel(
      .vae,
      """
      architecture=dense height=\(side) width=\(side) latent_size=\(latents) initializer=fan_in_uniform seed=\(seed)
      """)
  }
}
