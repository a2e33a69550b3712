import CGenerative

extension DemoSession {
  /// A deep autoencoder with as many latents as the PCA beside it.
  mutating func runAutoencoder(beside principal: PrincipalComponents) throws {
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
    figures.note("reconstructions.png: test pictures; through 30 principal components; through 30 latents")
    try check(gen_model_save(model.handle, path("autoencoder.safetensors"), Int32(GEN_SAVE_ALL)))
  }

  private func reconstruct(_ rows: Rows, with model: Object) throws -> Rows {
    try Rows(count: rows.count, rowSize: rows.rowSize) {
      gen_model_reconstruct(model.handle, rows.values, nil, Int64(rows.count), $0)
    }
  }
}
