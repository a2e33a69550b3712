import Datasets
import Networks
import Tensors

/// The prepared steps of one fit.
package protocol TrainingStep: AnyObject {
  /// The networks that learn, in the order of their turns. A network may have several turns.
  var turns: [Turn] { get }
  /// The number of batches in a step. The first turns have one each; the turns after them reuse the last one.
  var batchCount: Int { get }
  /// Maximum gradient norm; larger gradients are scaled down.
  var clipNorm: Float? { get }
  /// Receives the labels of a batch's rows before `learn` and `validate`; nil if they are not needed.
  var labels: Buffer<Int32>? { get }
  /// Receives the rows' targets, as the model sees rows; nil if they are not needed.
  var targets: Buffer<Float>? { get }
  /// Called once before the first step, after everything is allocated.
  func begin(_ dataset: Dataset) throws(GenerativeError)
  /// The time of a turn, which determines its random numbers and counts the optimizer's steps.
  func time(of turn: Int, in time: StepTime) -> StepTime
  /// Called once for the rows of a batch, before the first turn that uses them. Converts them in place to
  /// what the turns expect.
  func receive(_ x: UnsafeMutablePointer<Float>, rows: Int)
  /// Adds the gradient of `rows` rows to the gradients of the turn's networks, which are zero. Figures are
  /// per row.
  ///
  /// - Parameter x: the rows as left by `receive` and by earlier turns.
  /// - Throws: if a loss is not finite.
  func differentiate(
    _ x: UnsafeMutablePointer<Float>, rows: Int, turn: Int, at time: StepTime
  ) throws(Runaway) -> Figures
  /// Called after a turn's gradients are complete, including those of other ranks, and before the optimizer's
  /// step.
  ///
  /// - Parameter divisor: the number of rows that the gradients sum over, by which they are divided.
  func willUpdate(_ turn: Int, at time: StepTime, divisor: Double)
  /// Called after the last turn.
  func finish(_ figures: inout Figures, at time: StepTime)
  /// The losses of rows that are not trained on.
  func validate(_ x: UnsafeMutablePointer<Float>, rows: Int, at time: StepTime) -> Figures
  /// Current problems of the training.
  var warnings: [Warning] { get }
  /// Whether the average of weights, which the model samples from, is far behind the last weights.
  var averageLags: Bool { get }
}

/// The part of a batch that a process has.
struct Part {
  let x: UnsafeMutablePointer<Float>
  let rows: Int
  let time: StepTime
}

extension TrainingStep {
  package var batchCount: Int { 1 }
  package var labels: Buffer<Int32>? { nil }
  package var targets: Buffer<Float>? { nil }
  package var warnings: [Warning] { [] }
  package var averageLags: Bool { false }
  package func begin(_ dataset: Dataset) throws(GenerativeError) {}
  package func time(of turn: Int, in time: StepTime) -> StepTime { time }
  package func receive(_ x: UnsafeMutablePointer<Float>, rows: Int) {}
  package func willUpdate(_ turn: Int, at time: StepTime, divisor: Double) {}
  package func finish(_ figures: inout Figures, at time: StepTime) {}

  /// One step on `rows` rows, with the gradient summed over parts of at most `most` rows. Each part is
  /// treated as the rows of one batch that this process has.
  ///
  /// - Parameters:
  ///   - labels: the labels of all rows, if the step needs labels.
  ///   - targets: likewise.
  /// - Throws: see `learn`.
  func learn(
    _ x: UnsafeMutablePointer<Float>, rows: Int, of width: Int, at time: StepTime, inPartsOf most: Int,
    labels: Buffer<Int32>?, targets: Buffer<Float>?
  ) throws(Runaway) -> Figures {
    guard rows > most || labels != nil || targets != nil else { return try learn(x, rows: rows, at: time) }
    var mean = Figures.Mean()
    let turn = turns[0]
    turn.begin()
    // Parts are as equal as possible, so that batch norm gets no part with few rows.
    let parts = (rows - 1) / most + 1
    for part in 0..<parts {
      let places = part * rows / parts..<(part + 1) * rows / parts
      let first = places.lowerBound
      if let labels { self.labels?.base.update(from: labels.base + first, count: places.count) }
      if let targets {
        self.targets?.base.update(from: targets.base + first * width, count: places.count * width)
      }
      let own = time.part(BatchSlice(firstRow: first, totalRows: rows, ranks: nil))
      mean.add(
        try differentiate(x + first * width, rows: places.count, turn: 0, at: own), rows: places.count)
    }
    var figures = mean.figures
    willUpdate(0, at: time, divisor: Double(rows))
    figures[turn.norm] = try turn.update(at: time, clipNorm: clipNorm, divisor: Double(rows))
    finish(&figures, at: time)
    return figures
  }

  /// One step on `rows` rows. Figures are per row; in a team, over the rows of all ranks.
  ///
  /// A team that cannot continue leaves the step unfinished without throwing; see `Team.isSpoilt`.
  ///
  /// - Throws: before a nonfinite number changes any weight.
  package func learn(
    _ x: UnsafeMutablePointer<Float>, rows: Int, at time: StepTime
  ) throws(Runaway) -> Figures {
    try learn(Part(x: x, rows: rows, time: time)) { _ in nil }
  }

  /// One step on several batches.
  ///
  /// - Parameter next: the batch of a turn after the first; nil: the batch of the turn before.
  func learn(_ first: Part, next: (_ turn: Int) -> Part?) throws(Runaway) -> Figures {
    var (figures, part) = (Figures(), first)
    receive(part.x, rows: part.rows)
    for (index, turn) in turns.enumerated() {
      if index > 0, let own = next(index) {
        part = own
        receive(part.x, rows: part.rows)
      }
      let own = time(of: index, in: part.time)
      var found = try gradient(of: part.x, rows: part.rows, turn: index, at: own)
      var divisor = 1.0
      if let team = part.time.team {
        guard let total = try team.sum(turn, &found, rows: part.rows) else { return figures }
        divisor = total
      }
      willUpdate(index, at: own, divisor: divisor)
      found[turn.norm] = try turn.update(at: own, clipNorm: clipNorm, divisor: divisor)
      figures.take(found)
    }
    finish(&figures, at: part.time)
    return figures
  }

  /// The gradient of a turn, after the preparations common to all models.
  func gradient(
    of x: UnsafeMutablePointer<Float>, rows: Int, turn: Int, at time: StepTime
  ) throws(Runaway) -> Figures {
    turns[turn].begin()
    return try differentiate(x, rows: rows, turn: turn, at: time)
  }

  /// What steps change before their last sum with other ranks, so that it can be restored if that sum fails.
  var changedEarly: [Buffer<Float>] {
    let early = turns.dropLast().flatMap({ $0.learners })
    let late = (turns.last?.learners ?? []).filter { learner in !early.contains { $0 === learner } }
    var unique: [Learner] = []
    for learner in early where !unique.contains(where: { $0 === learner }) { unique.append(learner) }
    return unique.flatMap({ $0.state }) + late.map({ $0.weights.statistics })
  }
}
