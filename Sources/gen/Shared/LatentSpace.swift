import CGenerative

/// The latents of rows in a model, or the model's own latents if there are no rows, and the effect of moving
/// them.
struct LatentSpace {
  let model: Model
  /// The known rows that are encoded, drawn at random from those given.
  let dataset: Dataset?
  let latents: Rows
  /// The classes of the latents, if the model has classes.
  let labels: [Int32]?
  let mean: [Float]
  let deviation: [Float]
  /// For a GAN, which cannot encode rows: the rows that it generates from the latents, and an estimator of
  /// their factors.
  private let judged: (samples: Rows, judge: FactorJudge)?
  /// The latents that vary. Those that change the image most come first.
  let axes: [Int]

  /// Maximum number of rows that are encoded.
  static let limit = 4000

  /// - Parameter dataset: the rows to encode. A GAN, which cannot encode rows, draws its latents.
  init(_ model: Model, _ dataset: Dataset?) throws {
    let dataset = try dataset?.random(LatentSpace.limit)
    self.dataset = dataset
    if let dataset, model.encodes {
      labels = try model.labels(of: dataset)
      latents = try model.encode(dataset.rows(), given: labels)
    } else {
      let count = 1000
      labels = model.classCount > 0 ? (0..<count).map { Int32($0 % model.classCount) } : nil
      latents = try model.latents(count, seed: 0)
    }
    self.model = model
    (mean, deviation) = latents.moments()
    if let dataset, !model.encodes, !dataset.factorNames.isEmpty {
      judged = (try model.decode(latents, given: labels), try FactorJudge(dataset))
    } else {
      judged = nil
    }
    axes = try LatentSpace.axes(model, mean, deviation, labels?.first)
  }

  /// The latents, ordered by the squared change of the image from one standard deviation below the mean to
  /// one above.
  private static func axes(
    _ model: Model, _ mean: [Float], _ deviation: [Float], _ label: Int32?
  ) throws -> [Int] {
    let size = mean.count
    let ends = try Rows(count: 2 * size, rowSize: size) {
      gen_latents_traverse(mean, Int64(size), nil, 0, deviation, 1, 2, $0)
    }
    let pictures = try model.decode(ends, given: label.map { [Int32](repeating: $0, count: 2 * size) })
    let width = pictures.rowSize
    let effects = (0..<size).map { axis in
      (0..<width).reduce(Float(0)) { sum, pixel in
        let change =
          pictures.values[(2 * axis + 1) * width + pixel] - pictures.values[2 * axis * width + pixel]
        return sum + change * change
      }
    }
    return (0..<size).filter { deviation[$0] > 0 }.sorted { effects[$0] > effects[$1] }
  }

  /// One line of latents per axis, with all others at their mean.
  func traversal(_ axes: [Int], range: Double, steps: Int) throws -> Rows {
    let numbers = axes.map { Int64($0) }
    return try Rows(count: axes.count * steps, rowSize: mean.count) {
      gen_latents_traverse(
        mean, Int64(mean.count), numbers, Int64(numbers.count), deviation, range, Int64(steps), $0)
    }
  }

  /// Some of the latents, and the rows that they belong to.
  struct Part {
    let dataset: Dataset?
    let latents: Rows
    let labels: [Int32]?
  }

  /// At most `limit` of the latents; if they belong to rows, drawn at random.
  func some(_ limit: Int) throws -> Part {
    guard let dataset, model.encodes else {
      return Part(dataset: nil, latents: latents.first(limit), labels: labels.map { Array($0.prefix(limit)) })
    }
    let chosen = try dataset.random(limit)
    let labels = try model.labels(of: chosen)
    return Part(
      dataset: chosen, latents: try model.encode(chosen.rows(), given: labels), labels: labels)
  }

  /// The direction along which a factor of the dataset increases, or towards a class.
  func direction(_ name: String) throws -> Direction {
    guard let dataset else { throw Failure(description: "a direction needs rows with this factor or class") }
    if let index = dataset.factorNames.firstIndex(of: name) {
      let attribute = try judged.map { try $0.judge.scores(name, of: $0.samples) }
      return try Direction(of: attribute ?? dataset.factor(index), in: latents)
    }
    let number = dataset.classNames.firstIndex(of: name) ?? Int(name) ?? -1
    if model.encodes, (0..<dataset.classCount).contains(number) {
      return try Direction(of: dataset.labels().map { Int($0) == number ? 1 : 0 }, in: latents)
    }
    let factors = dataset.factorNames.isEmpty ? "no factors" : dataset.factorNames.joined(separator: ", ")
    throw Failure(
      description: "\(dataset.name) has no \(name); it has \(factors) and \(dataset.classCount) classes")
  }
}

extension Rows {
  /// The mean and the standard deviation of each column.
  func moments() -> (mean: [Float], deviation: [Float]) {
    var sums = [Double](repeating: 0, count: rowSize)
    for (index, value) in values.enumerated() { sums[index % rowSize] += Double(value) }
    let mean = sums.map { $0 / Double(max(count, 1)) }
    var squares = [Double](repeating: 0, count: rowSize)
    for (index, value) in values.enumerated() {
      let difference = Double(value) - mean[index % rowSize]
      squares[index % rowSize] += difference * difference
    }
    return (mean.map(Float.init), squares.map { Float(($0 / Double(max(count, 1))).squareRoot()) })
  }
}
