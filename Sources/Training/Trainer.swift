import Checkpoints
import Datasets
import Networks
import Ranks
import Tensors

/// The single training loop: epochs, batches, schedules, validation, observers, cancellation, checkpoints.
///
/// Everything is allocated before the first step, so a failed allocation is an error at the start. If a
/// number becomes nonfinite, the last good state is restored, from the last checkpoint or the end of the last
/// epoch, whichever is later.
package final class Trainer {
  private let model: any Trainable
  private let dataset: Dataset
  private let options: FitOptions
  private let step: any TrainingStep
  private let batches: Batches
  private let augmenter: Augmenter?
  private let validation: Batches?
  private let reporter: Reporter
  private let writer: CheckpointWriter?
  private let best: Snapshot?
  /// Labels and targets for a step of several batches. nil: the step's own buffers are used.
  private let labels: Buffer<Int32>?
  private let targets: Buffer<Float>?
  /// The current step's batches that were read.
  private var slices: [(slice: Deal.Slice, x: UnsafeMutablePointer<Float>)] = []
  /// The ranks that fit together; nil if only this process fits.
  private let team: Team?
  /// What a step changes before its last sum with the other ranks.
  private let undo: Snapshot?
  /// The position of the fit.
  private var record: FitRecord
  private let lastGood: Snapshot
  private var good: (progress: Progress, record: FitRecord)
  private var hasRunAway = false
  /// The loss of the first epoch that this call has completed.
  private var firstLoss: Double?
  private let warningsOfRows: [Warning]

  /// Fits `model` to `dataset`.
  ///
  /// - Throws: `.mismatch` if rows have another shape, or the fit to resume had other terms; `.state` if
  ///   there is no such fit; `.memory` before the first step; `.cancelled` if an observer requested it;
  ///   `.nonfinite` if a number became nonfinite; `.io` if the last checkpoint could not be written; `.comm`
  ///   if ranks can no longer communicate. The model is usable after each of these. If one rank throws, all
  ///   ranks throw.
  package static func fit(
    _ model: any Trainable, to dataset: Dataset, _ options: FitOptions
  ) throws(GenerativeError) {
    let ranks = options.ranks
    try ranks.together { () throws(GenerativeError) in
      if !model.lossIsMeasure, options.keepsBest || options.patience != nil {
        throw GenerativeError(
          .unsupported,
          "keep_best and patience do not work for a gan: its losses do not measure its samples")
      }
      if !model.lossIsMeasure, case .plateau = options.schedule {
        throw GenerativeError(
          .unsupported, "schedule plateau does not work for a gan: its losses do not measure its samples")
      }
      if options.accumulation > 1, ranks != nil || !model.lossIsMeasure {
        let whom = ranks == nil ? "for a gan, whose networks take turns" : "with a comm"
        throw GenerativeError(.unsupported, "accumulate does not work \(whom)")
      }
      try model.checkShape(of: dataset, "dataset")
      if let validation = options.validation { try model.checkShape(of: validation, "validation") }
      if options.resumes { try model.names.check(dataset) }
      if let validation = options.validation { try ModelNames(dataset)?.check(validation, "validation") }
      if let ranks, options.batchRows > Team.rowLimit / ranks.count {
        throw GenerativeError(
          .argument,
          "batch_size must be at most \(Team.rowLimit / ranks.count) on each of \(ranks.count) ranks")
      }
    }
    let rows = try ranks?.rowCounts(of: dataset, "dataset", shared: options.sharesRows)
    let validationRows = try ranks?.rowCounts(
      of: options.validation, "validation", shared: options.sharesRows)
    var options = options
    // The batch size of ranks that share rows differs from the one in the terms.
    if ranks == nil, options.resumes, let terms = try model.pastTerms(options) { options.adopt(terms) }
    options.choose(rows: ranks == nil ? dataset.rowCount : rows?.reduce(0, +), at: model.pace)
    let terms = FitTerms(options, dataset, rows: rows, validationRows: validationRows)
    try ranks?.compare(try model.likeness(options) + terms.values)
    let takeBack = try model.settle(for: dataset.outputs, options.sharesRows ? nil : ranks)
    do throws(GenerativeError) {
      try fit(
        model, to: model.prepared(dataset), options, terms, rows: rows, validationRows: validationRows)
    } catch {
      if model.progress.stepCount == 0 { takeBack() }
      throw error
    }
  }

  /// Runs the fit after all choices were made.
  private static func fit(
    _ model: any Trainable, to dataset: Dataset, _ given: FitOptions, _ terms: FitTerms, rows: [Int]?,
    validationRows: [Int]?
  ) throws(GenerativeError) {
    let ranks = given.ranks
    var options = given
    options.validation = options.validation.map(model.prepared)
    var record = FitRecord(terms, start: model.progress)
    try ranks.together { () throws(GenerativeError) in
      guard model.requiresUnitRange else { return }
      try dataset.outputs.checkUnitRange(dataset.targets == nil ? "" : "targets: ")
      try options.validation?.outputs.checkUnitRange(dataset.targets == nil ? "" : "validation_targets: ")
    }
    var old: FitRecord?
    if let ranks {
      if options.resumes { try record.terms.addChecksums(dataset, options.validation, ranks) }
      // All ranks continue with rank 0's model, or the model in its file.
      try ranks.together { () throws(GenerativeError) in
        guard ranks.rank == 0, options.resumes else { return }
        _ = try model.resumed(record.terms, dataset, options)
      }
      try model.adopt(from: ranks)
      record = FitRecord(record.terms, start: model.progress)
      old = options.resumes ? model.record : nil
    } else if options.resumes {
      old = try model.resumed(record.terms, dataset, options)
    }
    if let old {
      if old.hasEnded { return }
      record = old
    }
    let trainer = try ranks.together { () throws(GenerativeError) in
      try Trainer(model, dataset, options, record, rows: rows, validationRows: validationRows)
    }
    try trainer.run()
  }

  private init(
    _ model: any Trainable, _ dataset: Dataset, _ options: FitOptions, _ record: FitRecord,
    rows: [Int]?, validationRows: [Int]?
  ) throws(GenerativeError) {
    self.model = model
    self.dataset = dataset
    self.options = options
    self.record = record
    team = options.ranks.map(Team.init)
    var sized = options
    sized.batchRows = Self.mostRows(of: dataset, rows, options.validation, validationRows, options)
    step = try model.prepareWhole(sized, dataset)
    batches = try Batches(
      dataset, rows: options.stepRows, perStep: step.batchCount, minimumRows: model.minimumRows,
      seed: options.seed,
      requiresUnitRange: model.requiresUnitRange, team: team, sharesRows: options.sharesRows,
      rowCounts: rows, classCount: model.classCount, context: model.context)
    var labels: Buffer<Int32>?
    var targets: Buffer<Float>?
    if options.accumulation > 1 {
      let rows = min(options.stepRows, dataset.rowCount ?? options.stepRows)
      if step.labels != nil { labels = try Buffer(count: rows, in: model.context.memory) }
      if step.targets != nil {
        targets = try Buffer(count: rows * model.rowShape.count, in: model.context.memory)
      }
    }
    if batches.partCount > 1, step.labels != nil {
      labels = try Buffer(count: batches.rowCapacity * batches.partCount, in: model.context.memory)
    }
    (self.labels, self.targets) = (labels, targets)
    slices.reserveCapacity(batches.partCount)
    // A stream's length is unknown until it was read once.
    if batches.stepCount == 0 { batches.finish(steps: record.stepsPerEpoch) }
    augmenter = try Augmenter.make(options.augmentation, of: model)
    var validationBatches: Batches?
    if let validation = options.validation {
      validationBatches = try Batches(
        validation, rows: options.batchRows, minimumRows: 1, seed: nil,
        requiresUnitRange: model.requiresUnitRange, team: team, sharesRows: options.sharesRows,
        rowCounts: validationRows, classCount: model.classCount, context: model.context)
    }
    validation = validationBatches
    lastGood = try Snapshot(model.state, context: model.context)
    undo = team == nil ? nil : try Snapshot(step.changedEarly, context: model.context)
    var best: Snapshot?
    if options.keepsBest {
      best = record.best
      // After a fit that was stopped between epochs, the model has the best weights.
      if best == nil { best = try Snapshot(model.state, context: model.context) }
      if record.bestLoss < .infinity { self.record.best = best }
    }
    self.best = best
    good = (model.progress, self.record)
    warningsOfRows = try Self.warnings(dataset, for: model, options)
    reporter = Reporter(options.observer, epochCount: options.epochCount, context: model.context)
    // Only rank 0 writes.
    if let rule = options.checkpoint, options.ranks?.rank ?? 0 == 0 {
      writer = try CheckpointWriter(rule, clock: reporter.clock)
    } else {
      writer = nil
    }
  }

  /// Maximum number of rows in a step. If a batch is larger than the data, workspaces are sized by the data.
  ///
  /// - Parameters:
  ///   - rows, validationRows: the row counts of the ranks' datasets, or of the one they share.
  private static func mostRows(
    of dataset: Dataset, _ rows: [Int]?, _ validation: Dataset?, _ validationRows: [Int]?,
    _ options: FitOptions
  ) -> Int {
    func most(_ dataset: Dataset, _ rows: [Int]?) -> Int {
      // A stream's row count is unknown.
      min(options.batchRows, rows?.max() ?? dataset.rowCount ?? .max)
    }
    // Batch norm needs two rows, whatever the dataset.
    return max(
      most(dataset, rows), validation.map { most($0, validationRows) } ?? 0, min(options.batchRows, 2))
  }

  // MARK: - The loop

  private func run() throws(GenerativeError) {
    model.context.log(.info, "a fit begins: \(choices)")
    try step.begin(dataset)
    model.record = nil
    model.dropAttachments()
    if let names = ModelNames(dataset) { model.names = names }
    record.last?.restore()
    record.last = nil
    keepGood()
    do throws(GenerativeError) {
      while !hasEnded {
        if try learnEpoch() { break }
      }
    } catch {
      throw stopped(error)
    }
    try end()
    try options.ranks.together { () throws(GenerativeError) in
      do throws(GenerativeError) {
        try writer?.write(model)
      } catch {
        throw GenerativeError(
          error.status, "the fit ended, but its checkpoint was not written: \(error.message)")
      }
    }
  }

  /// The settings of the fit, whoever chose them, in one line.
  private var choices: String {
    let outline = try? model.outline()
    let names = [
      "epochs", "batch_size", "learning_rate", "schedule", "preparation", "likelihood", "output_activation",
    ]
    var line = ""
    for name in names {
      guard let text = record.terms[name] ?? outline?.optionText(name) else { continue }
      line += "\(line.isEmpty ? "" : ", ")\(name) \(text)"
    }
    return line
  }

  /// The number of completed epochs of this fit.
  private var epochsDone: Int { model.progress.epochCount - record.start.epochCount }

  /// Whether no epoch is left.
  private var hasEnded: Bool {
    epochsDone >= options.epochCount || options.patience.map { record.epochsSinceBest >= $0 } ?? false
  }

  /// Leaves the model with the requested weights, and with a record of what is left to do: nothing, or the
  /// remaining epochs if an observer stopped the fit.
  private func end() throws(GenerativeError) {
    record.hasEnded = hasEnded
    if !hasEnded { try record.terms.addChecksums(dataset, options.validation, options.ranks) }
    if let best, record.bestLoss < .infinity {
      if !hasEnded { record.last = lastGood }
      best.restore()
    }
    record.best = nil
    model.record = record
  }

  /// Trains for one epoch, or for the rest of one. Returns whether an observer wants to stop.
  private func learnEpoch() throws(GenerativeError) -> Bool {
    batches.start(epoch: model.progress.epochCount)
    try skip()
    var recent = Figures.Mean()
    var stops = false
    while true {
      if options.observer.isCancelled() { stops = try hears(.stopNow) || stops }
      guard let slice = try nextBatches() else { break }
      if let team, writer?.isDue(steps: 1) ?? false { team.wishes.insert(.save) }
      let (figures, rate) = try learn(slice)
      recent.add(figures, rows: slice.totalRows)
      if let team {
        stops = try does(team.takeHeard()) || stops
      } else if let writer, writer.isDue(steps: 1) {
        stops = try save() || stops
      }
      if reporter.isDue {
        stops = try hears(reporter.warn(step.warnings, at: place)) || stops
        stops = try hears(reporter.tell(.step, at: place, rate, recent.figures)) || stops
        recent = Figures.Mean()
      }
    }
    guard record.stepsDone > 0 else {
      throw GenerativeError(
        .argument,
        model.usesBatchNorm
          ? "dataset has too few rows: a step needs at least \(model.minimumRows) with batch norm; use more rows, or "
            + "no batch norm" : "dataset has no rows")
    }
    batches.finish(steps: record.stepsDone)
    // The last step's loss was finite, but the weights after that step may not be.
    try requireFinite()
    return try endEpoch() || stops
  }

  /// Reads the batches of a step into `slices`. Returns the last one, which the step's metrics describe, or
  /// nil at the end of the epoch.
  private func nextBatches() throws(GenerativeError) -> Deal.Slice? {
    slices.removeAll(keepingCapacity: true)
    while slices.count < batches.partCount,
      let slice = try batches.next(
        part: slices.count, labels: labels ?? step.labels, targets: targets ?? step.targets)
    {
      slices.append((slice, batches.base))
    }
    return slices.last?.slice
  }

  /// Goes to the fit's position in its epoch.
  private func skip() throws(GenerativeError) {
    // Ranks cannot notify each other here; they stop at the next step.
    let isCancelled = team == nil ? options.observer.isCancelled : { false }
    guard try batches.skip(steps: record.stepsDone, unless: isCancelled) else { throw Self.cancelled }
    guard batches.streamChecksum == record.streamChecksum else {
      throw GenerativeError(.mismatch, "resume: the dataset's stream returned different rows than before")
    }
  }

  /// Makes one step on the current batch. Returns its figures and its rate.
  private func learn(_ slice: Deal.Slice) throws(GenerativeError) -> (Figures, Float) {
    undo?.take()
    let before = (model.progress, record)
    model.progress.stepCount += 1
    let time = time(after: record.stepsDone, slice)
    record.stepsDone += 1
    let figures: Figures
    do throws(Runaway) {
      figures = try batches.partCount > 1 ? learnParts() : learnWhole(slice, at: time)
    } catch {
      throw runsAway(error.description, ": \(error.place)", advice: error.advice)
    }
    if let team, team.isSpoilt {
      undo?.restore()
      (model.progress, record) = before
      try team.complain()
    }
    record.mean.add(figures, rows: slice.totalRows)
    record.streamChecksum = batches.streamChecksum
    return (figures, time.rate)
  }

  /// Makes one step on the current batch.
  private func learnWhole(_ slice: Deal.Slice, at time: StepTime) throws(Runaway) -> Figures {
    augmenter?.apply(batches.base, count: slice.rowCount, at: time)
    if let targets = targets ?? step.targets {
      augmenter?.apply(targets.base, count: slice.rowCount, at: time)
    }
    return try step.learn(
      batches.base, rows: slice.rowCount, of: model.rowShape.count, at: time, inPartsOf: options.batchRows,
      labels: labels, targets: targets)
  }

  /// Makes one step on several batches, one for each turn.
  private func learnParts() throws(Runaway) -> Figures {
    func part(_ number: Int) -> Part {
      let (slice, x) = slices[number]
      let time = time(after: record.stepsDone - 1, slice)
      // With the turn's own random numbers.
      augmenter?.apply(x, count: slice.rowCount, at: step.time(of: number, in: time))
      if let labels, let own = step.labels {
        own.base.update(from: labels.base + number * batches.rowCapacity, count: slice.rowCount)
      }
      return Part(x: x, rows: slice.rowCount, time: time)
    }
    return try step.learn(part(0)) { $0 < slices.count ? part($0) : nil }
  }

  /// Evaluates the validation set and reports the completed epoch. Returns the same as `learnEpoch`.
  private func endEpoch() throws(GenerativeError) -> Bool {
    let validated = try validate()
    let (place, mean) = (place, record.mean.figures)
    let rate = time(after: record.stepsDone - 1).rate
    // From here on, nothing fails until the epoch counts as done.
    model.progress.epochCount += 1
    record.stepsDone = 0
    record.stepsPerEpoch = batches.stepCount
    record.streamChecksum = 0
    record.mean = Figures.Mean()
    settlePlateau(options.validation == nil ? mean[.loss] : validated[.loss])
    if options.validation != nil {
      let loss = validated[.loss]
      if loss < record.bestLoss - options.minDelta {
        record.bestLoss = loss
        record.epochsSinceBest = 0
        best?.take()
        record.best = best
      } else {
        record.epochsSinceBest += 1
      }
    }
    keepGood()
    var stops = false
    if let writer, writer.isDue(steps: 0) {
      if let team { team.wishes.insert(.save) } else { stops = try save() }
    }
    stops = try hears(reporter.warn(warnings(mean[.loss]), at: place)) || stops
    stops = try hears(reporter.tell(.epoch, at: place, rate, mean, validated)) || stops
    guard let team else { return stops }
    try team.meet()
    return try does(team.takeHeard()) || stops
  }

  /// Lowers the rate of a plateau schedule if it is due, after an epoch with this loss.
  private func settlePlateau(_ loss: Double) {
    guard case .plateau(_, let period) = options.schedule else { return }
    if loss < record.plateau.loss - options.minDelta {
      (record.plateau.loss, record.plateau.epochs) = (loss, 0)
    } else {
      record.plateau.epochs += 1
    }
    guard record.plateau.epochs >= period else { return }
    record.plateau.epochs = 0
    record.plateau.falls += 1
  }

  /// The warnings about the rows themselves, as far as this process knows them.
  private static func warnings(
    _ dataset: Dataset, for model: any Trainable, _ options: FitOptions
  ) throws(GenerativeError) -> [Warning] {
    var warnings: [Warning] = []
    if model.classCount == 1 { warnings.append(.oneClass) }
    if dataset.shape.hasChannelsFirst { warnings.append(.channelsFirst) }
    // With its own rows, a rank does not know those of the others.
    guard options.ranks == nil || options.sharesRows else { return warnings }
    if model.classCount > 0, let labels = dataset.labels {
      var isThere = [Bool](repeating: false, count: model.classCount)
      for row in 0..<labels.count { isThere[Int(labels.base[row])] = true }
      if isThere.contains(false) { warnings.append(.absentClass) }
    }
    if try dataset.hasEqualRows() { warnings.append(.equalRows) }
    return warnings
  }

  /// The warnings at the end of an epoch with this mean loss.
  private func warnings(_ loss: Double) -> [Warning] {
    var warnings = step.warnings
    let first = firstLoss ?? loss
    firstLoss = first
    if model.lossIsMeasure, loss > first + 9 * max(abs(first), 1) {
      warnings.append(.divergingLoss)
    }
    warnings += warningsOfRows
    if hasEnded {
      if model.progress.stepCount < 100 { warnings.append(.fewSteps) }
      if step.averageLags { warnings.append(.laggingAverage) }
    }
    return warnings
  }

  /// The mean figures of the validation set; all NaN if there is none.
  private func validate() throws(GenerativeError) -> Figures {
    guard let validation else { return Figures() }
    var mean = Figures.Mean()
    validation.start(epoch: 0)
    var number = 0
    while let slice = try validation.next(labels: step.labels, targets: step.targets) {
      number += 1
      // A rank without rows still takes part in the sums of the ranks.
      guard slice.rowCount > 0 || team != nil else { continue }
      let time = StepTime(
        seed: options.seed, step: number, epoch: Double(model.progress.epochCount + 1), rate: 0,
        slice: batchSlice(slice), team: nil)
      let figures = step.validate(validation.base, rows: slice.rowCount, at: time)
      if slice.rowCount > 0 { mean.add(figures, rows: slice.rowCount) }
    }
    validation.finish(steps: number)
    return try team?.mean(mean).figures ?? mean.figures
  }

  /// The time of the step after `steps` steps of the current epoch.
  ///
  /// - Parameter slice: this rank's part of the batch.
  private func time(after steps: Int, _ slice: Deal.Slice? = nil) -> StepTime {
    let stepsPerEpoch = max(batches.stepCount, 1)
    let done = epochsDone * stepsPerEpoch + min(steps, stepsPerEpoch)
    let lifetime = record.start.epochCount * stepsPerEpoch + done
    return StepTime(
      seed: options.seed, step: model.progress.stepCount,
      epoch: Double(lifetime) / Double(stepsPerEpoch),
      rate: options.rate(
        stepOfFit: done, stepOfLife: lifetime, stepsPerEpoch: stepsPerEpoch, falls: record.plateau.falls),
      slice: slice.flatMap(batchSlice), team: team)
  }

  private func batchSlice(_ slice: Deal.Slice) -> BatchSlice? {
    team.map { BatchSlice(firstRow: slice.firstRow, totalRows: slice.totalRows, ranks: $0.ranks) }
  }

  private var place: Reporter.Place {
    Reporter.Place(epoch: epochsDone + 1, step: record.stepsDone, stepCount: batches.stepCount)
  }

  /// Whether an answer ends the fit after the epoch. In a team, the other ranks learn of it first, with the
  /// next sum.
  private func hears(_ answer: Observer.Answer) throws(GenerativeError) -> Bool {
    if let team {
      if answer == .stopNow { team.wishes.insert(.stopNow) }
      if answer == .stopAfterEpoch { team.wishes.insert(.stopAfterEpoch) }
      return false
    }
    if answer == .stopNow { throw Self.cancelled }
    return answer == .stopAfterEpoch
  }

  /// Carries out the requests of all ranks. Returns the same as `hears`.
  private func does(_ wishes: Team.Wishes) throws(GenerativeError) -> Bool {
    if wishes.contains(.save) { _ = try save() }
    if wishes.contains(.stopNow) { throw Self.cancelled }
    return wishes.contains(.stopAfterEpoch)
  }

  // MARK: - Checkpoints and good states

  private static var cancelled: GenerativeError { GenerativeError(.cancelled, "the fit was stopped") }

  /// Writes a checkpoint if the state is finite. If writing fails, the observer decides what to do, and
  /// writing is retried when the next checkpoint is due. Returns the same as `learnEpoch`.
  private func save() throws(GenerativeError) -> Bool {
    try requireFinite()
    keepGood()
    model.record = record
    defer { model.record = nil }
    do throws(GenerativeError) {
      try record.terms.addChecksums(dataset, options.validation, options.ranks)
      model.record = record
      try writer?.write(model)
    } catch {
      if error.status == .comm { throw error }
      return try hears(reporter.warn(.checkpointNotWritten, error.message, at: place))
    }
    return false
  }

  private func keepGood() {
    lastGood.take()
    good = (model.progress, record)
  }

  private func restoreGood() {
    lastGood.restore()
    (model.progress, record) = good
  }

  /// Leaves the model as it is, or in the last good state if the last step made it nonfinite, for a fit that
  /// resumes.
  private func stopped(_ error: GenerativeError) -> GenerativeError {
    if hasRunAway { return error }
    if !isFinite { restoreGood() }
    do throws(GenerativeError) {
      if error.status != .comm { try record.terms.addChecksums(dataset, options.validation, options.ranks) }
      model.record = record
      if let writer, writer.hasNews { try writer.write(model) }
      return error
    } catch let failure {
      return error.status != .cancelled
        ? error : GenerativeError(failure.status, "\(error.message), but not saved: \(failure.message)")
    }
  }

  /// Whether everything that steps change is finite.
  private var isFinite: Bool {
    model.state.allSatisfy { model.context.isFinite($0.base, count: $0.count) }
  }

  private func requireFinite() throws(GenerativeError) {
    guard !isFinite else { return }
    let weight = model.learners.lazy.compactMap({ $0.nonfiniteWeight }).first
    throw runsAway("\(weight ?? "the optimizer's state") became infinite or nan")
  }

  /// Restores the last good state.
  private func runsAway(_ what: String, _ place: String = "", advice: String = "") -> GenerativeError {
    let (epoch, stepOfEpoch, stepOfLife) = (epochsDone + 1, record.stepsDone, model.progress.stepCount)
    hasRunAway = true
    restoreGood()
    let back =
      record.stepsDone > 0
      ? "after step \(record.stepsDone) of epoch \(epochsDone + 1)"
      : epochsDone > 0 ? "after epoch \(epochsDone)" : "before the fit"
    return GenerativeError(
      .nonfinite,
      "\(what) in epoch \(epoch), step \(stepOfEpoch) (step \(stepOfLife) in all)\(place); the model was "
        + "restored to its state \(back); \(advice)a lower learning_rate or a clip_norm may help")
  }
}
