import Tensors

extension Dataset {
  /// These rows, each paired with the row of `targets` with the same index, which a model learns to produce
  /// from it.
  ///
  /// - Throws: `.unsupported` for a stream, whose rows have no indices; `.mismatch` for another number of
  ///   rows or rows of another size.
  package func paired(
    with targets: Dataset, _ name: String, _ targetsName: String
  ) throws(GenerativeError) -> Dataset {
    guard let rowCount, let targetCount = targets.rowCount else {
      throw GenerativeError(
        .unsupported,
        "\(targetsName) need rows in memory: \(stream == nil ? targetsName : name) is a stream, whose rows have no "
          + "numbers by which they could be paired")
    }
    guard rowCount == targetCount else {
      throw GenerativeError(
        .mismatch, "\(targetsName) must have the \(rowCount) rows of \(name), not \(targetCount)")
    }
    guard shape.count == targets.shape.count else {
      throw GenerativeError(
        .mismatch, "\(targetsName) has rows of \(targets.shape), \(name) rows of \(shape)")
    }
    return Dataset(
      shape: shape, source: source, owner: owner?.object, selection: selection, labels: labels,
      factors: factors, names: names, firstNamedRow: firstNamedRow, preparation: preparation,
      targets: targets,
      isChecked: isChecked, context: context)
  }

  /// The output that a model learns: the targets, or the rows if there are none.
  package var outputs: Dataset { targets ?? self }
}
