import CGenerative

/// Samples of a model, for comparison with the test images.
struct Samples {
  let name: String
  let rows: Rows
}

extension DemoSession {
  /// Trains a DCGAN with half the paper's widths (Radford, Metz & Chintala 2016). Returns samples.
  mutating func runDCGAN() throws -> Samples {
    figures.begin(
      "DCGAN",
      "A DCGAN is a GAN whose networks are convolutional. Samples are again shown next to the nearest training images."
    )
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
    return try drawSamples(
      of: gan, "DCGAN", file: "dcgan",
      note: "samples of the DCGAN, each to the left of the nearest training image")
  }

  /// Shows the models' samples in one image and compares them by the features of a classifier. The goal is that the
  /// last model is better than the first.
  ///
  /// - Parameter others: samples that are measured but not shown.
  mutating func compareSamples(_ models: [Samples], beside others: [Samples]) throws {
    figures.begin(
      "Samples compared",
      "Samples are compared with test images by the features of a classifier. The metrics are the Frechet distance "
        + "(lower is better) and recall, the share of test images that are close to a sample (higher is better)."
    )
    let judge = try SampleJudge(
      pictures, epochs: epochs ?? 4, path: path("classifier.safetensors"), seed: seed)
    if let accuracy = judge.accuracy {
      figures.add("classifier: accuracy on test images, %", 100 * accuracy, digits: 1, atLeast: 90)
    }
    for other in others {
      let verdict = try judge.judge(other.rows)
      figures.add("\(other.name): Frechet distance, features", verdict.distance, digits: 2)
      figures.add("  recall of test images", verdict.recall, digits: 3)
    }
    let verdicts = try models.map { try judge.judge($0.rows) }
    for (model, verdict) in zip(models, verdicts) {
      let names = (
        "samples of \(model.name): Frechet distance, features", "  recall of test images"
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
    figures.add("training images: Frechet distance, features", floor.distance, digits: 2)
    figures.add("  recall of test images", floor.recall, digits: 3)

    let columns = 16
    var picture = Rows(rowSize: side * side)
    for rows in models.map(\.rows) + [pictures.test] { picture.append(rows.first(2 * columns)) }
    try Grid(columns: columns).save(picture, to: path("samples.png"))
    let names = models.map(\.name).joined(separator: "; ")
    figures.show("samples.png", "two lines of samples of each model (\(names)), and two lines of test images")
  }
}
