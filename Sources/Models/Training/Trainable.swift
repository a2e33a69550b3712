import Checkpoints
import Datasets
import Networks
import Tensors

/// A model that learns from rows by gradient steps.
package protocol Trainable: Checkpointable {
  var context: Context { get }
  /// The shape of the rows it learns from.
  var rowShape: Shape { get }
  /// Whether rows must lie in [0, 1].
  var requiresUnitRange: Bool { get }
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
  func prepare(_ options: FitOptions, _ dataset: Dataset) throws(GenerativeError) -> any TrainingStep
  /// Called when weights are about to change: what inference made of them no longer holds.
  func weightsChange()
}

extension Trainable {
  package var average: ExponentialAverage? { nil }

  /// Everything a step changes, weights first.
  var state: [Buffer<Float>] {
    learners.flatMap(\.state) + (average.map { [$0.weights.parameters, $0.weights.statistics] } ?? [])
  }
}

/// What one fit prepared: the work of a step.
package protocol TrainingStep: AnyObject {
  /// The fewest rows a step can learn from.
  var minimumRows: Int { get }
  /// Gets the labels of a batch's rows before `learn` and `validate`; nil: they are not asked for.
  var labels: Buffer<Int32>? { get }
  /// Called once before the first step, after everything is allocated.
  func begin(_ dataset: Dataset) throws(GenerativeError)
  /// One step on `rows` rows; figures are per row.
  ///
  /// - Throws: before any weight changes by what is not finite.
  func learn(_ x: UnsafeMutablePointer<Float>, rows: Int, at moment: Moment) throws(Runaway) -> Figures
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

  package init(seed: UInt64, step: Int, epoch: Double, rate: Float) {
    self.seed = seed
    self.step = step
    self.epoch = epoch
    self.rate = rate
  }

  /// The same time, with another step's random numbers.
  func at(step: Int) -> Moment { Moment(seed: seed, step: step, epoch: epoch, rate: rate) }

  package func random(_ purpose: Random.Purpose) -> Random {
    Random(seed: seed, purpose: purpose, step: UInt64(truncatingIfNeeded: step))
  }
}
