import Checkpoints
import Datasets
import Networks
import Tensors
import Training

/// The smallest model: a dense layer that gives back its rows, with a number attached.
final class LineModel: Trainable, @unchecked Sendable {
  static let kind = "line"
  let context = Context.standard
  var progress = Progress()
  var record: FitRecord?
  var names = ModelNames()
  let learner: Learner
  /// What other models have calibrations for.
  var attachment: Double?
  /// How many times `weightsChange` was called.
  var weightChanges = 0

  init(width: Int) throws(GenerativeError) {
    let shape = Shape(features: width)
    learner = try Learner(
      try Network("line", [Dense(shape, shape, .identity)]), seed: 3, context: .standard)
  }

  convenience init(_ checkpoint: Checkpoint, context: Context) throws(GenerativeError) {
    try checkpoint.require(kind: Self.kind)
    try self.init(width: try checkpoint.option("width", in: 1...100))
    try restore(checkpoint)
  }

  var learners: [Learner] { [learner] }
  var rowShape: Shape { learner.network.input }
  var requiresUnitRange: Bool { false }
  var usesBatchNorm: Bool { false }
  var preparation: Preparation?

  func outline() throws(GenerativeError) -> Checkpoint {
    var checkpoint = try Checkpoint(kind: Self.kind, limits: context.limits)
    try checkpoint.setOption("width", rowShape.count)
    return checkpoint
  }

  func prepare(_ options: FitOptions, _ dataset: Dataset?) throws(GenerativeError) -> any TrainingStep {
    try LineStep(self, options)
  }

  func requireOptions(of checkpoint: Checkpoint) throws(GenerativeError) {}

  func weightsChange() { weightChanges += 1 }

  func addAttachments(to checkpoint: inout Checkpoint) throws(GenerativeError) {
    if let attachment { try checkpoint.setOption("attachment", attachment) }
  }

  func attachments(in checkpoint: Checkpoint) throws(GenerativeError) -> () -> Void {
    let value: Double = try checkpoint.option("attachment", default: .nan)
    return { self.attachment = value.isNaN ? nil : value }
  }

  func dropAttachments() { attachment = nil }
}

final class LineStep: TrainingStep {
  let turns: [Turn]
  let clipNorm: Float? = nil
  private let model: LineModel
  private let player: Player
  private let dy: Buffer<Float>
  private let losses: Buffer<Float>

  init(_ model: LineModel, _ options: FitOptions) throws(GenerativeError) {
    self.model = model
    turns = [try Turn(of: model, options.rule)]
    player = try Player(model.learner, rows: options.batchRows, context: model.context)
    dy = try Buffer(count: options.batchRows * model.rowShape.count)
    losses = try Buffer(count: options.batchRows)
  }

  func differentiate(
    _ x: UnsafeMutablePointer<Float>, rows: Int, turn: Int, at time: StepTime
  ) -> Figures {
    let figures = evaluate(x, rows: rows, learns: true)
    player.backward(dy.base)
    return figures
  }

  func validate(_ x: UnsafeMutablePointer<Float>, rows: Int, at time: StepTime) -> Figures {
    evaluate(x, rows: rows, learns: false)
  }

  private func evaluate(_ x: UnsafeMutablePointer<Float>, rows: Int, learns: Bool) -> Figures {
    let width = model.rowShape.count
    let y = player.forward(x, rows: rows, .inference)
    ReconstructionLoss.squaredError.evaluate(
      Matrix(y, rows: rows, columns: width), targets: Matrix(x, rows: rows, columns: width),
      losses: losses.base, gradientScale: 1 / Float(rows),
      dy: learns ? Matrix(dy.base, rows: rows, columns: width) : nil, context: model.context)
    var figures = Figures()
    figures[.loss] = model.context.sum(losses.base, count: rows) / Double(rows)
    return figures
  }
}
