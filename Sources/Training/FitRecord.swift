import Tensors

/// The position of a fit: with its model, all that is needed to continue bit-identically.
///
/// Random numbers need no state: they depend only on the seed and the step.
package struct FitRecord: Sendable {
  /// The terms that must be the same when the fit continues.
  var terms: FitTerms
  /// The model's progress when the fit began.
  let start: Progress
  /// Steps done in the current epoch.
  var stepsDone = 0
  /// Steps of an epoch; 0 for a stream until one epoch is over.
  var stepsPerEpoch = 0
  /// The checksum of the rows that a stream has given in the current epoch.
  var streamChecksum: UInt32 = 0
  /// The figures of the current epoch.
  var mean = Figures.Mean()
  /// Of the epochs so far.
  var bestLoss = Double.infinity
  var epochsSinceBest = 0
  /// The model after the best epoch, if it is to be kept and there was one.
  var best: Snapshot?
  /// The model after the last step, where a fit was stopped and has left the model as after the best epoch.
  var last: Snapshot?
  /// The state of a plateau schedule: the lowest loss so far, the epochs since, and how often the rate fell.
  var plateau = (loss: Double.infinity, epochs: 0, falls: 0)
  /// Whether nothing is left to do.
  package var hasEnded = false

  init(_ terms: FitTerms, start: Progress) {
    self.terms = terms
    self.start = start
  }

  /// The number of epochs left, including the current one; 0 when the fit has ended.
  package func epochsLeft(_ progress: Progress) -> Int {
    let count = terms["epochs"].flatMap { Int($0) } ?? 0
    return hasEnded ? 0 : max(count - (progress.epochCount - start.epochCount), 0)
  }
}
