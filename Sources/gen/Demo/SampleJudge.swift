import CGenerative

/// Compares samples with test images by the features of a classifier that was trained on the training images. Images
/// without classes are compared by their principal components.
struct SampleJudge {
  /// The metrics of a set of samples.
  struct Verdict {
    /// Squared Frechet distance to the test images; lower is better.
    var distance = 0.0
    /// Share of the test images that are close to a sample.
    var recall = 0.0
  }

  /// The classifier's accuracy on the test images; nil if images have no classes.
  let accuracy: Double?
  private let model: Object
  private let usesClasses: Bool
  private let featureCount: Int
  private let real: Rows

  /// Number of rows of each set for the recall, whose time grows with their square.
  private static let recallRows = 5_000
  private static let componentCount = 32

  /// - Parameters:
  ///   - epochs: number of epochs of the classifier.
  ///   - path: the file to which it is saved.
  init(_ pictures: Pictures, epochs: Int, path: String, seed: UInt64) throws {
    usesClasses = pictures.training.classCount > 1
    if usesClasses {
      let classCount = pictures.training.classCount
      model = try newModel(
        .classifier,
        """
        architecture=convolutional height=\(side) width=\(side) base_channels=16 hidden=84 n_classes=\(classCount)
        seed=\(seed)
        """)
      let recipe = Recipe(
        epochs: epochs, batchSize: 64, learningRate: 2e-3, schedule: GEN_SCHEDULE_COSINE, seed: seed)
      let handle = model.handle
      try recipe.run("classifier", model: path) { gen_model_fit(handle, pictures.training.handle, $0, $1) }
      try check(gen_model_save(model.handle, path, Int32(GEN_SAVE_ALL)))
      featureCount = 84
      accuracy = try Self.accuracy(of: model, on: pictures)
    } else {
      model = try newModel(.pca, "n_components=\(Self.componentCount)")
      try check(gen_pca_fit(model.handle, pictures.training.handle, nil))
      (featureCount, accuracy) = (Self.componentCount, nil)
    }
    real = try Self.features(of: pictures.test, by: model, usesClasses, featureCount)
  }

  func judge(_ samples: Rows) throws -> Verdict {
    let seen = try Self.features(of: samples, by: model, usesClasses, featureCount)
    var verdict = Verdict()
    try check(
      gen_evaluate_frechet(
        real.values, Int64(real.count), seen.values, Int64(seen.count), Int64(featureCount), nil, nil,
        &verdict.distance))
    let (known, drawn) = (real.first(Self.recallRows), seen.first(Self.recallRows))
    try check(
      gen_evaluate_precision_recall(
        known.values, Int64(known.count), drawn.values, Int64(drawn.count), Int64(featureCount), 3, nil, nil,
        nil, &verdict.recall, nil, nil))
    return verdict
  }

  private static func features(
    of rows: Rows, by model: Object, _ usesClasses: Bool, _ count: Int
  ) throws -> Rows {
    try Rows(count: rows.count, rowSize: count) {
      usesClasses
        ? gen_model_features(model.handle, rows.values, nil, Int64(rows.count), $0)
        : gen_pca_transform(model.handle, rows.values, Int32(GEN_F32), Int64(rows.count), $0)
    }
  }

  private static func accuracy(of model: Object, on pictures: Pictures) throws -> Double {
    let count = pictures.test.count
    var found = [Int32](repeating: 0, count: count)
    try check(gen_classifier_predict(model.handle, pictures.test.values, Int64(count), &found, nil))
    let truth = try pictures.testSet.labels()
    return Double(zip(found, truth).filter { $0 == $1 }.count) / Double(count)
  }
}
