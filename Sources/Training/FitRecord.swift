import Tensors

/// The position of a fit. Together with its model, this is all that is needed to continue with bit-identical
/// results.
///
/// Random numbers need no state, because they depend only on the seed and the step.
package struct FitRecord: Sendable {
  /// The terms that must be the same when the fit continues.
  var terms: FitTerms
  /// The model's progress when the fit began.
  let start: Progress
  /// The number of steps done in the current epoch.
  var stepsDone = 0
  /// The number of steps in an epoch; 0 for a stream until the first epoch is over.
  var stepsPerEpoch = 0
  /// The checksum of the rows that a stream has returned in the current epoch.
  var streamChecksum: UInt32 = 0
  /// The figures of the current epoch.
  var mean = Figures.Mean()
  /// The lowest loss of the epochs so far.
  var bestLoss = Double.infinity
  var epochsSinceBest = 0
  /// The model after the best epoch, if it is to be kept and there was one.
  var best: Snapshot?
  /// The model after the last step. Set if a fit was stopped, and the model has the weights of the best epoch
  /// instead.
  var last: Snapshot?
  /// The state of a plateau schedule: the lowest loss so far, the number of epochs since then, and how often
  /// the rate was lowered.
  var plateau = (loss: Double.infinity, epochs: 0, falls: 0)
  /// Whether there is nothing left to do.
  package var hasEnded = false

  init(_ terms: FitTerms, start: Progress) {
    self.terms = terms
    self.start = start
  }

  /// The number of epochs left, including the current one; 0 if the fit has ended.
  package func epochsLeft(_ progress: Progress) -> Int {
    let count = terms["epochs"].flatMap { Int($0) } ?? 0
    return hasEnded ? 0 : max(count - (progress.epochCount - start.epochCount), 0)
  }
}
