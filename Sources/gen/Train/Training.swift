import ArgumentParser
import CGenerative

/// The fit of a network from the command line.
struct Training {
  let kind: Model.Kind
  let train: TrainOptions
  let fit: FitFlags

  /// Fits what `create` makes for rows of a shape, or with --resume the model that is there, and saves
  /// it also when Ctrl-C stopped the fit.
  func run(_ create: (Dataset) throws -> Object) throws {
    let loaded = fit.resume ? try Model(path: train.out) : nil
    if let loaded, loaded.kind != kind {
      throw Failure(description: "\(train.out) is a \(loaded.kind.name), not a \(kind.name)")
    }
    let whole = try train.dataOptions.open(train.data, for: loaded?.shape)
    let (dataset, validation) = try fit.split(whole, train.dataOptions)
    let model = try loaded ?? Model(kind, create(dataset))
    let before = try model.epochs()
    guard before < fit.epochs else {
      throw Failure(description: "\(train.out) has had \(before) epochs; --epochs must be more to go on")
    }
    let log = FitLog(kind.name, model: train.out, epochsBefore: before, json: train.json)
    log.add(
      "start", try model.facts() + [("data", .string(dataset.name)), ("rows", .integer(dataset.count))])
    if !train.json {
      print("\(kind.name) of \(try parameters(model)) parameters, \(dataset.count) rows of \(dataset.shape)")
    }
    let isStopped = try run(model, dataset, validation, epochs: fit.epochs - before, log)
    try model.save(to: train.out)
    let epochs = try model.epochs()
    log.add(
      isStopped ? "stopped" : "saved", [("model", .string(train.out)), ("epochs", .integer(epochs))])
    try log.finish()
    if isStopped {
      complain("stopped after \(epochs) of \(fit.epochs) epochs; \(train.out) is saved. To go on:")
      complain("  \(Interruption.command)")
      throw Interruption.exitCode
    }
    if !train.json { print("saved \(train.out)") }
  }

  /// Whether Ctrl-C stopped the fit.
  private func run(
    _ model: Model, _ dataset: Dataset, _ validation: Dataset?, epochs: Int, _ log: FitLog
  ) throws -> Bool {
    var options = try fit.options(epochs: epochs)
    options.event = FitLog.callback
    options.user_data = Unmanaged.passUnretained(log).toOpaque()
    options.validation = validation?.handle
    return try Interruption.during { token in
      options.token = token
      let status = withExtendedLifetime((log, validation)) { model.fit(dataset, &options) }
      if status != gen_status(GEN_E_CANCELLED) { try check(status) }
      return status == gen_status(GEN_E_CANCELLED)
    }
  }

  private func parameters(_ model: Model) throws -> String {
    try model.facts().first { $0.name == "parameters" }?.value.text ?? "?"
  }
}
