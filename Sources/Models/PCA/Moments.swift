import Tensors

/// Count, sum and second moments of rows, from which mean and covariance follow at any time.
///
/// Kept about a shift s near the mean, so that no digits cancel:
///
///     n,   t = Σ (x − s),   S = Σ (x − s)·(x − s)ᵀ
///     mean = s + t/n,       covariance = (S − t·tᵀ/n) / (n − 1)
///
/// Moving the shift by δ changes t to t − n·δ and S to S − δ·tᵀ − t·δᵀ + n·δ·δᵀ; two statistics over
/// the same shift add up. This is the pairwise update of Chan, Golub & LeVeque (1979), put off until
/// the moments are asked for: rows may come in batches of any size, one row included.
///
/// Up to 256 columns, and in small batches, products are taken in Double; wider data are multiplied
/// in Float over at most 2048 rows, whose sums are added up in Double.
package final class Moments {
  package let columnCount: Int
  /// n
  package private(set) var rowCount = 0
  /// s, representable as Float so that x − s is rounded once at most.
  private let shift: Buffer<Float>
  /// t
  private let sums: Buffer<Double>
  /// S, the upper triangle.
  private let products: Buffer<Double>
  /// The shift follows the mean when the count has doubled.
  private var nextShift = 2

  private let context: Context
  private let product: DoubleProduct
  private let doubleBlock: Buffer<Double>
  private var floatBlock: Buffer<Float>?
  private var floatProducts: Buffer<Float>?

  private static let doubleBlockRows = 256
  private static let floatBlockRows = 2048
  private static let widestDouble = 256

  /// Nothing seen yet.
  ///
  /// - Throws: `.argument` for no columns, `.memory`: columns² doubles are kept.
  package init(columns: Int, in context: Context = .standard) throws(GenerativeError) {
    guard columns >= 1 else {
      throw GenerativeError(.argument, "n_features must be at least 1, not \(columns)")
    }
    guard let area = checkedProduct(columns, columns),
      let block = checkedProduct(columns, Self.doubleBlockRows)
    else { throw GenerativeError(.memory, "the covariance of \(columns) columns does not fit memory") }
    self.context = context
    columnCount = columns
    shift = try Buffer(count: columns, in: context.memory)
    sums = try Buffer(count: columns, in: context.memory)
    products = try Buffer(count: area, in: context.memory)
    doubleBlock = try Buffer(count: block, in: context.memory)
    product = try DoubleProduct(rows: columns, columns: columns, in: context)
  }

  // MARK: - Adding

  /// Adds rows, all or, when one holds a NaN or an infinity, none.
  ///
  /// - Throws: `.mismatch` for another number of columns; `.nonfinite`; `.memory`.
  package func add(_ rows: Matrix) throws(GenerativeError) {
    try checkColumns(rows.columnCount)
    try checkFinite(rows, in: context)
    try reserve(for: rows.rowCount)
    if rowCount == 0 { startShift(rows) }
    var first = 0
    while first < rows.rowCount {
      let rest = rows.rowCount - first
      let base = rows.base + first * rows.rowStride
      if let block = floatBlock, let partial = floatProducts, rest >= Self.doubleBlockRows {
        let count = min(rest, Self.floatBlockRows)
        centre(base, stride: rows.rowStride, count: count, into: block)
        multiply(block, count, by: partial)
        first += count
      } else {
        let count = min(rest, Self.doubleBlockRows)
        centre(base, stride: rows.rowStride, count: count, into: doubleBlock)
        let centred = DoubleMatrix(doubleBlock.base, rows: count, columns: columnCount)
        product.add(centred.transposed, centred, into: productMatrix, upperOnly: true)
        first += count
      }
    }
    rowCount += rows.rowCount
    if rowCount >= nextShift {
      moveShift()
      nextShift = rowCount <= Int.max / 2 ? 2 * rowCount : .max
    }
  }

  /// Adds what `other` has seen; `other` stays as it is.
  ///
  /// - Throws: `.mismatch` for another number of columns; `.memory`.
  package func merge(_ other: Moments) throws(GenerativeError) {
    try checkColumns(other.columnCount)
    guard other.rowCount > 0 else { return }
    let (total, overflow) = rowCount.addingReportingOverflow(other.rowCount)
    guard !overflow else { throw GenerativeError(.limit, "more rows than can be counted") }
    let d = columnCount
    if rowCount == 0 { shift.base.update(from: other.shift.base, count: d) }
    // The other's sums about this shift: δ = s − s'.
    let m = Double(other.rowCount)
    let delta = try Buffer<Double>(count: d, in: context.memory)
    for j in 0..<d { delta.base[j] = Double(shift.base[j]) - Double(other.shift.base[j]) }
    context.parallel(d) { i in
      let row = products.base + i * d
      let theirs = other.products.base + i * d
      let di = delta.base[i]
      let ti = other.sums.base[i]
      for j in i..<d {
        let dj = delta.base[j]
        row[j] += theirs[j] - di * other.sums.base[j] - ti * dj + m * di * dj
      }
    }
    for j in 0..<d { sums.base[j] += other.sums.base[j] - m * delta.base[j] }
    rowCount = total
    moveShift()
  }

  // MARK: - Results

  /// Writes the mean of every column; zeros before the first row.
  package func mean(into mean: UnsafeMutablePointer<Double>) {
    let n = Double(max(rowCount, 1))
    for j in 0..<columnCount { mean[j] = Double(shift.base[j]) + sums.base[j] / n }
  }

  /// Writes the upper triangle of the covariance matrix, divisor n − 1; about zero instead of the mean
  /// unless `centred`. Needs two rows at least.
  package func covariance(into c: UnsafeMutablePointer<Double>, centred: Bool = true) {
    let d = columnCount
    let n = Double(rowCount)
    let scale = 1 / max(n - 1, 1)
    let s = shift.base
    let t = sums.base
    context.parallel(d) { i in
      let source = products.base + i * d
      let target = c + i * d
      let si = Double(s[i])
      for j in i..<d {
        let sj = Double(s[j])
        let value =
          centred
          ? source[j] - t[i] * t[j] / n
          : source[j] + si * t[j] + t[i] * sj + n * si * sj
        target[j] = value * scale
      }
    }
    // What rounding leaves of a constant column is not a variance.
    for i in 0..<d where c[i * d + i] < 0 { c[i * d + i] = 0 }
  }

  // MARK: - State

  /// The sums in the form a file keeps: n, s, t and S.
  var state: (rowCount: Int, shift: Buffer<Float>, sums: Buffer<Double>, products: Buffer<Double>) {
    (rowCount, shift, sums, products)
  }

  /// Takes up from what `state` gave.
  ///
  /// - Throws: `.mismatch` when a count does not fit the columns, `.nonfinite`, `.format`, `.memory`.
  convenience init(
    columns: Int, rowCount: Int, shift: UnsafeBufferPointer<Float>, sums: UnsafeBufferPointer<Double>,
    products: UnsafeBufferPointer<Double>, in context: Context
  ) throws(GenerativeError) {
    try self.init(columns: columns, in: context)
    guard rowCount >= 0 else { throw GenerativeError(.format, "moments of \(rowCount) rows") }
    guard shift.count == columns, sums.count == columns, products.count == self.products.count else {
      throw GenerativeError(.mismatch, "the moments' arrays do not fit \(columns) columns")
    }
    guard shift.allSatisfy(\.isFinite), sums.allSatisfy(\.isFinite), products.allSatisfy(\.isFinite) else {
      throw GenerativeError(.nonfinite, "the moments hold a NaN or an infinity")
    }
    for j in 0..<columns {
      self.shift.base[j] = shift[j]
      self.sums.base[j] = sums[j]
      guard products[j * columns + j] >= 0 else {
        throw GenerativeError(.format, "the moments hold a negative sum of squares")
      }
    }
    for i in 0..<products.count { self.products.base[i] = products[i] }
    self.rowCount = rowCount
    nextShift = rowCount <= Int.max / 2 ? max(2, 2 * rowCount) : .max
  }

  // MARK: - Inside

  private var productMatrix: DoubleMatrix {
    DoubleMatrix(products.base, rows: columnCount, columns: columnCount)
  }

  private func checkColumns(_ count: Int) throws(GenerativeError) {
    guard count == columnCount else {
      throw GenerativeError(.mismatch, "n_features must be \(columnCount), not \(count)")
    }
  }

  /// Space for the Float path, before anything is added.
  private func reserve(for count: Int) throws(GenerativeError) {
    guard !rowCount.addingReportingOverflow(count).overflow else {
      throw GenerativeError(.limit, "more rows than can be counted")
    }
    guard columnCount > Self.widestDouble, count >= Self.doubleBlockRows, floatBlock == nil else { return }
    guard let size = checkedProduct(columnCount, Self.floatBlockRows) else {
      throw GenerativeError(.memory, "a block of \(columnCount) columns does not fit memory")
    }
    let partial = try Buffer<Float>(count: products.count, in: context.memory)
    floatBlock = try Buffer(count: size, in: context.memory)
    floatProducts = partial
  }

  /// s ← the mean of up to 256 first rows.
  private func startShift(_ rows: Matrix) {
    let count = min(rows.rowCount, Self.doubleBlockRows)
    guard count > 0 else { return }
    for j in 0..<columnCount {
      var sum = 0.0
      for i in 0..<count { sum += Double(rows.base[i * rows.rowStride + j]) }
      shift.base[j] = Float(sum / Double(count))
    }
  }

  /// s ← the mean so far, in Float.
  private func moveShift() {
    let d = columnCount
    let n = Double(rowCount)
    let t = sums.base
    let delta = doubleBlock.base
    for j in 0..<d {
      let old = Double(shift.base[j])
      shift.base[j] = Float(old + t[j] / n)
      delta[j] = Double(shift.base[j]) - old
    }
    context.parallel(d) { i in
      let row = products.base + i * d
      let di = delta[i]
      let ti = t[i]
      for j in i..<d { row[j] += n * di * delta[j] - di * t[j] - ti * delta[j] }
    }
    for j in 0..<d { t[j] -= n * delta[j] }
  }

  /// Columns of one task.
  private static let stripe = 64

  /// block ← x − s and t ← t + Σ (x − s), in Double.
  private func centre(
    _ x: UnsafePointer<Float>, stride: Int, count: Int, into block: Buffer<Double>
  ) {
    let d = columnCount
    let s = shift.base
    let t = sums.base
    context.parallel((d + Self.stripe - 1) / Self.stripe) { index in
      let columns = index * Self.stripe..<min(d, (index + 1) * Self.stripe)
      for i in 0..<count {
        let row = x + i * stride
        let target = block.base + i * d
        for j in columns {
          let value = Double(row[j]) - Double(s[j])
          target[j] = value
          t[j] += value
        }
      }
    }
  }

  /// The same with x − s rounded to Float.
  private func centre(
    _ x: UnsafePointer<Float>, stride: Int, count: Int, into block: Buffer<Float>
  ) {
    let d = columnCount
    let s = shift.base
    let t = sums.base
    context.parallel((d + Self.stripe - 1) / Self.stripe) { index in
      let columns = index * Self.stripe..<min(d, (index + 1) * Self.stripe)
      for i in 0..<count {
        let row = x + i * stride
        let target = block.base + i * d
        for j in columns {
          let value = row[j] - s[j]
          target[j] = value
          t[j] += Double(value)
        }
      }
    }
  }

  /// S ← S + blockᵀ·block, summed in Float over these rows.
  private func multiply(_ block: Buffer<Float>, _ count: Int, by partial: Buffer<Float>) {
    let d = columnCount
    partial.base.update(repeating: 0, count: partial.count)
    context.rankUpdate(
      Matrix(block.base, rows: count, columns: d), into: Matrix(partial.base, rows: d, columns: d))
    context.parallel(d) { i in
      let row = products.base + i * d
      let sum = partial.base + i * d
      for j in i..<d { row[j] += Double(sum[j]) }
    }
  }
}

/// - Throws: `.nonfinite` naming the first row and column that hold a NaN or an infinity.
func checkFinite(_ rows: Matrix, in context: Context) throws(GenerativeError) {
  for i in 0..<rows.rowCount {
    let row = rows.base + i * rows.rowStride
    guard !context.isFinite(row, count: rows.columnCount) else { continue }
    let column = (0..<rows.columnCount).first { !row[$0].isFinite } ?? 0
    throw GenerativeError(.nonfinite, "row \(i) holds \(row[column]) in column \(column)")
  }
}
