import Tensors

extension Dataset {
  /// The rows of `range`, without copying them.
  ///
  /// - Throws: `.argument` when it is empty or not within, `.unsupported` for a stream.
  package func rows(_ range: Range<Int>) throws(GenerativeError) -> Dataset {
    try requireRowNumbers()
    let count = rowCount ?? 0
    guard !range.isEmpty, range.lowerBound >= 0, range.upperBound <= count else {
      throw GenerativeError(
        .argument, "rows \(range.lowerBound) to \(range.upperBound) are not some of the dataset's \(count)")
    }
    guard selection == nil, case .memory(let rows) = source else {
      return try subset(count: range.count) { Int32(range.lowerBound + $0) }
    }
    return Dataset(
      shape: shape, source: .memory(rows.slice(range)), owner: owner?.object,
      labels: try labels.map { labels throws(GenerativeError) in
        try Buffer(
          copying: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(labels.elements)[range]),
          in: context.memory)
      },
      factors: try factors.map { table throws(GenerativeError) in
        let width = table.factors.count
        let values = UnsafeBufferPointer(table.values.elements)[
          range.lowerBound * width..<range.upperBound * width]
        return FactorTable(
          factors: table.factors,
          values: try Buffer(copying: UnsafeBufferPointer(rebasing: values), in: context.memory))
      }, names: names, firstNamedRow: firstNamedRow + range.lowerBound, preparation: preparation,
      isChecked: isChecked, context: context)
  }

  /// The rows of these indices, in their order, without copying them; an index may come twice.
  ///
  /// - Throws: `.argument` for no index or one out of range, `.unsupported` for a stream.
  package func subset(_ indices: UnsafeBufferPointer<Int32>) throws(GenerativeError) -> Dataset {
    try requireRowNumbers()
    let count = rowCount ?? 0
    try require(indices.count, in: 1...Dataset.largestRowCount, "the number of indices")
    if let bad = indices.first(where: { $0 < 0 || $0 >= count }) {
      throw GenerativeError(.argument, "row \(bad) is not one of the dataset's \(count)")
    }
    return try subset(count: indices.count) { indices[$0] }
  }

  /// A training set and a validation set of `validationRowCount` rows chosen by `seed`, disjoint
  /// and together all rows.
  ///
  /// - Throws: `.argument` unless both get at least one row, `.unsupported` for a stream.
  package func split(
    validationRowCount: Int, seed: UInt64
  ) throws(GenerativeError) -> (training: Dataset, validation: Dataset) {
    try requireRowNumbers()
    let count = rowCount ?? 0
    guard validationRowCount >= 1, validationRowCount < count else {
      throw GenerativeError(
        .argument,
        "the validation rows must be between 1 and \(count - 1) of \(count), not \(validationRowCount)")
    }
    let order = try Buffer<Int32>(count: count, in: context.memory)
    // Epochs count from 0, so the last step is no epoch's.
    Random(seed: seed, purpose: .shuffle, step: .max).permute(order.base, count: count)
    let trainingCount = count - validationRowCount
    return (
      try subset(count: trainingCount) { order.base[$0] },
      try subset(count: validationRowCount) { order.base[trainingCount + $0] }
    )
  }

  /// A view of rows of this view, whose indices are known to lie within.
  private func subset(count: Int, _ index: (Int) -> Int32) throws(GenerativeError) -> Dataset {
    let chosen = try Buffer<Int32>(count: count, in: context.memory)
    for i in 0..<count { chosen.base[i] = selection?.base[Int(index(i))] ?? index(i) }
    var chosenLabels: Buffer<Int32>?
    if let labels {
      let copy = try Buffer<Int32>(count: count, in: context.memory)
      for i in 0..<count { copy.base[i] = labels.base[Int(index(i))] }
      chosenLabels = copy
    }
    var chosenFactors: FactorTable?
    if let factors {
      let width = factors.factors.count
      let copy = try Buffer<Float>(count: count * width, in: context.memory)
      for i in 0..<count {
        (copy.base + i * width).update(from: factors.values.base + Int(index(i)) * width, count: width)
      }
      chosenFactors = FactorTable(factors: factors.factors, values: copy)
    }
    return Dataset(
      shape: shape, source: source, owner: owner?.object, selection: chosen, labels: chosenLabels,
      factors: chosenFactors, names: names, firstNamedRow: firstNamedRow, preparation: preparation,
      isChecked: isChecked, context: context)
  }
}
