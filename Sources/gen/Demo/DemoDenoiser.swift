import CGenerative

extension DemoSession {
  /// Trains a denoising autoencoder, 784-512-512-784, for Gaussian noise with standard deviation 0.5.
  mutating func runDenoiser() throws {
    figures.begin(
      "Denoising autoencoder",
      "A denoising autoencoder is trained to output clean images for noisy ones. It must be better than the best linear "
        + "filter.")
    let model = try newModel(
      .autoencoder,
      """
      height=\(side) width=\(side) hidden=512 latent_size=512 decoder_hidden=none activation=relu
      latent_activation=relu loss=log_squared_error corruption=gaussian corruption_amount=0.5 seed=\(seed)
      """)
    let recipe = Recipe(
      epochs: epochs ?? 6, batchSize: 64, learningRate: 2e-3, schedule: GEN_SCHEDULE_COSINE, seed: seed)
    try recipe.run("denoising autoencoder", model: path("denoiser.safetensors")) {
      gen_model_fit(model.handle, pictures.training.handle, $0, $1)
    }

    let clean = pictures.test
    let (noisy, denoised) = try corrupted(clean, cleanedBy: model)
    figures.add("noisy images, standard deviation 0.5: PSNR, dB", try noisy.psnr(to: clean), digits: 2)
    figures.add(
      "denoiser: PSNR, dB (best linear filter 17.51)", try denoised.psnr(to: clean), digits: 2, atLeast: 18.8)

    let lines = try corrupted(shown, cleanedBy: model)
    var picture = lines.noisy
    picture.append(lines.denoised)
    picture.append(shown)
    try Grid(columns: shown.count).save(picture, to: path("denoising.png"))
    figures.show("denoising.png", "noisy test images; denoised images; clean images")
    try check(gen_model_save(model.handle, path("denoiser.safetensors"), Int32(GEN_SAVE_ALL)))
  }

  private func corrupted(_ clean: Rows, cleanedBy model: Object) throws -> (noisy: Rows, denoised: Rows) {
    let (count, size) = (Int64(clean.count), Int64(clean.rowSize))
    let noisy = try Rows(count: clean.count, rowSize: clean.rowSize) {
      gen_rows_corrupt(clean.values, count, size, Int32(GEN_CORRUPTION_GAUSSIAN), 0.5, seed, $0)
    }
    let denoised = try Rows(count: clean.count, rowSize: clean.rowSize) {
      gen_model_reconstruct(model.handle, noisy.values, nil, count, $0)
    }
    return (noisy, denoised)
  }
}
