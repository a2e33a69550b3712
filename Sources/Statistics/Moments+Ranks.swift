import Ranks
import Tensors

extension Moments {
  /// Replaces the statistics by those of all ranks' rows, with the same bits on each rank. Each rank has seen
  /// a part of the rows.
  ///
  /// The ranks agree on unit and shift, and then make one all-reduce of the sums. For bytes it is exact, so
  /// the number of ranks does not matter; for floats it is subject to rounding.
  ///
  /// - Throws: `.comm`; `.argument` on every rank if one has seen no rows; `.memory`.
  package func sum(over ranks: Ranks) throws(GenerativeError) {
    let counts = try ranks.gather(rowCount)
    if let rank = counts.firstIndex(where: { $0 < 1 }) {
      throw GenerativeError(
        .argument, "rank \(rank) has no rows: each of the \(ranks.count) needs at least one")
    }
    var total = 0
    for count in counts {
      let (sum, overflow) = total.addingReportingOverflow(count)
      guard !overflow else { throw GenerativeError(.limit, "more rows than can be counted") }
      total = sum
    }
    let areBytes = try ranks.gather(unit == 1 ? 0 : 1).allSatisfy { $0 == 1 }
    let packed = try ranks.together { () throws(GenerativeError) in
      try Buffer<Double>(count: packedCount, in: context.memory)
    }
    if !areBytes {
      leaveBytes()
      let means = packed.base
      let variances = means + columnCount
      for j in 0..<columnCount {
        means[j] = (shift.base[j] * Double(rowCount) + sums.base[j]) / Double(total)
        variances[j] = variation(j) / Double(total)
      }
      try ranks.sum(means, count: 2 * columnCount)
      moveShift { (means[$0], variances[$0].squareRoot()) }
    }
    pack(into: packed.base)
    try ranks.sum(packed.base, count: packed.count)
    unpack(from: packed.base, rowCount: total)
  }

  // MARK: - Sums as one array

  /// The number of elements of t, S or Y, the diagonal and the limit. All of them can be summed if unit and
  /// shift are the same.
  private var packedCount: Int {
    let d = columnCount
    return d + (directions == nil ? d * (d + 1) / 2 : products.count) + squares.count + 1
  }

  private func pack(into packed: UnsafeMutablePointer<Double>) {
    var end = packed
    forEachPart { part in
      end.update(from: part.base, count: part.count)
      end += part.count
    }
    end.pointee = productLimit
  }

  /// Reads the output of `pack` after it was summed with others.
  private func unpack(from packed: UnsafePointer<Double>, rowCount count: Int) {
    var start = packed
    forEachPart { part in
      part.base.update(from: start, count: part.count)
      start += part.count
    }
    productLimit = start.pointee
    rowCount = count
    putOffShift()
  }

  /// The pieces of memory that hold t, the stored part of each row of S, and the diagonal.
  private func forEachPart(_ body: (_ part: (base: UnsafeMutablePointer<Double>, count: Int)) -> Void) {
    body((sums.base, columnCount))
    for i in 0..<columnCount {
      body((products.base + i * width + firstColumn(i), width - firstColumn(i)))
    }
    body((squares.base, squares.count))
  }
}
