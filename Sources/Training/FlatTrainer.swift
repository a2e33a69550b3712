import Datasets
import Networks
import Tensors

/// Training steps controlled by the host. The host receives flat gradients, sums them over machines, and has
/// the library apply them.
///
///     begin: the gradients of the first turn → the host sums them → apply: the next turn's, …
package final class FlatTrainer: @unchecked Sendable {
  private let model: any Trainable
  private let options: FitOptions
  private let step: any TrainingStep
  private let x: Buffer<Float>
  private let augmenter: Augmenter?
  private var rowCount = 0
  private var time = StepTime(seed: 0, step: 0, epoch: 0, rate: 0)
  /// The turn whose gradients the host has, or nil between steps.
  private var turn: Int?
  /// The figures of the current step's rows.
  package private(set) var figures = Figures()

  /// Allocates everything that steps of up to `options.batchRows` rows need.
  ///
  /// - Throws: `.argument`, `.memory`.
  package init(_ model: any Trainable, _ options: FitOptions) throws(GenerativeError) {
    self.model = model
    self.options = options
    _ = try model.settle(for: nil, nil)
    step = try model.prepareWhole(options, nil)
    guard let floats = checkedProduct(options.batchRows, model.rowShape.count) else {
      throw GenerativeError(.memory, "a batch of \(options.batchRows) rows does not fit in memory")
    }
    x = try Buffer(count: floats, in: model.context.memory)
    augmenter = try Augmenter.make(options.augmentation, of: model)
  }

  /// Begins a step: computes the sums of the first turn's gradients over `count` rows.
  ///
  /// - Parameters:
  ///   - rows: finite.
  ///   - count: at most `rowLimit`.
  ///   - labels: each must be one of the model's classes.
  ///   - firstRow: the index of the first row in the batch, whose other rows are on other machines.
  ///   - epoch: the number of epochs done, for KL annealing.
  ///   - rate: the learning rate; nil for the options' rate.
  /// - Throws: `.argument` for rows that the model rejects; `.state` for missing or unexpected labels;
  ///   `.nonfinite` if a loss is not finite. The model is then unchanged.
  package func begin(
    _ rows: UnsafePointer<Float>, count: Int, labels: UnsafePointer<Int32>?, firstRow: Int, epoch: Double,
    rate: Float?
  ) throws(GenerativeError) {
    turn = nil
    try Labels.check(labels, classCount: model.classCount)
    let width = model.rowShape.count
    if model.requiresUnitRange {
      try checkUnitRange(UnsafeBufferPointer(start: rows, count: count * width), in: model.context) {
        "row \($0 / width), column \($0 % width)"
      }
    }
    if let labels, let own = step.labels { own.base.update(from: labels, count: count) }
    model.preparation.write(rows, rows: count, width: width, into: x.base)
    rowCount = count
    figures = Figures()
    time = StepTime(
      seed: options.seed, step: model.progress.stepCount + 1, epoch: epoch,
      rate: rate ?? options.learningRate, slice: BatchSlice(firstRow: firstRow, totalRows: count, ranks: nil))
    model.record = nil
    augmenter?.apply(x.base, count: count, at: time)
    step.receive(x.base, rows: count)
    try differentiate(0)
  }

  /// The gradient of a network, a sum over rows, which may be changed in place. nil if the network does not
  /// learn in this turn.
  package func gradient(_ network: Int) throws(GenerativeError) -> Buffer<Float>? {
    let learner = try learner(network)
    guard let turn else { throw GenerativeError(.state, "no step has begun, so there are no gradients") }
    return step.turns[turn].learners.contains { $0 === learner } ? learner.gradient : nil
  }

  /// Applies the gradients, divided by the number of rows that they sum over. Returns whether the step has
  /// another turn, whose gradients are then ready.
  ///
  /// - Throws: `.nonfinite` if they are not finite, with the model unchanged; `.state` if no step has begun.
  package func apply(rows: Double) throws(GenerativeError) -> Bool {
    guard let turn else { throw GenerativeError(.state, "no step has begun, so there are no gradients") }
    let own = step.time(of: turn, in: time)
    step.willUpdate(turn, at: own, divisor: rows)
    do throws(Runaway) {
      figures[step.turns[turn].norm] = try step.turns[turn].update(
        at: own, clipNorm: options.clipNorm, divisor: rows)
    } catch {
      self.turn = nil
      throw GenerativeError(.nonfinite, "\(error.description): \(error.place)")
    }
    if turn + 1 < step.turns.count {
      try differentiate(turn + 1)
      return true
    }
    self.turn = nil
    step.finish(&figures, at: time)
    model.progress.stepCount += 1
    return false
  }

  private func differentiate(_ next: Int) throws(GenerativeError) {
    turn = nil
    // A fit of the model in the meantime has given its networks other gradients.
    guard step.turns[next].ownsGradients else {
      throw GenerativeError(.state, "the model was fitted since the trainer was made")
    }
    do throws(Runaway) {
      figures.take(
        try step.gradient(of: x.base, rows: rowCount, turn: next, at: step.time(of: next, in: time)))
    } catch {
      throw GenerativeError(.nonfinite, "\(error.description): \(error.place)")
    }
    turn = next
  }

  // MARK: - Limits and shapes

  /// Maximum number of rows in a step.
  package var rowLimit: Int { options.batchRows }
  package var rowShape: Shape { model.rowShape }
  package var classCount: Int { model.classCount }
  package var context: Context { model.context }

  // MARK: - Parameters

  package var networkCount: Int { model.learners.count }

  /// The number of a network's trainable parameters, and of its statistics, such as running means.
  package func size(_ network: Int) throws(GenerativeError) -> (parameters: Int, statistics: Int) {
    let learner = try learner(network)
    return (learner.network.parameterCount, learner.network.statisticCount)
  }

  /// values ← a network's parameters, then its statistics.
  package func readParameters(
    _ network: Int, into values: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let weights = try learner(network).weights
    values.update(from: weights.parameters.base, count: weights.parameters.count)
    (values + weights.parameters.count).update(from: weights.statistics.base, count: weights.statistics.count)
  }

  /// Sets a network's parameters, then its statistics, to `values`. A moving average of the weights is not
  /// changed.
  ///
  /// - Throws: `.nonfinite`, with the model unchanged.
  package func writeParameters(
    _ network: Int, from values: UnsafePointer<Float>
  ) throws(GenerativeError) {
    let weights = try learner(network).weights
    let (parameters, statistics) = (weights.parameters, weights.statistics)
    guard model.context.isFinite(values, count: parameters.count + statistics.count) else {
      throw GenerativeError(.nonfinite, "parameters must hold no NaN and no inf")
    }
    model.weightsChange()
    parameters.base.update(from: values, count: parameters.count)
    statistics.base.update(from: values + parameters.count, count: statistics.count)
  }

  private func learner(_ network: Int) throws(GenerativeError) -> Learner {
    guard (0..<networkCount).contains(network) else {
      throw GenerativeError(.argument, "network must be between 0 and \(networkCount - 1), not \(network)")
    }
    return model.learners[network]
  }
}
