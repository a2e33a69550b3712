import Tensors

/// Count, sum and second moments of rows, from which mean and covariance follow at any time.
///
/// Kept about a shift s near the mean, so that no digits cancel, and in a unit u:
///
///     n,   t = Σ (x/u − s),   S = Σ (x/u − s)·(x/u − s)ᵀ
///     mean = u·(s + t/n),     covariance = u²·(S − t·tᵀ/n) / (n − 1)
///
/// Moving the shift by δ changes t to t − n·δ and S to S − δ·tᵀ − t·δᵀ + n·δ·δᵀ; two statistics over
/// the same shift add up. This is the pairwise update of Chan, Golub & LeVeque (1979), put off until
/// the moments are asked for: rows may come in batches of any size, one row included.
///
/// Bytes b = 255·x have u = 1/255 and s = 0, and every sum is an exact integer: the same bits for any
/// order and batches. Of floats u = 1; up to 256 columns and in small batches products are taken in
/// Double; wider data are multiplied in Float over a few hundred rows, whose sums are added in Double.
package final class Moments: @unchecked Sendable {
  package let columnCount: Int
  /// n
  package private(set) var rowCount = 0
  /// u: 1/255 while all rows were bytes, else 1.
  package private(set) var unit = 1.0
  /// s, in Float so that x − s is rounded once at most.
  package let shift: Buffer<Float>
  /// t
  package let sums: Buffer<Double>
  /// S, the upper triangle.
  package let products: Buffer<Double>
  /// The shift follows the mean when the count has doubled.
  private var nextShift = 2

  package let context: Context
  private let accumulator: MomentsAccumulator

  package static let byteUnit = 1.0 / 255

  /// Nothing seen yet.
  ///
  /// - Throws: `.argument` for no columns, `.memory`: columns² doubles are kept.
  package init(columns: Int, in context: Context = .standard) throws(GenerativeError) {
    guard columns >= 1 else {
      throw GenerativeError(.argument, "n_features must be at least 1, not \(columns)")
    }
    guard let area = checkedProduct(columns, columns) else {
      throw GenerativeError(.memory, "the covariance of \(columns) columns does not fit memory")
    }
    self.context = context
    columnCount = columns
    shift = try Buffer(count: columns, in: context.memory)
    sums = try Buffer(count: columns, in: context.memory)
    products = try Buffer(count: area, in: context.memory)
    accumulator = try MomentsAccumulator(columns: columns, in: context)
  }

  // MARK: - Adding

  /// Adds a batch, all of it or, when a row holds a NaN or an infinity, nothing.
  ///
  /// - Parameter isChecked: promises that no row holds a NaN or an infinity, or that after an error this
  ///   object is not used again, which saves reading the rows once more beforehand.
  /// - Throws: `.mismatch` for another number of columns; `.nonfinite`; `.memory`.
  package func add(_ batch: RowBatch, isChecked: Bool = false) throws(GenerativeError) {
    switch batch {
    case .floats(let rows): try add(rows, isChecked: isChecked)
    case .bytes(let base, let count): try add(bytes: base, rowCount: count)
    }
  }

  /// Adds rows of floats.
  package func add(_ rows: Matrix, isChecked: Bool = false) throws(GenerativeError) {
    try checkColumns(rows.columnCount)
    let total = try countWith(rows.rowCount)
    if !isChecked { try checkFinite(rows, in: context) }
    guard rows.rowCount > 0 else { return }
    if rowCount == 0 {
      startShift(rows)
    } else if unit != 1 {
      leaveBytes()
    }
    try accumulator.add(rows, to: self)
    rowCount = total
    followMean()
  }

  /// Adds packed rows of bytes, 255 for one.
  package func add(bytes: UnsafePointer<UInt8>, rowCount count: Int) throws(GenerativeError) {
    let total = try countWith(count)
    guard count > 0 else { return }
    if rowCount == 0 { unit = Self.byteUnit }
    if unit == 1 {
      try accumulator.add(scaledBytes: bytes, rowCount: count, to: self)
    } else {
      accumulator.add(bytes: bytes, rowCount: count, to: self)
    }
    rowCount = total
    followMean()
  }

  /// Adds what `other` has seen; `other` stays as it is.
  ///
  /// - Throws: `.mismatch` for another number of columns; `.memory`.
  package func merge(_ other: Moments) throws(GenerativeError) {
    try checkColumns(other.columnCount)
    guard other.rowCount > 0 else { return }
    let total = try countWith(other.rowCount)
    let d = columnCount
    let delta = try Buffer<Double>(count: d, in: context.memory)
    if rowCount == 0 {
      unit = other.unit
      shift.base.update(from: other.shift.base, count: d)
    } else if unit != other.unit, unit != 1 {
      leaveBytes()
    }
    // The other's sums in this unit and about this shift: δ = s − u'·s'/u.
    let u = other.unit / unit
    let m = Double(other.rowCount)
    for j in 0..<d { delta.base[j] = Double(shift.base[j]) - u * Double(other.shift.base[j]) }
    let t = other.sums.base
    context.parallel(d) { i in
      let row = products.base + i * d
      let theirs = other.products.base + i * d
      let di = delta.base[i]
      let ti = u * t[i]
      for j in i..<d {
        let dj = delta.base[j]
        row[j] += u * u * theirs[j] - di * u * t[j] - ti * dj + m * di * dj
      }
    }
    for j in 0..<d { sums.base[j] += u * t[j] - m * delta.base[j] }
    rowCount = total
    if unit == 1 { moveShift() }
  }

  // MARK: - Results

  /// Writes the mean of every column; zeros before the first row.
  package func mean(into mean: UnsafeMutablePointer<Double>) {
    let n = Double(max(rowCount, 1))
    for j in 0..<columnCount { mean[j] = unit * (Double(shift.base[j]) + sums.base[j] / n) }
  }

  /// Writes the upper triangle of the covariance matrix, divisor n − 1; about zero instead of the mean
  /// unless `centred`. Needs two rows at least.
  package func covariance(into c: UnsafeMutablePointer<Double>, centred: Bool = true) {
    let d = columnCount
    let n = Double(rowCount)
    let scale = unit * unit / max(n - 1, 1)
    let s = shift.base
    let t = sums.base
    context.parallel(d) { i in
      let source = products.base + i * d
      let target = c + i * d
      let si = Double(s[i])
      let ti = t[i]
      if centred {
        let meanTi = ti / n
        for j in i..<d { target[j] = (source[j] - meanTi * t[j]) * scale }
        // What rounding leaves of a constant column is not a variance.
        target[i] = max(target[i], 0)
      } else {
        for j in i..<d {
          let sj = Double(s[j])
          target[j] = (source[j] + si * t[j] + ti * sj + n * si * sj) * scale
        }
      }
    }
  }

  // MARK: - State

  /// Takes up from n, u, s, t and S as another left them, all finite.
  ///
  /// - Throws: `.mismatch` when the arrays do not fit each other; `.format` for impossible sums; `.memory`.
  package init(
    rowCount: Int, unit: Double, shift: Buffer<Float>, sums: Buffer<Double>, products: Buffer<Double>,
    in context: Context
  ) throws(GenerativeError) {
    let columns = shift.count
    guard sums.count == columns, products.count == checkedProduct(columns, columns) else {
      throw GenerativeError(.mismatch, "the statistics' arrays do not fit \(columns) columns")
    }
    guard rowCount >= 0, unit == 1 || unit == Self.byteUnit else {
      throw GenerativeError(.format, "statistics of \(rowCount) rows in the unit \(unit)")
    }
    for j in 0..<columns {
      guard products.base[j * (columns + 1)] >= 0 else {
        throw GenerativeError(.format, "the statistics hold a negative sum of squares")
      }
      guard unit == 1 || shift.base[j] == 0 else {
        throw GenerativeError(.format, "statistics of bytes must be about zero")
      }
    }
    self.context = context
    self.shift = shift
    self.sums = sums
    self.products = products
    self.rowCount = rowCount
    self.unit = unit
    columnCount = columns
    nextShift = rowCount <= Int.max / 2 ? max(2, 2 * rowCount) : .max
    accumulator = try MomentsAccumulator(columns: columns, in: context)
  }

  // MARK: - Inside

  private func checkColumns(_ count: Int) throws(GenerativeError) {
    guard count == columnCount else {
      throw GenerativeError(.mismatch, "n_features must be \(columnCount), not \(count)")
    }
  }

  private func countWith(_ more: Int) throws(GenerativeError) -> Int {
    let (total, overflow) = rowCount.addingReportingOverflow(more)
    guard !overflow else { throw GenerativeError(.limit, "more rows than can be counted") }
    return total
  }

  /// s ← the mean of up to 256 rows from all over.
  private func startShift(_ rows: Matrix) {
    let count = min(rows.rowCount, 256)
    let mean = accumulator.columnScratch
    mean.update(repeating: 0, count: columnCount)
    for i in 0..<count {
      let row = rows.base + i * rows.rowCount / count * rows.rowStride
      for j in 0..<columnCount { mean[j] += Double(row[j]) }
    }
    for j in 0..<columnCount { shift.base[j] = Float(mean[j] / Double(count)) }
  }

  private func followMean() {
    guard unit == 1, rowCount >= nextShift else { return }
    moveShift()
    nextShift = rowCount <= Int.max / 2 ? 2 * rowCount : .max
  }

  /// From bytes to floats: u ← 1, everything scaled.
  private func leaveBytes() {
    let u = unit
    unit = 1
    for i in 0..<products.count { products.base[i] *= u * u }
    for j in 0..<columnCount { sums.base[j] *= u }
    moveShift()
  }

  /// s ← the mean so far, in Float.
  private func moveShift() {
    let d = columnCount
    let n = Double(rowCount)
    let t = sums.base
    let delta = accumulator.columnScratch
    for j in 0..<d {
      let previous = Double(shift.base[j])
      shift.base[j] = Float(previous + t[j] / n)
      delta[j] = Double(shift.base[j]) - previous
    }
    context.parallel(d) { i in
      let row = products.base + i * d
      let di = delta[i]
      let ti = t[i]
      for j in i..<d { row[j] += n * di * delta[j] - di * t[j] - ti * delta[j] }
    }
    for j in 0..<d { t[j] -= n * delta[j] }
  }
}

/// - Throws: `.nonfinite` naming the first row and column that hold a NaN or an infinity.
package func checkFinite(_ rows: Matrix, in context: Context) throws(GenerativeError) {
  let isPacked = rows.rowStride == rows.columnCount
  if isPacked, context.isFinite(rows.base, count: rows.rowCount * rows.columnCount) { return }
  for i in 0..<rows.rowCount {
    let row = rows.base + i * rows.rowStride
    guard let column = (0..<rows.columnCount).first(where: { !row[$0].isFinite }) else { continue }
    throw GenerativeError(.nonfinite, "row \(i) holds \(row[column]) in column \(column)")
  }
}
