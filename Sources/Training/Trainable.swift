import Checkpoints
import Datasets
import Networks
import Ranks
import Tensors

/// A model that learns from rows by gradient steps.
package protocol Trainable: Checkpointable {
  var context: Context { get }
  /// The shape of the rows it learns from.
  var rowShape: Shape { get }
  /// Whether rows must lie in [0, 1].
  var requiresUnitRange: Bool { get }
  /// Classes that rows must have labels of; 0: none.
  var classCount: Int { get }
  /// How far it has come.
  var progress: Progress { get set }
  /// Where its last fit stands; nil before the first, and after one that ran away.
  var record: FitRecord? { get set }
  /// Its networks, in the order that rows go through them.
  var learners: [Learner] { get }
  /// The moving average of the first network's weights, where one is kept.
  var average: ExponentialAverage? { get }

  /// A checkpoint that says what the model is: its kind and options, and no numbers yet.
  func outline() throws(GenerativeError) -> Checkpoint
  /// Checks the options and the data and allocates all that steps of up to `options.batchRows`
  /// rows will need.
  ///
  /// - Parameter dataset: nil: rows come from elsewhere.
  func prepare(_ options: FitOptions, _ dataset: Dataset?) throws(GenerativeError) -> any TrainingStep
  /// Called when weights are about to change: what inference made of them no longer holds.
  func weightsChange()

  /// Adds to a checkpoint what the model keeps beside what training needs.
  func addAttachments(to checkpoint: inout Checkpoint) throws(GenerativeError)
  /// Checks what a checkpoint has of that; what is returned takes it over.
  func attachments(in checkpoint: Checkpoint) throws(GenerativeError) -> () -> Void
  /// Called when a fit begins: what was attached to the model as it was no longer holds.
  func dropAttachments()
}

extension Trainable {
  package var average: ExponentialAverage? { nil }
  package var classCount: Int { 0 }
  package func addAttachments(to checkpoint: inout Checkpoint) throws(GenerativeError) {}
  package func attachments(in checkpoint: Checkpoint) throws(GenerativeError) -> () -> Void { {} }
  package func dropAttachments() {}

  /// Everything a step changes, weights first.
  var state: [Buffer<Float>] {
    learners.flatMap({ $0.state }) + (average.map { [$0.weights.parameters, $0.weights.statistics] } ?? [])
  }
}

/// What one fit prepared: the work of a step.
package protocol TrainingStep: AnyObject {
  /// The networks that learn, in the order of their turns; some may have several.
  var turns: [Turn] { get }
  /// Longer gradients are scaled to this norm.
  var clipNorm: Float? { get }
  /// The fewest rows a step can learn from.
  var minimumRows: Int { get }
  /// Gets the labels of a batch's rows before `learn` and `validate`; nil: they are not asked for.
  var labels: Buffer<Int32>? { get }
  /// Called once before the first step, after everything is allocated.
  func begin(_ dataset: Dataset) throws(GenerativeError)
  /// The moment of a turn, by which its random numbers and the optimizer's steps count.
  func moment(of turn: Int, in moment: Moment) -> Moment
  /// Adds the gradient of `rows` rows to those of the turn's networks, which are zero; figures are per row.
  ///
  /// - Parameter x: what the turns before have left of the rows.
  /// - Throws: when a loss is not finite.
  func differentiate(
    _ x: UnsafeMutablePointer<Float>, rows: Int, turn: Int, at moment: Moment
  ) throws(Runaway) -> Figures
  /// Called when the last turn is over.
  func finish(_ figures: inout Figures, at moment: Moment)
  /// The losses of rows that are not learned from.
  func validate(_ x: UnsafeMutablePointer<Float>, rows: Int, at moment: Moment) -> Figures
  /// What is wrong with the training as it goes.
  var warnings: [Warning] { get }
}

extension TrainingStep {
  package var minimumRows: Int { 1 }
  package var labels: Buffer<Int32>? { nil }
  package var warnings: [Warning] { [] }
  package func begin(_ dataset: Dataset) throws(GenerativeError) {}
  package func moment(of turn: Int, in moment: Moment) -> Moment { moment }
  package func finish(_ figures: inout Figures, at moment: Moment) {}

  /// One step on `rows` rows; figures are per row, of a team's of all ranks' rows.
  ///
  /// A team that cannot go on leaves the step unfinished, without throwing: see `Team.isSpoilt`.
  ///
  /// - Throws: before any weight changes by what is not finite.
  package func learn(
    _ x: UnsafeMutablePointer<Float>, rows: Int, at moment: Moment
  ) throws(Runaway) -> Figures {
    var figures = Figures()
    for (index, turn) in turns.enumerated() {
      let own = self.moment(of: index, in: moment)
      var found = try gradient(of: x, rows: rows, turn: index, at: own)
      var divisor = 1.0
      if let team = moment.team {
        guard let total = try team.sum(turn, &found, rows: rows) else { return figures }
        divisor = total
      }
      found[turn.norm] = try turn.update(at: own, clipNorm: clipNorm, divisor: divisor)
      figures.take(found)
    }
    finish(&figures, at: moment)
    return figures
  }

  /// The gradient of a turn: what all models owe before it is done here.
  func gradient(
    of x: UnsafeMutablePointer<Float>, rows: Int, turn: Int, at moment: Moment
  ) throws(Runaway) -> Figures {
    turns[turn].begin()
    return try differentiate(x, rows: rows, turn: turn, at: moment)
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

/// Epochs and optimizer steps a model has seen in its life.
package struct Progress: Sendable, Equatable {
  package var epochCount = 0
  package var stepCount = 0

  package init(epochCount: Int = 0, stepCount: Int = 0) {
    self.epochCount = epochCount
    self.stepCount = stepCount
  }
}

/// When a step happens: what its random numbers and its rates depend on.
package struct Moment: Sendable {
  package let seed: UInt64
  /// The optimizer's step, from 1; a validation batch's number.
  package let step: Int
  /// Epochs passed in the model's life, with the fraction of the present one.
  package let epoch: Double
  package let rate: Float
  /// Which rows of the batch are there, where others have the rest: gradients are then sums over rows and
  /// not means.
  package let part: Part?
  /// Those others, where they are ranks of a fit.
  let team: Team?

  package init(seed: UInt64, step: Int, epoch: Double, rate: Float, part: Part? = nil) {
    self.init(seed: seed, step: step, epoch: epoch, rate: rate, part: part, team: nil)
  }

  init(seed: UInt64, step: Int, epoch: Double, rate: Float, part: Part?, team: Team?) {
    self.seed = seed
    self.step = step
    self.epoch = epoch
    self.rate = rate
    self.part = part
    self.team = team
  }

  /// The same time, with another step's random numbers.
  package func at(step: Int) -> Moment {
    Moment(seed: seed, step: step, epoch: epoch, rate: rate, part: part, team: team)
  }

  /// The place of the first row in its batch: where random numbers of rows begin.
  package var firstRow: Int { part?.firstRow ?? 0 }

  /// What a row's gradient counts.
  package func rowScale(_ rows: Int) -> Float { part == nil ? 1 / Float(rows) : 1 }

  /// A training pass with random numbers for `purpose`; of passes with numbers each has its own.
  ///
  /// - Parameter rowsEach: rows of the pass for each of the batch.
  package func training(_ purpose: Random.Purpose, pass: Int? = nil, rowsEach: Int = 1) -> Mode {
    let random = random(purpose)
    let part = part.map {
      Part(firstRow: $0.firstRow * rowsEach, totalRows: $0.totalRows * rowsEach, ranks: $0.ranks)
    }
    return .training(pass.map(random.pass) ?? random, part)
  }

  package func random(_ purpose: Random.Purpose) -> Random {
    Random(seed: seed, purpose: purpose, step: UInt64(truncatingIfNeeded: step))
  }
}
