import Ranks

extension FitOptions {
  /// The rows per step of this process.
  var stepRows: Int { batchRows * accumulation }

  /// Makes the choices that depend on the number of rows.
  ///
  /// - Parameters:
  ///   - rows: the row count of all ranks; nil for a stream, whose row count is unknown.
  ///   - pace: the minimum number of steps of a fit, and the maximum number of rows per step.
  mutating func choose(rows: Int?, at pace: (steps: Int, rows: Int)) {
    if choosesBatch { batchRows = pace.rows }
    guard let rows else { return }
    // At least eight steps per epoch.
    if choosesBatch { batchRows = min(pace.rows, max(16, rows / 8 / 16 * 16)) }
    if choosesEpochs {
      let stepsPerEpoch = max(1, rows / (stepRows * (ranks?.count ?? 1)))
      epochCount = min(max(10, (pace.steps + stepsPerEpoch - 1) / stepsPerEpoch), 1_000)
    }
  }

  /// Adopts the choices of the fit that continues, which an earlier version may have made.
  mutating func adopt(_ terms: FitTerms) {
    if choosesEpochs, let count = terms["epochs"].flatMap({ Int($0) }) {
      (epochCount, choosesEpochs) = (count, false)
    }
    if choosesBatch, let rows = terms["batch_size"].flatMap({ Int($0) }) {
      (batchRows, choosesBatch) = (rows, false)
    }
    if choosesRate, let rate = terms["learning_rate"].flatMap({ Float($0) }) { learningRate = rate }
    if choosesSchedule, terms["schedule"] == "constant" { schedule = .constant }
  }
}
