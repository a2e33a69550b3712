import Tensors

/// Where a fit stands: with its model, all it takes to go on as if it had never stopped.
///
/// Random numbers need no state: they depend on the seed and the step alone.
package struct FitRecord: Sendable {
  /// What must be the same in a fit that goes on.
  var terms: FitTerms
  /// The model's progress when the fit began.
  let start: Progress
  /// Steps done of the present epoch.
  var stepsDone = 0
  /// Steps of an epoch; 0 for a stream until one epoch is over.
  var stepsPerEpoch = 0
  /// Of the rows that a stream has given in the present epoch.
  var streamChecksum: UInt32 = 0
  /// The figures of the present epoch.
  var mean = Figures.Mean()
  /// Of the epochs so far.
  var bestLoss = Double.infinity
  var epochsSinceBest = 0
  /// The model after the best epoch, where that is to be kept and there was one.
  var best: Snapshot?
  /// The model after the last step, where a fit was stopped and has left the model as after the best epoch.
  var last: Snapshot?
  /// Of a rate that falls on a plateau: the least loss so far, the epochs since, and how often it fell.
  var plateau = (loss: Double.infinity, epochs: 0, falls: 0)
  /// Whether nothing is left to do.
  package var hasEnded = false

  init(_ terms: FitTerms, start: Progress) {
    self.terms = terms
    self.start = start
  }

  /// Epochs that were to be done, of which the present one counts as one; 0 when the fit has ended.
  package func epochsLeft(_ progress: Progress) -> Int {
    let count = terms["epochs"].flatMap { Int($0) } ?? 0
    return hasEnded ? 0 : max(count - (progress.epochCount - start.epochCount), 0)
  }
}
