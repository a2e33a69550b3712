import Datasets
import Glibc
import Networks
import Tensors

/// A model that learns from rows by gradient steps.
package protocol Trainable: AnyObject {
  var context: Context { get }
  /// The shape of the rows it learns from.
  var rowShape: Shape { get }
  /// Whether rows must lie in [0, 1].
  var requiresUnitRange: Bool { get }
  /// How far it has come.
  var progress: Progress { get set }

  /// Checks the options and the data and allocates all that steps of up to `options.batchRows`
  /// rows will need.
  func prepare(_ options: FitOptions, _ dataset: Dataset) throws(GenerativeError) -> any TrainingStep
}

/// What one fit prepared: the work of a step, and what it changes.
package protocol TrainingStep: AnyObject {
  /// The fewest rows a step can learn from.
  var minimumRows: Int { get }
  /// Everything a step changes, weights first.
  var state: [Buffer<Float>] { get }
  /// Gets the labels of a batch's rows before `learn` and `validate`; nil: they are not asked for.
  var labels: Buffer<Int32>? { get }
  /// Called once before the first step, after everything is allocated.
  func begin(_ dataset: Dataset) throws(GenerativeError)
  /// One step on `rows` rows; figures are per row.
  func learn(_ x: UnsafeMutablePointer<Float>, rows: Int, at moment: Moment) -> Figures
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

/// The one training loop: epochs, batches, schedules, validation, observers, cancellation.
///
/// Everything is allocated before the first step, so memory that cannot be had is an error at the
/// start. A loss that is no longer finite brings back the last good epoch.
package struct Trainer {
  private let model: any Trainable
  private let options: FitOptions
  private let step: any TrainingStep
  private let batches: Batches
  private let validation: Batches?
  private let lastGood: Snapshot
  private let best: Snapshot?

  /// Fits `model` to `dataset`.
  ///
  /// - Throws: `.mismatch` when rows have another shape, `.memory` before the first step,
  ///   `.cancelled` when an observer said so, `.nonfinite` when the loss ran away; the model is usable
  ///   after each.
  package static func fit(
    _ model: any Trainable, to dataset: Dataset, _ options: FitOptions
  ) throws(GenerativeError) {
    try Trainer(model, dataset, options).run(dataset)
  }

  private init(
    _ model: any Trainable, _ dataset: Dataset, _ options: FitOptions
  ) throws(GenerativeError) {
    try Self.check(dataset, "dataset", model)
    if let validation = options.validation { try Self.check(validation, "validation", model) }
    self.model = model
    self.options = options
    step = try model.prepare(options, dataset)
    batches = try Batches(
      dataset, rows: options.batchRows, minimumRows: step.minimumRows, seed: options.seed,
      requiresUnitRange: model.requiresUnitRange, context: model.context)
    var validationBatches: Batches?
    if let validation = options.validation {
      validationBatches = try Batches(
        validation, rows: options.batchRows, minimumRows: 1, seed: nil,
        requiresUnitRange: model.requiresUnitRange, context: model.context)
    }
    validation = validationBatches
    lastGood = try Snapshot(step.state, context: model.context)
    best = options.keepsBest ? try Snapshot(step.state, context: model.context) : nil
  }

  /// Rows are compared by their number of floats: 28×28×1 and 784 are the same rows.
  private static func check(
    _ dataset: Dataset, _ name: String, _ model: any Trainable
  ) throws(GenerativeError) {
    guard dataset.shape.count == model.rowShape.count else {
      throw GenerativeError(
        .mismatch, "\(name) has rows of \(dataset.shape), the model takes \(model.rowShape)")
    }
    if model.requiresUnitRange { try dataset.checkUnitRange() }
  }

  private func run(_ dataset: Dataset) throws(GenerativeError) {
    try step.begin(dataset)
    lastGood.take()
    best?.take()
    let clock = Clock()
    let start = model.progress
    var goodProgress = start
    var bestLoss = Double.infinity
    var epochsSinceBest = 0
    var lastTold = 0.0
    var warned: [Warning] = []

    for epoch in 0..<options.epochCount {
      batches.start(epoch: model.progress.epochCount)
      var mean = Figures.Mean()
      var recent = Figures.Mean()
      var stepsDone = 0
      var stopsAfterEpoch = false
      while true {
        guard !options.observer.isCancelled() else { throw cancelled(goodProgress) }
        let rows = try batches.next(labels: step.labels)
        if rows == 0 { break }
        model.progress.stepCount += 1
        let moment = moment(epochs: epoch, steps: stepsDone, since: start)
        let figures = step.learn(batches.base, rows: rows, at: moment)
        stepsDone += 1
        guard figures[.loss].isFinite else {
          throw ranAway("the loss became \(figures[.loss])", epoch, stepsDone, goodProgress)
        }
        mean.add(figures, rows: rows)
        recent.add(figures, rows: rows)
        if clock.seconds - lastTold >= 0.1, options.observer.tell != nil {
          lastTold = clock.seconds
          switch warn(epoch, stepsDone, clock, &warned) {
          case .goOn: break
          case .stopAfterEpoch: stopsAfterEpoch = true
          case .stopNow: throw cancelled(goodProgress)
          }
          switch tell(.step, epoch, stepsDone, clock, moment.rate, recent.figures, Figures()) {
          case .goOn: break
          case .stopAfterEpoch: stopsAfterEpoch = true
          case .stopNow: throw cancelled(goodProgress)
          }
          recent = Figures.Mean()
        }
      }
      guard stepsDone > 0 else {
        throw GenerativeError(
          .argument, "dataset has too few rows: a step needs at least \(step.minimumRows)")
      }
      batches.finish(steps: stepsDone)
      // The last step's loss was finite; what that step made of the weights may not be.
      guard isFinite else { throw ranAway("a weight became infinite", epoch, stepsDone, goodProgress) }
      model.progress.epochCount += 1
      goodProgress = model.progress
      lastGood.take()

      let validated = try validate()
      if options.validation != nil {
        let loss = validated[.loss]
        if loss < bestLoss {
          bestLoss = loss
          epochsSinceBest = 0
          best?.take()
        } else {
          epochsSinceBest += 1
        }
        if let patience = options.patience, epochsSinceBest >= patience { stopsAfterEpoch = true }
      }
      let rate = moment(epochs: epoch, steps: stepsDone - 1, since: start).rate
      switch warn(epoch, stepsDone, clock, &warned) {
      case .goOn: break
      case .stopAfterEpoch: stopsAfterEpoch = true
      case .stopNow: throw cancelled(goodProgress)
      }
      switch tell(.epoch, epoch, stepsDone, clock, rate, mean.figures, validated) {
      case .goOn: break
      case .stopAfterEpoch: stopsAfterEpoch = true
      case .stopNow: throw cancelled(goodProgress)
      }
      if stopsAfterEpoch { break }
    }
    if options.validation != nil, bestLoss < .infinity { best?.restore() }
  }

  /// Leaves the model as it is, or where the last step spoilt it, as of the last good epoch.
  private func cancelled(_ good: Progress) -> GenerativeError {
    if !isFinite { restore(good) }
    return GenerativeError(.cancelled, "the fit was stopped")
  }

  private func ranAway(_ what: String, _ epoch: Int, _ step: Int, _ good: Progress) -> GenerativeError {
    restore(good)
    return GenerativeError(
      .nonfinite,
      "\(what) in epoch \(epoch + 1), step \(step): the weights are those of the last good epoch; "
        + "a lower learning_rate or a clip_norm may help")
  }

  private func restore(_ good: Progress) {
    lastGood.restore()
    model.progress = good
  }

  /// Whether everything that steps change is finite.
  private var isFinite: Bool {
    step.state.allSatisfy { model.context.isFinite($0.base, count: $0.count) }
  }

  /// The validation set's mean figures, all NaN without one.
  private func validate() throws(GenerativeError) -> Figures {
    guard let validation else { return Figures() }
    var mean = Figures.Mean()
    validation.start(epoch: 0)
    var number = 0
    while true {
      let rows = try validation.next(labels: step.labels)
      if rows == 0 { break }
      number += 1
      let moment = Moment(
        seed: options.seed, step: number, epoch: Double(model.progress.epochCount), rate: 0)
      mean.add(step.validate(validation.base, rows: rows, at: moment), rows: rows)
    }
    validation.finish(steps: number)
    return mean.figures
  }

  /// The moment of the step after `steps` of this fit's epoch `epochs`.
  private func moment(epochs: Int, steps: Int, since start: Progress) -> Moment {
    let stepsPerEpoch = max(batches.stepCount, 1)
    let done = epochs * stepsPerEpoch + min(steps, stepsPerEpoch)
    let lifetime = start.epochCount * stepsPerEpoch + done
    return Moment(
      seed: options.seed, step: model.progress.stepCount,
      epoch: Double(lifetime) / Double(stepsPerEpoch),
      rate: options.rate(stepOfFit: done, stepOfLife: lifetime, stepsPerEpoch: stepsPerEpoch))
  }

  /// Tells of warnings that are new since `warned`; one that goes away may come again.
  private func warn(
    _ epoch: Int, _ steps: Int, _ clock: Clock, _ warned: inout [Warning]
  ) -> Observer.Answer {
    let present = step.warnings
    defer { warned = present }
    var answer = Observer.Answer.goOn
    for warning in present where !warned.contains(warning) {
      model.context.log(.warning, warning.message)
      guard let tell = options.observer.tell else { continue }
      var event = Event(.warning)
      event.epoch = epoch + 1
      event.epochCount = options.epochCount
      event.step = steps
      event.stepCount = batches.stepCount
      event.seconds = clock.seconds
      event.warning = warning
      event.message = warning.message
      switch tell(event) {
      case .goOn: break
      case .stopAfterEpoch: if answer == .goOn { answer = .stopAfterEpoch }
      case .stopNow: answer = .stopNow
      }
    }
    return answer
  }

  private func tell(
    _ kind: Event.Kind, _ epoch: Int, _ steps: Int, _ clock: Clock, _ rate: Float, _ figures: Figures,
    _ validation: Figures
  ) -> Observer.Answer {
    guard let tell = options.observer.tell else { return .goOn }
    var event = Event(kind)
    event.epoch = epoch + 1
    event.epochCount = options.epochCount
    event.step = steps
    event.stepCount = batches.stepCount
    event.seconds = clock.seconds
    event.learningRate = Double(rate)
    event.figures = figures
    event.validation = validation
    return tell(event)
  }
}

/// Seconds since its making.
private struct Clock {
  private let start = Clock.now

  var seconds: Double { Clock.now - start }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
