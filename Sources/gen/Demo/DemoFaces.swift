import CGenerative

private let latentSize = 10
private let shape = Shape(height: 32, width: 32, channels: 3)

extension DemoSession {
  /// Trains a convolutional VAE with ten latents on the library's color faces. Writes samples, walks, and the
  /// directions of smile and head turn, which are compared with the true factors of unseen faces.
  mutating func runFaces() throws {
    figures.begin(
      "Faces: latents with a meaning",
      "A convolutional VAE with ten latents is trained on faces that the library draws from known factors. Some latents "
        + "control a single factor. Directions found by regression change the smile and the turn of the head."
    )
    let faces = try Dataset.faces(quick ? 2000 : 20_000, shape, seed: 1)
    let unseen = try Dataset.faces(quick ? 500 : 2000, shape, seed: 2, name: "unseen faces")
    let vae = try fitFaces(faces)

    let shown = try unseen.random(12).rows()
    var picture = shown
    picture.append(
      try Rows(count: 12, rowSize: shape.count) {
        gen_model_reconstruct(vae.handle, shown.values, nil, 12, $0)
      })
    try saveFaces(picture, columns: 12, to: path("faces-reconstructions.png"))
    figures.show("faces-reconstructions.png", "unseen faces; reconstructions from ten latents")
    let samples = try Rows(count: 96, rowSize: shape.count) { gen_vae_sample(vae.handle, nil, 96, seed, $0) }
    try saveFaces(samples, columns: 16, to: path("faces-samples.png"))
    figures.show("faces-samples.png", "samples, decoded from latents drawn from N(0, I)")

    let known = try faces.random(5000)
    let latents = try encode(known.rows(), with: vae)
    let judged = try encode(unseen.rows(0..<unseen.count), with: vae)
    try saveWalk(judged.first(4), with: vae)
    try saveLatents(latents, with: vae)
    var traversal = Rows(rowSize: judged.rowSize)
    for (name, label) in [("smile", "smile"), ("head_turn", "head turn")] {
      let direction = try Direction(of: known.factor(name), in: latents)
      let r = correlation(direction.projections(of: judged), try unseen.factor(name))
      figures.add("faces, VAE of 10 latents: |r| of \(label)", abs(r), digits: 3, atLeast: 0.9)
      traversal.append(try direction.moving(judged.first(4), steps: 12))
    }
    try saveFaces(decode(traversal, with: vae), columns: 12, to: path("faces-directions.png"))
    figures.show(
      "faces-directions.png", "unseen faces moved along the direction of smile, and along that of head turn")
    try check(gen_model_save(vae.handle, path("faces.safetensors"), Int32(GEN_SAVE_ALL)))
    try saveReport(of: path("faces.safetensors"), on: unseen, training: faces)
  }

  /// The learned variance starts at 1 and falls as the decoder improves. The early noise makes the latents find the
  /// factors one by one, in order of decreasing variance, as a decreasing beta would.
  private func fitFaces(_ faces: Dataset) throws -> Object {
    let vae = try newModel(
      .vae,
      """
      architecture=convolutional height=\(shape.height) width=\(shape.width) channels=\(shape.channels)
      latent_size=\(latentSize) base_channels=16 likelihood=gaussian learned_variance=gradient seed=\(seed)
      """)
    let recipe = Recipe(
      epochs: epochs ?? 16, batchSize: 64, learningRate: 2e-3, schedule: GEN_SCHEDULE_COSINE, seed: seed)
    try recipe.run("VAE, color faces", model: path("faces.safetensors")) {
      gen_model_fit(vae.handle, faces.handle, $0, $1)
    }
    return vae
  }

  /// Writes the page with sliders for the latents.
  private mutating func saveReport(of model: String, on dataset: Dataset, training: Dataset) throws {
    var page = ReportPage(
      path: model, model: try Model(path: model), checkpoint: try Checkpoint(path: model), dataset: dataset,
      training: training, seed: seed)
    try write(page.html(), to: path("faces.html"))
    figures.link("faces.html", "an interactive page with a slider for each latent")
  }

  /// Writes a closed walk through the faces of given latents.
  private mutating func saveWalk(_ latents: Rows, with vae: Object) throws {
    let steps = 12
    let walk = try Rows(count: latents.count * steps, rowSize: latents.rowSize) {
      gen_latents_loop(
        latents.values, Int64(latents.count), Int64(latents.rowSize), Int64(steps),
        Int32(GEN_CURVE_SPHERICAL), $0)
    }
    try saveFaces(decode(walk, with: vae), columns: steps, to: path("faces-walk.png"))
    figures.show(
      "faces-walk.png", "a closed walk through four unseen faces, one line from each face to the next")
  }

  /// Writes the effect of each latent on the mean face, over the latent's range.
  private mutating func saveLatents(_ latents: Rows, with vae: Object) throws {
    let (size, steps) = (latents.rowSize, 12)
    let (mean, deviation) = latents.moments()
    let traversal = try Rows(count: size * steps, rowSize: size) {
      gen_latents_traverse(mean, Int64(size), nil, 0, deviation, 2, Int64(steps), $0)
    }
    try saveFaces(decode(traversal, with: vae), columns: steps, to: path("faces-latents.png"))
    figures.show(
      "faces-latents.png", "each latent from -2 to 2 standard deviations, with all others at their mean")
  }

  private func saveFaces(_ rows: Rows, columns: Int, to path: String) throws {
    try Grid(columns: columns, height: shape.height, width: shape.width, channels: shape.channels)
      .save(rows, to: path)
  }

  private func encode(_ rows: Rows, with vae: Object) throws -> Rows {
    try Rows(count: rows.count, rowSize: latentSize) {
      gen_vae_encode(vae.handle, rows.values, nil, Int64(rows.count), $0, nil)
    }
  }

  private func decode(_ latents: Rows, with vae: Object) throws -> Rows {
    try Rows(count: latents.count, rowSize: shape.count) {
      gen_vae_decode(vae.handle, latents.values, nil, Int64(latents.count), $0)
    }
  }
}
