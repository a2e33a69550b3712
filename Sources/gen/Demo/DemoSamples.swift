import CGenerative

/// What a model draws, as many rows as there are test pictures to compare with.
struct Samples {
  let name: String
  let rows: Rows
}

extension DemoSession {
  /// A DCGAN of half the paper's widths (Radford, Metz & Chintala 2016). Returns samples.
  mutating func runDCGAN() throws -> Samples {
    figures.begin(
      "DCGAN",
      "The same game between convolutional networks. Samples, again beside the nearest training pictures.")
    let gan = try newModel(
      .gan,
      """
      architecture=convolutional height=\(side) width=\(side) latent_size=64 base_channels=\(quick ? 8 : 32)
      generator_hidden=512 discriminator_hidden=512 output_activation=sigmoid discriminator_batch_norm=true
      input_noise=0.1 seed=\(seed)
      """)
    let recipe = Recipe(
      epochs: epochs ?? 4, batchSize: 64, learningRate: 4e-4, schedule: GEN_SCHEDULE_LINEAR, beta1: 0.5,
      seed: seed)
    try recipe.run("DCGAN", model: path("dcgan.safetensors")) {
      gen_model_fit(gan.handle, pictures.training.handle, $0, $1)
    }
    return try drawSamples(of: gan, "DCGAN", file: "dcgan", note: "the same of the DCGAN")
  }

  /// The models' samples in one picture, and beside one another by the features of a classifier. The last model
  /// is to be better than the first.
  ///
  /// - Parameter others: what is measured, too, and not shown.
  mutating func compareSamples(_ models: [Samples], beside others: [Samples]) throws {
    figures.begin(
      "Samples compared",
      "How near samples come to test pictures, by the features of a classifier: the Frechet distance (lower is better) "
        + "and recall, the share of test pictures that samples come near to (higher is better).")
    let judge = try SampleJudge(
      pictures, epochs: epochs ?? 4, path: path("classifier.safetensors"), seed: seed)
    if let accuracy = judge.accuracy {
      figures.add("classifier: accuracy on test pictures, %", 100 * accuracy, digits: 1, atLeast: 90)
    }
    for other in others {
      let verdict = try judge.judge(other.rows)
      figures.add("\(other.name): Frechet distance, features", verdict.distance, digits: 2)
      figures.add("  recall of test pictures", verdict.recall, digits: 3)
    }
    let verdicts = try models.map { try judge.judge($0.rows) }
    for (model, verdict) in zip(models, verdicts) {
      let names = (
        "samples of \(model.name): Frechet distance, features", "  recall of test pictures"
      )
      if model.name == models.last?.name {
        figures.add(names.0, verdict.distance, digits: 2, atMost: verdicts[0].distance)
        figures.add(names.1, verdict.recall, digits: 3, atLeast: verdicts[0].recall)
      } else {
        figures.add(names.0, verdict.distance, digits: 2)
        figures.add(names.1, verdict.recall, digits: 3)
      }
    }
    let floor = try judge.judge(pictures.training.random(sampleCount).rows())
    figures.add("  of training pictures: Frechet distance", floor.distance, digits: 2)
    figures.add("  recall of test pictures", floor.recall, digits: 3)

    let columns = 16
    var picture = Rows(rowSize: side * side)
    for rows in models.map(\.rows) + [pictures.test] { picture.append(rows.first(2 * columns)) }
    try Grid(columns: columns).save(picture, to: path("samples.png"))
    let names = models.map(\.name).joined(separator: "; ")
    figures.show("samples.png", "two lines each of samples: \(names); and of test pictures")
  }
}
