import Datasets
import Ranks
import Tensors

extension Preparation {
  /// The preparation that gives every column of a dataset mean 0 and standard deviation 1.
  ///
  /// Takes one pass, with sums about the first row.
  ///
  /// - Parameter ranks: the ranks if each has its own rows. All of them make this call.
  /// - Throws: `.memory`; errors of reading; `.comm`.
  package convenience init(
    standardizing dataset: Dataset, _ ranks: Ranks?, context: Context
  ) throws(GenerativeError) {
    let width = dataset.shape.count
    let means = try Buffer<Double>(count: width, in: context.memory)
    let deviations = try Buffer<Double>(count: width, in: context.memory)
    // The sums of the columns about a shift, the sums of squares, and the number of rows.
    let sums = try Buffer<Double>(count: 2 * width + 1, in: context.memory)
    let shift = try Buffer<Double>(count: width, in: context.memory)
    let squares = sums.base + width
    try ranks.together { () throws(GenerativeError) in
      var isFirst = true
      try dataset.forEachRow { row in
        if isFirst { shift.base.update(from: row, count: width) }
        isFirst = false
        for j in 0..<width {
          let x = row[j] - shift.base[j]
          sums.base[j] += x
          squares[j] += x * x
        }
        squares[width] += 1
      }
    }
    // The ranks add up sums about one common mean.
    let own = max(squares[width], 1)
    for j in 0..<width { means.base[j] = shift.base[j] * squares[width] + sums.base[j] }
    var count = squares[width]
    try ranks?.sum(&count, count: 1)
    try ranks?.sum(means.base, count: width)
    for j in 0..<width {
      means.base[j] /= max(count, 1)
      // Σ (x − mean)² of this rank's rows: the sum about their own mean, plus that of their mean about the
      // common mean.
      let distance = shift.base[j] + sums.base[j] / own - means.base[j]
      deviations.base[j] =
        max(squares[j] - sums.base[j] * sums.base[j] / own, 0) + squares[width] * distance * distance
    }
    try ranks?.sum(deviations.base, count: width)
    for j in 0..<width {
      let deviation = (deviations.base[j] / max(count, 1)).squareRoot()
      // A constant column has a nonzero deviation only through rounding.
      deviations.base[j] = deviation > abs(means.base[j]) * 1e-14 && deviation.isFinite ? deviation : 0
    }
    self.init(means: means, deviations: deviations, context: context)
  }
}

extension Dataset {
  /// Calls `body` with each unprepared row, in order.
  fileprivate func forEachRow(
    _ body: (UnsafeMutablePointer<Double>) -> Void
  ) throws(GenerativeError) {
    let width = shape.count
    let block = max(1, min(rowCount ?? 256, 65_536 / width))
    let rows = try Buffer<Double>(count: block * width, in: context.memory)
    guard let rowCount else {
      guard let stream else { return }
      let floats = try Buffer<Float>(count: block * width, in: context.memory)
      stream.rewind()
      while true {
        let count = try stream.read(maxRowCount: block, into: floats.base)
        if count == 0 { return }
        for row in 0..<count {
          for j in 0..<width { rows.base[j] = Double(floats.base[row * width + j]) }
          body(rows.base)
        }
      }
    }
    for first in stride(from: 0, to: rowCount, by: block) {
      let count = min(block, rowCount - first)
      try read(range: first..<first + count, into: rows.base)
      for row in 0..<count { body(rows.base + row * width) }
    }
  }

  /// Whether every number lies in [0, 1]. A stream of tables is read for this check; images are checked as
  /// they are read.
  package func isInUnits(_ ranks: Ranks?) throws(GenerativeError) -> Bool {
    let outside = try ranks.together { () throws(GenerativeError) in
      guard stream != nil else { return try firstOutsideUnits() == nil ? 0 : 1 }
      guard shape.isTable else { return 0 }
      var isInside = true
      let width = shape.count
      try forEachRow { row in
        for j in 0..<width where !isUnit(row[j]) { isInside = false }
      }
      return isInside ? 0 : 1
    }
    return try (ranks?.sum(of: outside) ?? outside) == 0
  }
}
