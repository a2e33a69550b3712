import Checkpoints
import Tensors

/// A fit's record in the metadata under `fit.…`, its best and last weights as `fit.best.<n>` and `fit.last.<n>`.
extension Checkpoint {
  private static let termPrefix = "fit.term."

  mutating func set(_ record: FitRecord?) throws(GenerativeError) {
    guard let record else { return }
    try setOption("fit", record.hasEnded ? "ended" : "unfinished")
    for (name, text) in record.terms.values { try setOption(Self.termPrefix + name, text) }
    try setOption("fit.start", [record.start.epochCount, record.start.stepCount])
    try setOption("fit.position", [record.stepsDone, record.stepsPerEpoch])
    try setOption("fit.stream_checksum", Int(record.streamChecksum))
    // Stored as bits, because a figure that does not apply to the model is NaN.
    try setOption("fit.mean", record.mean.numbers.map { Int(bitPattern: UInt($0.bitPattern)) })
    try setOption("fit.epochs_since_best", record.epochsSinceBest)
    if record.bestLoss.isFinite { try setOption("fit.best_loss", record.bestLoss) }
    if record.plateau.loss.isFinite {
      try setOption("fit.plateau", [record.plateau.epochs, record.plateau.falls])
      try setOption("fit.plateau_loss", record.plateau.loss)
    }
    try add(record.best, "fit.best")
    try add(record.last, "fit.last")
  }

  /// The terms of the recorded fit; nil if there is none.
  var fitTerms: FitTerms? {
    let terms = optionTexts(Self.termPrefix)
    return terms.isEmpty ? nil : FitTerms(terms)
  }

  /// The record of a model with this progress. `state` is what its steps change.
  ///
  /// - Throws: `.format` for impossible numbers; `.mismatch` for best weights that do not fit.
  func record(
    of progress: Progress, state: [Buffer<Float>], context: Context
  ) throws(GenerativeError) -> FitRecord? {
    let states = [("unfinished", false), ("ended", true)]
    guard let fitTerms else { return nil }
    let hasEnded = try choice("fit", states)
    // Limited so that epochs times steps per epoch cannot overflow.
    let most = 1 << 31
    let start = try pair("fit.start", in: 0...1 << 53)
    guard start.0 <= progress.epochCount, start.1 <= progress.stepCount else {
      throw GenerativeError(.format, "option fit.start must not be greater than epochs and steps")
    }
    var record = FitRecord(fitTerms, start: Progress(epochCount: start.0, stepCount: start.1))
    record.hasEnded = hasEnded
    (record.stepsDone, record.stepsPerEpoch) = try pair("fit.position", in: 0...most)
    record.streamChecksum = UInt32(try option("fit.stream_checksum", in: 0...Int(UInt32.max)))
    let numbers = try optionList("fit.mean", in: .min ... .max, atMost: Figures.Mean.numberCount)
    guard let mean = Figures.Mean(numbers.map { Double(bitPattern: UInt64(UInt(bitPattern: $0))) }) else {
      throw GenerativeError(.format, "option fit.mean must be \(Figures.Mean.numberCount) numbers")
    }
    record.mean = mean
    record.epochsSinceBest = try option("fit.epochs_since_best", in: 0...most)
    record.bestLoss = try option("fit.best_loss", default: Double.infinity)
    record.plateau.loss = try option("fit.plateau_loss", default: Double.infinity)
    if record.plateau.loss.isFinite {
      (record.plateau.epochs, record.plateau.falls) = try pair("fit.plateau", in: 0...most)
    }
    record.best = try snapshot("fit.best", of: state, context)
    record.last = try snapshot("fit.last", of: state, context)
    return record
  }

  private mutating func add(_ snapshot: Snapshot?, _ name: String) throws(GenerativeError) {
    for (index, copy) in (snapshot?.copies ?? []).enumerated() {
      try add("\(name).\(index)", shape: [copy.count], copy)
    }
  }

  /// The snapshot with this name, which can be restored to `state`; nil if there is none.
  private func snapshot(
    _ name: String, of state: [Buffer<Float>], _ context: Context
  ) throws(GenerativeError) -> Snapshot? {
    guard self["\(name).0"] != nil else { return nil }
    let snapshot = try Snapshot(state, context: context)
    for (index, copy) in snapshot.copies.enumerated() {
      let tensor: TensorView<Float> = try tensor(named: "\(name).\(index)", shape: [copy.count])
      tensor.copy(to: copy.base)
    }
    return snapshot
  }

  private func pair(_ name: String, in range: ClosedRange<Int>) throws(GenerativeError) -> (Int, Int) {
    let numbers = try optionList(name, in: range, atMost: 2)
    guard numbers.count == 2 else { throw GenerativeError(.format, "option \(name) must be two numbers") }
    return (numbers[0], numbers[1])
  }
}
