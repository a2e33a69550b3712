/// The rows that a model learns to output, as given on the command line.
struct Targets {
  let data: String
  /// The targets of the validation rows, if those are given as DATA.
  let validation: String?

  /// The targets of the training rows in `whole` and of the validation rows, split in the same way as the rows.
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

  /// Rejects a validation fraction if rows and targets have different classes, because a fraction of each class is
  /// held out.
  private func requireEqualClasses(_ rows: Dataset, _ targets: Dataset) throws {
    let classes = try [rows, targets].map { $0.classCount > 0 ? try $0.labels() : [] }
    guard classes[0] == classes[1] else {
      throw Failure(
        description:
          "--validation holds out a fraction of each class, but \(rows.name) and \(targets.name) have different "
          + "classes: give rows to --validation, and --validation-targets")
    }
  }

  /// Rejects rows and targets that do not form pairs.
  private func pair(_ rows: Dataset, _ targets: Dataset) throws {
    guard rows.count == targets.count else {
      throw Failure(
        description: "\(targets.name) has \(targets.count) rows, but \(rows.name) has \(rows.count)")
    }
    for dataset in [rows, targets] where dataset.skippedCount > 0 {
      throw Failure(
        description:
          "\(dataset.skippedCount) files of \(dataset.name) were skipped, so its rows cannot be paired")
    }
  }
}
