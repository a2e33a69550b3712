/// What a model is to make of the rows it is fitted to, as named on the command line.
struct Targets {
  let data: String
  /// Of the rows that are evaluated after each epoch, where those are named, too.
  let validation: String?

  /// The targets of `whole` rows, and of those that are evaluated, split as the rows are.
  func open(
    for whole: Dataset, _ fit: FitFlags, _ dataOptions: DataOptions
  ) throws -> (Dataset, validation: Dataset?) {
    var options = dataOptions
    options.labels = nil
    let targets = try options.open(data, for: whole.shape)
    try pair(whole, targets)
    guard let validation else {
      if fit.validation.flatMap({ Double($0) }) != nil { try requireEqualClasses(whole, targets) }
      return try fit.split(targets, options)
    }
    return (targets, try options.open(validation, for: whole.shape))
  }

  /// Refuses a share of rows that would not be that of their targets: of each class a share is held out.
  private func requireEqualClasses(_ rows: Dataset, _ targets: Dataset) throws {
    let classes = try [rows, targets].map { $0.classCount > 0 ? try $0.labels() : [] }
    guard classes[0] == classes[1] else {
      throw Failure(
        description:
          "--validation holds out rows by their classes, and those of \(rows.name) and \(targets.name) differ: name "
          + "rows for it, and --validation-targets")
    }
  }

  /// Refuses rows that are not paired one with one.
  private func pair(_ rows: Dataset, _ targets: Dataset) throws {
    guard rows.count == targets.count else {
      throw Failure(description: "\(targets.name) has \(targets.count) rows and \(rows.name) \(rows.count)")
    }
    for dataset in [rows, targets] where dataset.skippedCount > 0 {
      throw Failure(
        description:
          "\(dataset.name) has skipped files (\(dataset.skippedCount)), so its rows cannot be paired")
    }
  }
}
