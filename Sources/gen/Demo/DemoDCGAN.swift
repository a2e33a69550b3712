import CGenerative

extension DemoSession {
  /// Trains DCGANs (Radford, Metz & Chintala 2016) on the demo's images and on 64 x 64 color faces.
  ///
  /// - Parameter every: number of epochs between two grids of samples.
  mutating func runDCGANs(every: Int) throws {
    let small = try DCGAN("pictures", side: side, channels: 1, baseChannels: quick ? 8 : 32, seed: seed)
    try fit(small, to: pictures.training, epochs: epochs ?? 10, every: every)

    let faces = try Dataset.faces(
      quick ? 500 : 20_000, Shape(height: 64, width: 64, channels: 3), seed: 1)
    let portraits = try DCGAN(
      "faces", side: 64, channels: 3, baseChannels: quick ? 8 : 32, normalizesSpectrum: true, seed: seed)
    try fit(portraits, to: faces, epochs: epochs ?? 15, every: every)
    try saveArithmetic(portraits, judgedBy: faces)
  }

  private mutating func fit(_ model: DCGAN, to dataset: Dataset, epochs: Int, every: Int) throws {
    figures.begin(
      "DCGAN, \(model.name)",
      "A DCGAN is a GAN with convolutional layers. Each grid shows the images that the generator decodes from the same "
        + "latents during training."
    )
    let seconds = try model.fit(dataset, epochs: epochs, every: every, seed: seed, path: path)
    figures.add("DCGAN, \(model.name), \(epochs) epochs: minutes", seconds / 60, digits: 1)
    let file = "dcgan-\(model.name)"
    let steps = [0] + stride(from: 0, to: epochs, by: every).map { min($0 + every, epochs) }
    figures.show(
      steps.map { "\(file)-\(DCGAN.number($0)).png" },
      "the same latents before training and every \(every) epochs")
    try model.saveWalk(to: path("\(file)-walk.png"))
    figures.show(
      "\(file)-walk.png", "a closed walk through six latents, one line from each latent to the next")
  }

  /// Computes mean(A) - mean(B) + mean(C) of latents. The paper uses men, women and glasses; here the groups differ in
  /// smile and head turn.
  private mutating func saveArithmetic(_ model: DCGAN, judgedBy faces: Dataset) throws {
    let count = quick ? 400 : 2000
    let latents = try Rows(count: count, rowSize: model.latentSize) {
      gen_gan_latents(model.gan.handle, Int64(count), seed &+ 1, $0)
    }
    let judge = try FactorJudge(faces)
    let generated = try model.generate(latents)
    let smile = try judge.scores("smile", of: generated)
    let turn = try judge.scores("head_turn", of: generated)
    /// The latents of the faces that smile (1) or frown (-1) and turn right (1) or left (-1) the most.
    func best(_ s: Float, _ t: Float) -> [Int] {
      (0..<count).sorted { min(s * smile[$0], t * turn[$0]) > min(s * smile[$1], t * turn[$1]) }
    }
    let groups = [best(1, -1), best(-1, -1), best(-1, 1)]
    var shown = Rows(rowSize: model.latentSize)
    for line in 0..<6 {
      let members = groups.map { group in
        var rows = Rows(rowSize: model.latentSize)
        for index in group[3 * line..<3 * line + 3] { rows.append(latents[index..<index + 1]) }
        return rows
      }
      for rows in members { shown.append(rows) }
      shown.append(
        try Rows(count: 1, rowSize: model.latentSize) {
          gen_latents_combine(
            members[0].values, 3, members[1].values, 3, members[2].values, 3, Int64(model.latentSize), $0)
        })
    }
    try model.saveGrid(of: shown, columns: 10, to: path("dcgan-arithmetic.png"))
    figures.show(
      "dcgan-arithmetic.png",
      "the mean of 3 faces that smile and turn left, minus 3 that frown and turn left, plus 3 that frown and turn right; "
        + "the last face smiles and turns right")
  }
}
