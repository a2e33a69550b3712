import Datasets
import Networks
import Tensors

/// What one fit prepared: the work of a step.
package protocol TrainingStep: AnyObject {
  /// The networks that learn, in the order of their turns; some may have several.
  var turns: [Turn] { get }
  /// Batches of a step: the first turns have one each, those after them the last one.
  var batchCount: Int { get }
  /// Longer gradients are scaled to this norm.
  var clipNorm: Float? { get }
  /// The fewest rows a step can learn from.
  var minimumRows: Int { get }
  /// Gets the labels of a batch's rows before `learn` and `validate`; nil: they are not asked for.
  var labels: Buffer<Int32>? { get }
  /// The same of the rows' targets, as the model sees rows.
  var targets: Buffer<Float>? { get }
  /// Called once before the first step, after everything is allocated.
  func begin(_ dataset: Dataset) throws(GenerativeError)
  /// The time of a turn, by which its random numbers and the optimizer's steps count.
  func time(of turn: Int, in time: StepTime) -> StepTime
  /// Called once for the rows of a batch, before the first turn that has them: makes of them in place what the
  /// turns get.
  func receive(_ x: UnsafeMutablePointer<Float>, rows: Int)
  /// Adds the gradient of `rows` rows to those of the turn's networks, which are zero; figures are per row.
  ///
  /// - Parameter x: what `receive` and the turns before have left of the rows.
  /// - Throws: when a loss is not finite.
  func differentiate(
    _ x: UnsafeMutablePointer<Float>, rows: Int, turn: Int, at time: StepTime
  ) throws(Runaway) -> Figures
  /// Called when a turn's gradients are there, those of all ranks, and before the optimizer moves.
  ///
  /// - Parameter divisor: what the gradients, sums over so many rows, are divided by.
  func willUpdate(_ turn: Int, at time: StepTime, divisor: Double)
  /// Called when the last turn is over.
  func finish(_ figures: inout Figures, at time: StepTime)
  /// The losses of rows that are not learned from.
  func validate(_ x: UnsafeMutablePointer<Float>, rows: Int, at time: StepTime) -> Figures
  /// What is wrong with the training as it goes.
  var warnings: [Warning] { get }
  /// Whether an average of weights, which the model's samples come from, is far behind the last weights.
  var averageLags: Bool { get }
}

/// What a process has of a batch.
struct Part {
  let x: UnsafeMutablePointer<Float>
  let rows: Int
  let time: StepTime
}

extension TrainingStep {
  package var batchCount: Int { 1 }
  package var minimumRows: Int { 1 }
  package var labels: Buffer<Int32>? { nil }
  package var targets: Buffer<Float>? { nil }
  package var warnings: [Warning] { [] }
  package var averageLags: Bool { false }
  package func begin(_ dataset: Dataset) throws(GenerativeError) {}
  package func time(of turn: Int, in time: StepTime) -> StepTime { time }
  package func receive(_ x: UnsafeMutablePointer<Float>, rows: Int) {}
  package func willUpdate(_ turn: Int, at time: StepTime, divisor: Double) {}
  package func finish(_ figures: inout Figures, at time: StepTime) {}

  /// One step on `rows` rows whose gradient is added up over parts of at most `most`, each as the rows of one
  /// batch that this process has of it.
  ///
  /// - Parameters:
  ///   - labels: of all rows, where those of a part are asked for.
  ///   - targets: likewise.
  /// - Throws: as `learn`.
  func learn(
    _ x: UnsafeMutablePointer<Float>, rows: Int, of width: Int, at time: StepTime, inPartsOf most: Int,
    labels: Buffer<Int32>?, targets: Buffer<Float>?
  ) throws(Runaway) -> Figures {
    guard rows > most || labels != nil || targets != nil else { return try learn(x, rows: rows, at: time) }
    var mean = Figures.Mean()
    let turn = turns[0]
    turn.begin()
    // As even as can be, so that batch norm has no part of few rows.
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

  /// One step on `rows` rows; figures are per row, of a team's of all ranks' rows.
  ///
  /// A team that cannot go on leaves the step unfinished, without throwing: see `Team.isSpoilt`.
  ///
  /// - Throws: before any weight changes by what is not finite.
  package func learn(
    _ x: UnsafeMutablePointer<Float>, rows: Int, at time: StepTime
  ) throws(Runaway) -> Figures {
    try learn(Part(x: x, rows: rows, time: time)) { _ in nil }
  }

  /// The same on several batches.
  ///
  /// - Parameter next: the batch of a turn after the first; nil: that of the turn before.
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

  /// The gradient of a turn: what all models owe before it is done here.
  func gradient(
    of x: UnsafeMutablePointer<Float>, rows: Int, turn: Int, at time: StepTime
  ) throws(Runaway) -> Figures {
    turns[turn].begin()
    return try differentiate(x, rows: rows, turn: turn, at: time)
  }

  /// What steps change before their last sum with other ranks, to go back to when that fails.
  var changedEarly: [Buffer<Float>] {
    let early = turns.dropLast().flatMap({ $0.learners })
    let late = (turns.last?.learners ?? []).filter { learner in !early.contains { $0 === learner } }
    var unique: [Learner] = []
    for learner in early where !unique.contains(where: { $0 === learner }) { unique.append(learner) }
    return unique.flatMap({ $0.state }) + late.map({ $0.weights.statistics })
  }
}
