import ArgumentParser
import CGenerative

/// The fit of a network from the command line.
struct Training {
  let kind: Model.Kind
  let train: TrainOptions
  let fit: FitFlags
  var targets: Targets?

  /// Fits a new model with the given options or, with --resume, the model in the file. The library saves the model
  /// during the fit and when Ctrl-C stops it.
  ///
  /// - Parameter conditional: whether the model is conditional on the rows' classes.
  func run(_ network: some OptionFlags, conditional: Bool = false) throws {
    func create(_ dataset: Dataset) throws -> Object {
      let shape = dataset.shape
      var words = [
        option("height", shape.height), option("width", shape.width), option("channels", shape.channels),
        network.text,
      ]
      if conditional {
        let count = try dataset.requiredClassCount()
        if kind == .classifier, count < 2 {
          throw Failure(description: "\(train.data) has 1 class, but a classifier needs at least 2")
        }
        words.append(option("n_classes", count))
      }
      if let seed = fit.options.seed { words.append(option("seed", seed)) }
      return try newModel(kind, words.joined(separator: " "))
    }
    guard fit.mpi else { return try run(network, in: nil, conditional, create) }
    let job = try MPIJob()
    defer { job.leave() }
    do {
      try run(network, in: job, conditional, create)
    } catch {
      guard !job.isAgreed else { throw error }
      // Leaving aborts this process as well, so print the error first.
      complain(Gen.line(for: error))
      throw ExitCode.failure
    }
  }

  /// - Parameter job: the MPI job; its first rank reports progress and writes the files.
  private func run(
    _ network: some OptionFlags, in job: MPIJob?, _ conditional: Bool, _ create: (Dataset) throws -> Object
  ) throws {
    if !fit.resume, !train.force { try checkIsFree(train.out, orResume: true) }
    let loaded = fit.resume ? try Model(path: train.out, classifies: true) : nil
    if let loaded, loaded.kind != kind {
      throw Failure(description: "\(train.out) is a \(loaded.kind.name), not a \(kind.name)")
    }
    if loaded != nil { try checkOptions(network, conditional) }
    let whole = try train.dataOptions.open(train.data, for: loaded?.shape)
    if kind != .classifier, !conditional, !(loaded.map { $0.classCount > 0 } ?? false) {
      try train.dataOptions.checkLabelsAreUsed(
        train.data, "this \(kind.name) does not use classes without --conditional")
    }
    let (dataset, validation) = try fit.split(whole, train.dataOptions)
    let pairs = try targets?.open(for: whole, fit, train.dataOptions)
    // The fit's options refer to their handles.
    defer { withExtendedLifetime(pairs) {} }
    let model = try loaded ?? Model(create(dataset))
    let done = try model.epochs()
    let isUnfinished = try model.epochsLeft() > 0
    let epochs = try fit.epochs()
    guard epochs.map({ done < $0 }) ?? (done == 0) || isUnfinished else {
      throw Failure(
        description: "\(train.out) was already fitted for \(done) epochs; give a larger --epochs to continue")
    }
    // A resumed fit counts its epochs from its own start.
    let before = isUnfinished ? try Training.start(of: train.out) : done
    var options = try fit.options(epochs: epochs.map { $0 - before })
    options.resume = isUnfinished ? 1 : 0
    options.validation = validation?.handle
    options.targets = pairs?.0.handle
    options.validation_targets = pairs?.validation?.handle
    if let job {
      // The default is one for all ranks together, whatever their number.
      if options.batch_size == Int64(GEN_AUTO) { options.batch_size = 128 }
      guard options.batch_size % Int64(job.size) == 0 else {
        throw Failure(
          description: "--batch-size \(options.batch_size) is not divisible by the \(job.size) ranks")
      }
      options.batch_size /= Int64(job.size)
      options.shared_rows = 1
      options.comm = UnsafePointer(job.comm)
      if !job.isFirst {
        _ = try withExtendedLifetime(validation) { try run(model, dataset, options, nil, in: job) }
        return
      }
    }
    let page = try fit.watch.map { try WatchPage(path: $0, model: model, file: train.out, rows: dataset) }
    // A page should not wait a minute for the first checkpoint.
    if page != nil, fit.options.checkpointSteps == nil, fit.options.checkpointSeconds == nil {
      options.checkpoint_seconds = WatchPage.seconds
    }
    let log = FitLog(
      kind.name, model: train.out, epochsBefore: before, epochsDone: done, json: train.json, page: page)
    log.add(
      "start",
      try model.facts() + [("data", .string(dataset.name)), ("rows", .integer(dataset.count))]
        + (job.map { [("ranks", .integer($0.size))] } ?? []))
    if !train.json {
      let ranks = job.map { ", \($0.size) ranks" } ?? ""
      showProgress(
        "\(try fact("architecture", of: model)) \(kind.name) with \(try fact("parameters", of: model)) parameters, "
          + "\(dataset.count) rows of \(dataset.shape)\(ranks)\n"
      )
    }
    let isStopped: Bool
    do {
      isStopped = try withExtendedLifetime(validation) { try run(model, dataset, options, log, in: job) }
    } catch {
      log.fail(error)
      throw error
    }
    let fitted = try model.epochs()
    log.add(
      isStopped ? "stopped" : "saved", [("model", .string(train.out)), ("epochs", .integer(fitted))])
    try log.finish()
    if isStopped {
      let whole = fitted + (try model.epochsLeft())
      complain("stopped after \(fitted) of \(whole) epochs; \(train.out) is saved. To continue:")
      complain("  \(Interruption.command)")
      throw Interruption.exitCode
    }
    if !train.json { showProgress("saved \(train.out)\n") }
  }

  /// Rejects network options that differ from those of the model that is resumed.
  private func checkOptions(_ network: some OptionFlags, _ conditional: Bool) throws {
    let checkpoint = try Checkpoint(path: train.out)
    func refuse(_ name: String, _ given: String, _ own: String) -> Failure {
      Failure(
        description:
          "--resume continues with the options of \(train.out): \(name) is \(own), not \(given). Leave the option out, "
          + "or train another model with another --out")
    }
    for (name, value) in network.all {
      // What the library chose for the file stays chosen.
      guard let value, value != "auto", let own = checkpoint.option(name) else { continue }
      let isSame =
        value == own || (Double(value).map { Double(own) == $0 } ?? false)
        || value.filter { $0 != " " } == own.filter { $0 != " " }
      if !isSame { throw refuse("--" + String(name.map { $0 == "_" ? "-" : $0 }), value, own) }
    }
    if conditional, checkpoint.option("n_classes") == "0" {
      throw refuse("--conditional", "given", "not given")
    }
  }

  /// Whether Ctrl-C stopped the fit.
  private func run(
    _ model: Model, _ dataset: Dataset, _ options: gen_fit_options, _ log: FitLog?, in job: MPIJob?
  ) throws -> Bool {
    var options = options
    return try Interruption.during { token in
      let status = try train.out.withCString { path in
        options.checkpoint_path = path
        return try FitLog.following(log, token) { run in model.fit(dataset, &options, run) }
      }
      job?.isAgreed = status != gen_status(GEN_E_COMM)
      if status != gen_status(GEN_E_CANCELLED) { try check(status) }
      return status == gen_status(GEN_E_CANCELLED)
    }
  }

  /// The number of epochs of earlier fits when the fit recorded in a file began.
  private static func start(of path: String) throws -> Int {
    let start = try Checkpoint(path: path).option("fit.start")?.split(separator: ",").first
    return start.flatMap { Int($0) } ?? 0
  }

  private func fact(_ name: String, of model: Model) throws -> String {
    guard let value = try model.facts().first(where: { $0.name == name })?.value else { return "?" }
    return if case .string(let text) = value { text } else { value.text }
  }
}
