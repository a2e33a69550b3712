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
  /// What rows become before its networks see them; nil: they stay as they are.
  var preparation: Preparation? { get set }
  /// What the classes and columns of the rows that it was fitted to are called.
  var names: ModelNames { get set }
  /// Makes the choices that options leave to the rows of the first fit, before that begins; what is returned takes
  /// them back.
  ///
  /// - Parameters:
  ///   - dataset: nil: rows come from elsewhere, one step's at a time.
  ///   - ranks: those that have rows of their own, all of which make this call.
  func settle(for dataset: Dataset?, _ ranks: Ranks?) throws(GenerativeError) -> () -> Void
  /// Whether a lower loss is a better model, which is not so for two players.
  var lossIsMeasure: Bool { get }
  /// Steps that a fit takes at least, and rows of a step at most, where nobody says how many.
  var pace: (steps: Int, rows: Int) { get }
  /// Classes that rows must have labels of; 0: none.
  var classCount: Int { get }
  /// Whether it draws rows of a class, and so must have learned from some of each.
  var drawsByClass: Bool { get }
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
  /// Refuses a checkpoint of a model of another kind, or with other options.
  ///
  /// - Throws: `.mismatch` naming the first that differs.
  func requireOptions(of checkpoint: Checkpoint) throws(GenerativeError)
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
  package var drawsByClass: Bool { false }
  package var lossIsMeasure: Bool { true }
  package var pace: (steps: Int, rows: Int) { (2_000, 128) }
  package func settle(for dataset: Dataset?, _ ranks: Ranks?) throws(GenerativeError) -> () -> Void { {} }
  package func addAttachments(to checkpoint: inout Checkpoint) throws(GenerativeError) {}
  package func attachments(in checkpoint: Checkpoint) throws(GenerativeError) -> () -> Void { {} }
  package func dropAttachments() {}

  /// Checks the shape of a dataset's rows by their number of floats: 28×28×1 and 784 are the same rows.
  ///
  /// - Throws: `.mismatch`.
  func checkShape(of dataset: Dataset, _ name: String) throws(GenerativeError) {
    guard dataset.shape.count == rowShape.count else {
      throw GenerativeError(.mismatch, "\(name) has rows of \(dataset.shape), the model takes \(rowShape)")
    }
  }

  /// `prepare`, after whose failure each network has the optimizer that it had before: a file has the state of all
  /// networks' optimizers or of none.
  func prepareWhole(
    _ options: FitOptions, _ dataset: Dataset?
  ) throws(GenerativeError) -> any TrainingStep {
    let before = learners.map { $0.optimization }
    do throws(GenerativeError) {
      return try prepare(options, dataset)
    } catch {
      for (learner, optimization) in zip(learners, before) { learner.optimization = optimization }
      throw error
    }
  }

  /// A dataset's rows as the networks see them.
  func prepared(_ dataset: Dataset) -> Dataset {
    preparation.map { dataset.prepared(by: $0) } ?? dataset
  }

  /// Everything a step changes, weights first.
  var state: [Buffer<Float>] {
    learners.flatMap({ $0.state }) + (average.map { [$0.weights.parameters, $0.weights.statistics] } ?? [])
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
