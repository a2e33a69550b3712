import Ranks
import Tensors

extension Moments {
  /// Becomes the statistics of all ranks' rows, the same bits on each; each rank has seen a part of them.
  ///
  /// One all-reduce of the sums, after the ranks have agreed on unit and shift: of bytes exact, so that the
  /// number of ranks changes nothing; of floats to rounding.
  ///
  /// - Throws: `.comm`; `.argument` on every rank where one has seen no row; `.memory`.
  package func sum(over ranks: Ranks) throws(GenerativeError) {
    let counts = try ranks.gather(rowCount)
    if let rank = counts.firstIndex(where: { $0 < 1 }) {
      throw GenerativeError(
        .argument, "rank \(rank) has no rows: each of the \(ranks.count) needs one at least")
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
      for j in 0..<columnCount {
        means[j] = (shift.base[j] * Double(rowCount) + sums.base[j]) / Double(total)
      }
      try ranks.sum(means, count: columnCount)
      moveShift { means[$0] }
    }
    pack(into: packed.base)
    try ranks.sum(packed.base, count: packed.count)
    unpack(from: packed.base, rowCount: total)
  }

  // MARK: - Sums as one array

  /// Numbers of t, S or Y, the diagonal and the limit, which add up where unit and shift are the same.
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

  /// Takes over what `pack` gave and others were added to.
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

  /// The pieces of memory that hold t, what is kept of each row of S, and the diagonal.
  private func forEachPart(_ body: (_ part: (base: UnsafeMutablePointer<Double>, count: Int)) -> Void) {
    body((sums.base, columnCount))
    for i in 0..<columnCount {
      body((products.base + i * width + firstColumn(i), width - firstColumn(i)))
    }
    body((squares.base, squares.count))
  }
}
