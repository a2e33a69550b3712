import Tensors

extension Dataset {
  /// The rows of `range`, without copying them.
  ///
  /// - Throws: `.argument` if it is empty or out of range; `.unsupported` for a stream.
  package func rows(_ range: Range<Int>) throws(GenerativeError) -> Dataset {
    try requireRowNumbers()
    let count = rowCount ?? 0
    guard !range.isEmpty, range.lowerBound >= 0, range.upperBound <= count else {
      throw GenerativeError(
        .argument,
        "rows \(range.lowerBound) to \(range.upperBound) are not a nonempty range of the dataset's \(count) rows"
      )
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

  /// The rows with these indices, in their order, without copying them. An index may occur more than once.
  ///
  /// - Throws: `.argument` for no indices or one out of range; `.unsupported` for a stream.
  package func subset(_ indices: UnsafeBufferPointer<Int32>) throws(GenerativeError) -> Dataset {
    try requireRowNumbers()
    let count = rowCount ?? 0
    try require(indices.count, in: 1...Dataset.largestRowCount, "the number of indices")
    if let bad = indices.first(where: { $0 < 0 || $0 >= count }) {
      throw GenerativeError(.argument, "row \(bad) does not exist: the dataset has \(count) rows")
    }
    return try subset(count: indices.count) { indices[$0] }
  }

  /// If all labels are below this limit, the maximum of the models, they are classes by which a split is
  /// stratified.
  private static let splitClasses = 4_096

  /// Two disjoint datasets, in the order of the rows: `share` of all rows, chosen by `seed`, and the rest.
  ///
  /// round(share · n) rows are held out: of a class of c rows ⌊share · c⌋ and, by the largest remainder
  /// method, one more. Within a class, they are the first ones in a permutation by the seed.
  ///
  /// - Throws: `.argument` for fewer than two rows; `.unsupported` for a stream; `.memory`.
  package func split(
    share: Double, seed: UInt64
  ) throws(GenerativeError) -> (rest: Dataset, held: Dataset) {
    try requireRowNumbers()
    let count = rowCount ?? 0
    guard count >= 2 else {
      throw GenerativeError(.argument, "dataset must have at least 2 rows to be split, not \(count)")
    }
    let rounded = (share * Double(count)).rounded(.toNearestOrEven)
    let total = min(max(Int(rounded), 1), count - 1)
    let quotas = try quotas(share, of: total)
    let order = try Buffer<Int32>(count: count, in: context.memory)
    // Epochs count from 0, so the last step belongs to no epoch.
    Random(seed: seed, purpose: .shuffle, step: .max).permute(order.base, count: count)
    let isHeld = try Buffer<UInt8>(count: count, in: context.memory)
    for i in 0..<count {
      let row = Int(order.base[i])
      let number = quotas.count == 1 ? 0 : labels.map { Int($0.base[row]) } ?? 0
      guard quotas.base[number] > 0 else { continue }
      quotas.base[number] -= 1
      isHeld.base[row] = 1
    }
    // The remaining rows come first, then those held out.
    var ends = (rest: 0, held: count - total)
    for row in 0..<count {
      if isHeld.base[row] == 1 {
        order.base[ends.held] = Int32(truncatingIfNeeded: row)
        ends.held += 1
      } else {
        order.base[ends.rest] = Int32(truncatingIfNeeded: row)
        ends.rest += 1
      }
    }
    return (
      try subset(count: count - total) { order.base[$0] },
      try subset(count: total) { order.base[count - total + $0] }
    )
  }

  /// The number of rows of each class that are held out, `total` in all; a single number if there are no
  /// classes.
  private func quotas(_ share: Double, of total: Int) throws(GenerativeError) -> Buffer<Int> {
    guard let labels, (1...Self.splitClasses).contains(classCount) else {
      let all = try Buffer<Int>(count: 1, in: context.memory)
      all.base[0] = total
      return all
    }
    let sizes = try Buffer<Int>(count: classCount, in: context.memory)
    let quotas = try Buffer<Int>(count: classCount, in: context.memory)
    for label in labels.elements { sizes.base[Int(label)] += 1 }
    var left = total
    for c in 0..<classCount {
      quotas.base[c] = min(Int(share * Double(sizes.base[c])), max(sizes.base[c] - 1, 0))
      left -= quotas.base[c]
    }
    // First so that each class keeps a row. Then, if all classes have only one row, without that condition.
    for kept in [1, 0] {
      while left > 0 {
        var best: (label: Int, remainder: Double)?
        for c in 0..<classCount where quotas.base[c] + kept < sizes.base[c] {
          let remainder = share * Double(sizes.base[c]) - Double(quotas.base[c])
          if remainder > best?.remainder ?? -.infinity { best = (c, remainder) }
        }
        guard let best else { break }
        quotas.base[best.label] += 1
        left -= 1
      }
    }
    return quotas
  }

  /// A view of rows of this view. Their indices must be in range.
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
