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
  /// The preparation of rows before its networks see them; nil: none.
  var preparation: Preparation? { get set }
  /// The names of the classes and columns of the rows that it was fitted to.
  var names: ModelNames { get set }
  /// Makes the choices that depend on the rows of the first fit, before the fit begins; the returned closure
  /// undoes them.
  ///
  /// - Parameters:
  ///   - dataset: nil: rows come from elsewhere, one step's at a time.
  ///   - ranks: the ranks with rows of their own, all of which make this call.
  func settle(for dataset: Dataset?, _ ranks: Ranks?) throws(GenerativeError) -> () -> Void
  /// Whether a lower loss means a better model, which does not hold for a GAN.
  var lossIsMeasure: Bool { get }
  /// The minimum number of steps of a fit and the maximum number of rows per step, where options do not set
  /// them.
  var pace: (steps: Int, rows: Int) { get }
  /// The number of classes that labels of rows may have; 0: rows need no labels.
  var classCount: Int { get }
  /// Whether the model draws rows of a given class, and so must have learned from some rows of each.
  var drawsByClass: Bool { get }
  /// Its progress: epochs and steps so far.
  var progress: Progress { get set }
  /// The position of its last fit; nil before the first, and after one that ended by a number that is not
  /// finite.
  var record: FitRecord? { get set }
  /// Its networks, in the order that rows go through them.
  var learners: [Learner] { get }
  /// The moving average of the first network's weights, if there is one.
  var average: ExponentialAverage? { get }

  /// A checkpoint with the model's kind and options, without weights yet.
  func outline() throws(GenerativeError) -> Checkpoint
  /// Rejects a checkpoint of a model of another kind, or with other options.
  ///
  /// - Throws: `.mismatch` naming the first that differs.
  func requireOptions(of checkpoint: Checkpoint) throws(GenerativeError)
  /// Checks the options and the data and allocates all that steps of up to `options.batchRows`
  /// rows will need.
  ///
  /// - Parameter dataset: nil: rows come from elsewhere.
  func prepare(_ options: FitOptions, _ dataset: Dataset?) throws(GenerativeError) -> any TrainingStep
  /// Called when weights are about to change: what inference computed from them becomes invalid.
  func weightsChange()

  /// Adds the model's attachments, such as a mixture, to a checkpoint.
  func addAttachments(to checkpoint: inout Checkpoint) throws(GenerativeError)
  /// Checks the attachments in a checkpoint; the returned closure takes them over.
  func attachments(in checkpoint: Checkpoint) throws(GenerativeError) -> () -> Void
  /// Called when a fit begins: the model's attachments become invalid.
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

  /// All that a step changes, weights first.
  var state: [Buffer<Float>] {
    learners.flatMap({ $0.state }) + (average.map { [$0.weights.parameters, $0.weights.statistics] } ?? [])
  }
}

/// The epochs and optimizer steps of a model so far.
package struct Progress: Sendable, Equatable {
  package var epochCount = 0
  package var stepCount = 0

  package init(epochCount: Int = 0, stepCount: Int = 0) {
    self.epochCount = epochCount
    self.stepCount = stepCount
  }
}
