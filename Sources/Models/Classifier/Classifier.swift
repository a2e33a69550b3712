import Datasets
import Networks
import Tensors
import Training

/// A network that distinguishes classes. Its last hidden layer provides features for comparing sets of rows.
/// If no external network is available or suitable, as for 28 × 28 gray images, a classifier trained on the
/// data can be used, as LeNet-5 (LeCun et al., "Gradient-based learning applied to document recognition",
/// 1998) is used for digits.
///
///     minimize −ln softmax(W·f(x) + b)_class
package final class Classifier: @unchecked Sendable {
  package struct Options: Sendable, Equatable {
    /// The network except for its last layer. Its latents are the logits of the classes.
    package var stack: MirroredStack
    package var seed: UInt64 = 0

    /// - Parameter classCount: at least 2.
    package init(shape: Shape, classCount: Int, architecture: Architecture = .dense) {
      stack = MirroredStack(
        shape: shape, architecture: architecture, latentSize: classCount,
        hidden: architecture == .dense ? [256, 84] : [84], activation: .relu)
    }

    package var classCount: Int { stack.latentSize }
  }

  package var asked: Options
  package private(set) var options: Options
  package let context: Context
  package var progress = Progress()
  package var record: FitRecord?
  package var preparation: Preparation?
  package var names = ModelNames()
  package let learner: Learner
  private let classifying: Inference
  /// The same weights without the last layer.
  private let describing: Inference

  package init(_ options: Options, context: Context = .standard) throws(GenerativeError) {
    try options.check()
    let layers = try Self.network(options)
    (asked, self.options, self.context) = (options, options, context)
    learner = try Learner(layers, seed: options.seed, context: context)
    let folds = options.stack.architecture == .convolutional
    classifying = Inference(layers, folds: folds, context: context)
    describing = Inference(
      try Network(layers.name, Array(layers.layers.dropLast()), precision: layers.precision),
      folds: folds, context: context)
  }

  package func rebuild(_ options: Options) { self.options = options }

  private static func network(_ options: Options) throws(GenerativeError) -> Network {
    try Network(
      "classifier", options.stack.encoder(options.classCount, .identity), precision: options.stack.precision)
  }

  package static func plan(
    _ options: Options, rows: Int, context: Context = .standard
  ) throws(GenerativeError) -> Plan {
    // The batch, the gradients of the logits, a loss and a label.
    try Plan(
      [Plan.Trainee(network: try network(options))], rows: rows,
      rowFloats: options.stack.shape.count + options.classCount + 2, context: context)
  }

  // MARK: - Inference

  /// The number of features per row.
  package var featureCount: Int { options.stack.hidden.last ?? 0 }

  /// labels, probabilities ← the most likely class of each row, and the probabilities of all classes (rows ×
  /// classes). Either may be nil.
  package func predict(
    _ x: UnsafePointer<Float>, rows: Int, labels: UnsafeMutablePointer<Int32>?,
    probabilities: UnsafeMutablePointer<Float>?
  ) throws(GenerativeError) {
    let classCount = options.classCount
    try withPrepared(x, rows: rows) { x throws(GenerativeError) in
      try classifying.run(x, rows: rows, learner.weights) { logits, first, count in
        for row in 0..<count {
          let values = UnsafeBufferPointer(start: logits + row * classCount, count: classCount)
          labels?[first + row] = Int32(values.indices.max { values[$0] < values[$1] } ?? 0)
        }
        guard let probabilities else { return }
        SoftmaxLoss.probabilities(
          Matrix(logits, rows: count, columns: classCount), into: probabilities + first * classCount)
      }
    }
  }

  /// features ← the output of the last hidden layer, rows × `featureCount`.
  package func features(
    _ x: UnsafePointer<Float>, rows: Int, into features: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try withPrepared(x, rows: rows) { x throws(GenerativeError) in
      try describing.run(x, rows: rows, learner.weights, into: features)
    }
  }

  package var learners: [Learner] { [learner] }

  package func weightsChange() {
    classifying.weightsChange()
    describing.weightsChange()
  }
}

// MARK: - Training

extension Classifier: Trainable {
  package var rowShape: Shape { options.stack.shape }
  package var requiresUnitRange: Bool { false }
  package var usesBatchNorm: Bool { options.stack.normalizes }
  package var classCount: Int { options.classCount }

  package func prepare(_ fit: FitOptions, _ dataset: Dataset?) throws(GenerativeError) -> any TrainingStep {
    try Labels.check(dataset, "dataset", classCount: options.classCount)
    if let validation = fit.validation {
      try Labels.check(validation, "validation", classCount: options.classCount)
    }
    return try ClassifierStep(self, fit)
  }
}

private final class ClassifierStep: TrainingStep {
  let labels: Buffer<Int32>?
  private let classes: Buffer<Int32>
  let turns: [Turn]
  let clipNorm: Float?
  private let model: Classifier
  private let network: Player
  private let dLogits: Buffer<Float>
  private let losses: Buffer<Float>

  init(_ model: Classifier, _ fit: FitOptions) throws(GenerativeError) {
    let (context, rows) = (model.context, fit.batchRows)
    self.model = model
    clipNorm = fit.clipNorm
    turns = [try Turn(of: model, fit.rule)]
    network = try Player(model.learner, rows: rows, context: context)
    dLogits = try Buffer(count: rows * model.options.classCount, in: context.memory)
    losses = try Buffer(count: rows, in: context.memory)
    classes = try Buffer(count: rows, in: context.memory)
    labels = classes
  }

  func differentiate(
    _ x: UnsafeMutablePointer<Float>, rows: Int, turn: Int, at time: StepTime
  ) throws(Runaway) -> Figures {
    let logits = network.forward(x, rows: rows, time.training(.dropout, pass: 0))
    var figures = Figures()
    let loss = evaluate(logits, rows: rows, gradientScale: time.rowScale(rows))
    try Runaway.check("loss", loss, [network], at: time)
    figures[.loss] = loss
    network.backward(dLogits.base)
    return figures
  }

  func validate(_ x: UnsafeMutablePointer<Float>, rows: Int, at time: StepTime) -> Figures {
    let logits = network.forward(x, rows: rows, .inference)
    var figures = Figures()
    figures[.loss] = evaluate(logits, rows: rows)
    return figures
  }

  /// The mean loss of rows. With a scale, also computes its gradient.
  private func evaluate(
    _ logits: UnsafeMutablePointer<Float>, rows: Int, gradientScale: Float? = nil
  ) -> Double {
    let classCount = model.options.classCount
    SoftmaxLoss.evaluate(
      Matrix(logits, rows: rows, columns: classCount), labels: classes.base, losses: losses.base,
      gradientScale: gradientScale ?? 1,
      dLogits: gradientScale.map { _ in Matrix(dLogits.base, rows: rows, columns: classCount) })
    return model.context.sum(losses.base, count: rows) / Double(rows)
  }
}

extension Classifier: TabledModel {
  package static let kind = "classifier"
}
