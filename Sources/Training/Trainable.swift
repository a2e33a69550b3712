import Checkpoints
import Datasets
import Networks
import Ranks
import Tensors

/// A model that is trained on rows by gradient steps.
package protocol Trainable: Checkpointable {
  var context: Context { get }
  /// The shape of the rows that the model is trained on.
  var rowShape: Shape { get }
  /// Whether rows must lie in [0, 1].
  var requiresUnitRange: Bool { get }
  /// Whether a network has batch norm, so that a step needs at least two rows.
  var usesBatchNorm: Bool { get }
  /// The preparation of rows before the networks see them; nil if there is none.
  var preparation: Preparation? { get set }
  /// The names of the classes and columns of the rows that the model was fitted to.
  var names: ModelNames { get set }
  /// Makes the choices that depend on the rows of the first fit, before the fit begins. The returned closure
  /// undoes them.
  ///
  /// - Parameters:
  ///   - dataset: nil if the rows come from elsewhere, one step at a time.
  ///   - ranks: the ranks if each has its own rows. All of them make this call.
  func settle(for dataset: Dataset?, _ ranks: Ranks?) throws(GenerativeError) -> () -> Void
  /// Whether a lower loss means a better model, which does not hold for a GAN.
  var lossIsMeasure: Bool { get }
  /// The minimum number of steps of a fit and the maximum number of rows per step, if the options do not set
  /// them.
  var pace: (steps: Int, rows: Int) { get }
  /// The number of classes that labels of rows may have; 0 if rows need no labels.
  var classCount: Int { get }
  /// The model's progress: epochs and steps so far.
  var progress: Progress { get set }
  /// The position of the last fit. nil before the first fit, and after one that ended with a nonfinite
  /// number.
  var record: FitRecord? { get set }
  /// The model's networks, in the order in which rows pass through them.
  var learners: [Learner] { get }
  /// The moving average of the first network's weights, if there is one.
  var average: ExponentialAverage? { get }

  /// A checkpoint with the model's kind and options, without weights yet.
  func outline() throws(GenerativeError) -> Checkpoint
  /// Rejects a checkpoint of another kind of model, or with other options.
  ///
  /// - Throws: `.mismatch`, naming the first difference.
  func requireOptions(of checkpoint: Checkpoint) throws(GenerativeError)
  /// Checks the options and the data, and allocates everything that steps of up to `options.batchRows` rows
  /// will need.
  ///
  /// - Parameter dataset: nil if the rows come from elsewhere.
  func prepare(_ options: FitOptions, _ dataset: Dataset?) throws(GenerativeError) -> any TrainingStep
  /// Called when weights are about to change, which invalidates what inference computed from them.
  func weightsChange()

  /// Adds the model's attachments, such as a mixture, to a checkpoint.
  func addAttachments(to checkpoint: inout Checkpoint) throws(GenerativeError)
  /// Checks the attachments in a checkpoint. The returned closure installs them.
  func attachments(in checkpoint: Checkpoint) throws(GenerativeError) -> () -> Void
  /// Called when a fit begins, which invalidates the model's attachments.
  func dropAttachments()
}

extension Trainable {
  package var average: ExponentialAverage? { nil }
  package var classCount: Int { 0 }
  package var lossIsMeasure: Bool { true }
  package var pace: (steps: Int, rows: Int) { (2_000, 128) }
  package func settle(for dataset: Dataset?, _ ranks: Ranks?) throws(GenerativeError) -> () -> Void { {} }
  package func addAttachments(to checkpoint: inout Checkpoint) throws(GenerativeError) {}
  package func attachments(in checkpoint: Checkpoint) throws(GenerativeError) -> () -> Void { {} }
  package func dropAttachments() {}

  /// Checks the shape of a dataset's rows by the number of floats: 28×28×1 and 784 are the same rows.
  ///
  /// - Throws: `.mismatch`.
  func checkShape(of dataset: Dataset, _ name: String) throws(GenerativeError) {
    guard dataset.shape.count == rowShape.count else {
      throw GenerativeError(
        .mismatch, "\(name) has rows of \(dataset.shape), but the model takes \(rowShape)")
    }
  }

  /// The minimum number of rows that a step can learn from.
  var minimumRows: Int { usesBatchNorm ? 2 : 1 }

  /// Calls `prepare`. If it fails, each network gets back its previous optimizer, because a file contains the
  /// optimizer states of all networks or of none.
  func prepareWhole(
    _ options: FitOptions, _ dataset: Dataset?
  ) throws(GenerativeError) -> any TrainingStep {
    guard options.batchRows >= minimumRows else {
      throw GenerativeError(
        .argument,
        "batch_size must be at least \(minimumRows) with batch norm, not \(options.batchRows); use a larger one, or "
          + "no batch norm")
    }
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

  /// Everything that a step changes, weights first.
  var state: [Buffer<Float>] {
    learners.flatMap({ $0.state }) + (average.map { [$0.weights.parameters, $0.weights.statistics] } ?? [])
  }
}

/// The number of epochs and optimizer steps of a model so far.
package struct Progress: Sendable, Equatable {
  package var epochCount = 0
  package var stepCount = 0

  package init(epochCount: Int = 0, stepCount: Int = 0) {
    self.epochCount = epochCount
    self.stepCount = stepCount
  }
}
