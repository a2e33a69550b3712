import CGenerative

extension DemoSession {
  /// A denoising autoencoder, 784-512-512-784, for Gaussian noise of deviation 0.5.
  mutating func runDenoiser() throws {
    let hidden: [Int64] = [512]
    var options: gen_autoencoder_options = try defaults(gen_autoencoder_options_init)
    options.height = Int64(side)
    options.width = Int64(side)
    options.activation = Int32(GEN_ACTIVATION_RELU)
    options.latent_size = 512
    options.latent_activation = Int32(GEN_ACTIVATION_RELU)
    options.n_decoder_hidden = -1
    options.loss = Int32(GEN_LOSS_LOG_SQUARED_ERROR)
    options.corruption = Int32(GEN_CORRUPTION_GAUSSIAN)
    options.corruption_amount = 0.5
    options.seed = seed
    let model = try hidden.withUnsafeBufferPointer { widths in
      options.hidden = widths.baseAddress
      options.n_hidden = Int32(widths.count)
      return try Object(gen_model_destroy) { gen_autoencoder_create(&options, $0) }
    }
    let recipe = Recipe(
      epochs: epochs ?? 6, batchSize: 64, learningRate: 2e-3, schedule: GEN_SCHEDULE_COSINE, seed: seed)
    try recipe.run("denoising autoencoder", model: path("denoiser.safetensors")) {
      gen_model_fit(model.handle, pictures.training.handle, $0)
    }

    let clean = pictures.test
    let size = (rows: Int64(clean.count), row: Int64(clean.rowSize))
    let noisy = try Rows(count: clean.count, rowSize: clean.rowSize) {
      gen_rows_corrupt(clean.values, size.rows, size.row, Int32(GEN_CORRUPTION_GAUSSIAN), 0.5, seed, $0)
    }
    let denoised = try Rows(count: clean.count, rowSize: clean.rowSize) {
      gen_autoencoder_denoise(model.handle, noisy.values, size.rows, $0)
    }
    figures.add("noisy pictures, deviation 0.5: PSNR, dB", try noisy.psnr(to: clean), digits: 2)
    figures.add(
      "denoiser: PSNR, dB (best linear filter 17.51)", try denoised.psnr(to: clean), digits: 2, atLeast: 18.8)

    var picture = noisy.first(shown.count)
    picture.append(denoised.first(shown.count))
    picture.append(shown)
    try Grid(columns: shown.count).save(picture, to: path("denoising.png"))
    figures.note("denoising.png: noisy test pictures; denoised; clean")
    try check(gen_model_save(model.handle, path("denoiser.safetensors"), Int32(GEN_SAVE_ALL)))
  }
}
