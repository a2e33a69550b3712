import Datasets
import Glibc
import Tensors

/// The objective of a linear classifier, divided by C·n so that it does not grow with the data:
///
///     f(W, b) = λ/2 ‖W‖² + 1/n · Σᵢ ℓ(W·(xᵢ − μ) + b, classᵢ),   λ = 1/(C·n)
///
/// Rows are centered about their mean μ, which only changes the biases. With positive features, every weight
/// is coupled to the bias; centering makes the problem much better conditioned.
struct LinearProblem {
  /// The number of rows whose scores are held at a time, and whose gradients are summed in Float.
  static let blockRows = 2048

  let rowCount: Int
  let featureCount: Int
  let classCount: Int
  /// W, followed by b.
  var pointCount: Int { classCount * (featureCount + 1) }

  private let dataset: Dataset
  private let labels: Buffer<Int32>
  private let loss: LinearClassifier.Loss
  private let penalty: Double
  private let mean: Buffer<Float>
  /// The inverse of approximate second derivatives of the objective with respect to each weight.
  private let scale: Buffer<Double>
  private let rows: Buffer<Float>
  private let weights: Buffer<Float>
  private let scores: Buffer<Float>
  private let losses: Buffer<Double>
  private let blockGradient: Buffer<Float>
  private let context: Context

  init(_ dataset: Dataset, _ options: LinearClassifier.Options) throws(GenerativeError) {
    guard let rowCount = dataset.rowCount else {
      throw GenerativeError(
        .unsupported, "a linear classifier needs a dataset that can be read more than once")
    }
    guard let labels = dataset.labels else { throw GenerativeError(.state, "the dataset has no labels") }
    guard dataset.classCount >= 2 else {
      throw GenerativeError(.argument, "the dataset's labels must have at least two classes")
    }
    self.dataset = dataset
    self.labels = labels
    self.rowCount = rowCount
    context = dataset.context
    (featureCount, classCount) = (dataset.shape.count, dataset.classCount)
    loss = options.loss
    penalty = 1 / (options.lossWeight * Double(rowCount))
    let block = min(rowCount, Self.blockRows)
    guard let weightCount = checkedProduct(classCount, featureCount),
      let rowFloats = checkedProduct(block, featureCount), let scoreCount = checkedProduct(block, classCount)
    else {
      throw GenerativeError(.memory, "\(classCount) classes of \(featureCount) features do not fit in memory")
    }
    mean = try Buffer(count: featureCount, in: context.memory)
    scale = try Buffer(count: classCount * (featureCount + 1), in: context.memory)
    rows = try Buffer(count: rowFloats, in: context.memory)
    weights = try Buffer(count: weightCount + classCount, in: context.memory)
    scores = try Buffer(count: scoreCount, in: context.memory)
    losses = try Buffer(count: block, in: context.memory)
    blockGradient = try Buffer(count: weightCount, in: context.memory)
    try measureColumns()
  }

  /// Calls `body` with rows − μ, one block after another.
  private func forEachBlock(_ body: (_ first: Int, _ count: Int) -> Void) throws(GenerativeError) {
    for first in stride(from: 0, to: rowCount, by: Self.blockRows) {
      let count = min(Self.blockRows, rowCount - first)
      try dataset.read(range: first..<first + count, into: rows.base)
      context.parallel(count) { i in
        let row = rows.base + i * featureCount
        for j in 0..<featureCount { row[j] -= mean.base[j] }
      }
      body(first, count)
    }
  }

  /// Computes μ and, from the variances, the scale of each weight.
  private func measureColumns() throws(GenerativeError) {
    let sums = try Buffer<Double>(count: featureCount, in: context.memory)
    func addColumns(squared: Bool) throws(GenerativeError) {
      sums.base.update(repeating: 0, count: featureCount)
      try forEachBlock { _, count in
        for i in 0..<count {
          let row = rows.base + i * featureCount
          for j in 0..<featureCount { sums.base[j] += Double(squared ? row[j] * row[j] : row[j]) }
        }
      }
    }
    try addColumns(squared: false)
    for j in 0..<featureCount { mean.base[j] = Float(sums.base[j] / Double(rowCount)) }
    try addColumns(squared: true)
    let curvature = loss == .logistic ? 0.25 : 2
    for c in 0..<classCount {
      for j in 0..<featureCount {
        scale.base[c * featureCount + j] = 1 / (curvature * sums.base[j] / Double(rowCount) + penalty)
      }
      scale.base[classCount * featureCount + c] = 1 / curvature
    }
  }

  // MARK: - Value and gradient

  /// f at a point, and its gradient.
  func evaluate(_ point: Buffer<Double>, gradient: Buffer<Double>) throws(GenerativeError) -> Double {
    let weightCount = classCount * featureCount
    for k in 0..<pointCount { weights.base[k] = Float(point.base[k]) }
    var total = 0.0
    gradient.base.update(repeating: 0, count: pointCount)
    try forEachBlock { first, count in
      let x = Matrix(rows.base, rows: count, columns: featureCount)
      let s = Matrix(scores.base, rows: count, columns: classCount)
      let w = Matrix(weights.base, rows: classCount, columns: featureCount)
      context.multiply(x, w.transposed, into: s, bias: weights.base + weightCount)
      context.parallel((count + 63) / 64) { group in
        for i in group * 64..<min(count, (group + 1) * 64) {
          losses.base[i] = differentiate(scores.base + i * classCount, class: Int(labels.base[first + i]))
        }
      }
      for i in 0..<count { total += losses.base[i] }
      let sums = gradient.base + weightCount
      for i in 0..<count {
        for c in 0..<classCount { sums[c] += Double(scores.base[i * classCount + c]) }
      }
      context.multiply(
        s.transposed, x, into: Matrix(blockGradient.base, rows: classCount, columns: featureCount))
      for k in 0..<weightCount { gradient.base[k] += Double(blockGradient.base[k]) }
    }
    let share = 1 / Double(rowCount)
    var value = total * share
    for k in 0..<pointCount { gradient.base[k] *= share }
    for k in 0..<weightCount {
      value += 0.5 * penalty * point.base[k] * point.base[k]
      gradient.base[k] += penalty * point.base[k]
    }
    return value
  }

  /// The loss of a row's scores. The scores are replaced by its derivatives with respect to them.
  private func differentiate(_ scores: UnsafeMutablePointer<Float>, class label: Int) -> Double {
    switch loss {
    case .logistic:
      let largest = Double(UnsafeBufferPointer(start: scores, count: classCount).max() ?? 0)
      var sum = 0.0
      for c in 0..<classCount { sum += exp(Double(scores[c]) - largest) }
      let normalizer = largest + log(sum)
      let loss = normalizer - Double(scores[label])
      for c in 0..<classCount {
        scores[c] = Float(exp(Double(scores[c]) - normalizer) - (c == label ? 1 : 0))
      }
      return loss
    case .squaredHinge:
      var loss = 0.0
      for c in 0..<classCount {
        let sign: Double = c == label ? 1 : -1
        let gap = max(0, 1 - sign * Double(scores[c]))
        loss += gap * gap
        scores[c] = Float(-2 * sign * gap)
      }
      return loss
    }
  }

  // MARK: - Solving

  struct Solution {
    let point: Buffer<Double>
    let value: Double
    let iterationCount: Int
    let gradientShare: Double
  }

  /// The minimum, by L-BFGS (Nocedal & Wright, "Numerical optimization", algorithm 7.5) with steps that
  /// satisfy the Armijo condition.
  func solve(_ options: LinearClassifier.Options) throws(GenerativeError) -> Solution {
    let (n, memory) = (pointCount, context.memory)
    let point = try Buffer<Double>(count: n, in: memory)
    let gradient = try Buffer<Double>(count: n, in: memory)
    let next = try Buffer<Double>(count: n, in: memory)
    let nextGradient = try Buffer<Double>(count: n, in: memory)
    let direction = try Buffer<Double>(count: n, in: memory)
    let history = try SecantHistory(count: n, scale: scale, in: memory)
    var value = try evaluate(point, gradient: gradient)
    let first = norm(gradient)
    var iteration = 0
    while iteration < options.iterationLimit, norm(gradient) > options.tolerance * first {
      try Run.proceed(iteration, of: options.iterationLimit)
      iteration += 1
      history.direction(gradient, into: direction)
      let slope = dot(gradient, direction)
      var step = 1.0
      var found = false
      // With a shorter step, the gain would be less than the rounding error.
      while step > 1e-10 {
        for k in 0..<n { next.base[k] = point.base[k] + step * direction.base[k] }
        let nextValue = try evaluate(next, gradient: nextGradient)
        // If the value changes only by rounding, a smaller gradient shows that the step decreased the
        // function.
        let isLevel = nextValue <= value + 1e-8 * abs(value) && norm(nextGradient) < norm(gradient)
        if nextValue <= value + 1e-4 * step * slope || isLevel {
          value = nextValue
          found = true
          break
        }
        step /= 2
      }
      guard found else { break }
      history.add(point, next, gradient, nextGradient)
      point.base.update(from: next.base, count: n)
      gradient.base.update(from: nextGradient.base, count: n)
    }
    return Solution(
      point: point, value: value, iterationCount: iteration,
      gradientShare: first > 0 ? norm(gradient) / first : 0)
  }

  /// W and b for the original rows instead of the centered ones.
  func write(_ point: Buffer<Double>, weights: Buffer<Float>, biases: Buffer<Float>) {
    for c in 0..<classCount {
      var bias = point.base[classCount * featureCount + c]
      for j in 0..<featureCount {
        let weight = point.base[c * featureCount + j]
        weights.base[c * featureCount + j] = Float(weight)
        bias -= weight * Double(mean.base[j])
      }
      biases.base[c] = Float(bias)
    }
  }
}
