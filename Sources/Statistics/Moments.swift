import Tensors

/// Count, sum and second moments of rows, from which mean and covariance can be computed at any time.
///
/// They are stored about a shift s near the mean, to avoid cancellation, and in a unit u:
///
///     n,   t = Σ (x/u − s),   S = Σ (x/u − s)·(x/u − s)ᵀ
///     mean = u·(s + t/n),     covariance = u²·(S − t·tᵀ/n) / (n − 1)
///
/// Moving the shift by δ changes t to t − n·δ and S to S − δ·tᵀ − t·δᵀ + n·δ·δᵀ. Two statistics with the same
/// shift add up. This is the pairwise update of Chan, Golub & LeVeque (1979), deferred until the moments are
/// requested. Rows may therefore come in batches of any size, including single rows.
///
/// Bytes b = 255·x have u = 1/255 and s = 0, and every sum is an exact integer: the bits are the same for any
/// order and any batches. For floats, u = 1.
///
/// For wide rows, S does not fit in memory. Then only its products with l directions and its diagonal are
/// stored. They add up and move with the shift like S:
///
///     Y = S·Ω,     Ω d × l of integers, so that Y is exact for bytes too
package final class Moments: @unchecked Sendable {
  /// How floats are multiplied.
  package enum Precision: Sendable {
    /// Wide rows are multiplied in Float over a few hundred rows, whose sums are added in Double. Floats that
    /// are bytes / 255 are summed as bytes. For results that are verified afterwards; see `PCA.Verification`.
    case single
    /// Everything in Double. Parts of any size add up to the whole within a few 2⁻⁵³.
    case double
  }

  package let columnCount: Int
  /// Ω; nil if S is stored completely.
  package let directions: Directions?
  package let precision: Precision
  /// n
  package internal(set) var rowCount = 0
  /// u: 1/255 while all rows were bytes, otherwise 1.
  package private(set) var unit = 1.0
  /// s, numbers with few digits; see `near`. For floats, each is representable as a Float, so x − s is rounded
  /// at most once.
  package let shift: Buffer<Double>
  /// t
  package let sums: Buffer<Double>
  /// The upper triangle of S; or Y, d × l.
  package let products: Buffer<Double>
  /// The diagonal of S if Y is stored; unused if S is stored.
  package let squares: Buffer<Double>
  /// For bytes, an upper bound of every sum in Y: Σ 255·max |xᵀ·Ω|.
  package internal(set) var productLimit = 0.0
  /// Whether products were computed in Float.
  package internal(set) var hasFloatProducts = false
  /// The element type of the rows: double if any row was double.
  package internal(set) var element = RowElement.byte
  /// The row count at which the shift next follows the mean: whenever the count has doubled.
  private var nextShift = 2

  package let context: Context
  private let accumulator: MomentsAccumulator

  package static let byteUnit = 1.0 / 255
  /// The number of bytes converted from floats at a time.
  private static let byteBlock = 4 << 20

  /// Statistics of no rows.
  ///
  /// - Throws: `.argument` for no columns; `.mismatch` for directions with another number of columns;
  ///   `.memory`: columns² doubles are stored, or with directions twice columns × directions.
  package init(
    columns: Int, _ precision: Precision = .double, directions: Directions? = nil,
    in context: Context = .standard
  ) throws(GenerativeError) {
    guard columns >= 1 else {
      throw GenerativeError(.argument, "n_features must be at least 1, not \(columns)")
    }
    if let directions, directions.columnCount != columns {
      throw GenerativeError(.mismatch, "n_features must be \(directions.columnCount), not \(columns)")
    }
    guard let area = checkedProduct(columns, directions?.count ?? columns) else {
      throw GenerativeError(.memory, "the covariance of \(columns) columns does not fit in memory")
    }
    self.context = context
    self.precision = precision
    self.directions = directions
    columnCount = columns
    shift = try Buffer(count: columns, in: context.memory)
    sums = try Buffer(count: columns, in: context.memory)
    do { products = try Buffer(count: area, in: context.memory) } catch {
      guard directions == nil else { throw error }
      throw GenerativeError(
        error.status,
        "the covariance of \(columns) columns needs \(area >> 17) MiB, and \(error.message); a sketch, with "
          + "n_directions, needs \(columns) x n_directions numbers")
    }
    squares = try Buffer(count: directions == nil ? 0 : columns, in: context.memory)
    accumulator = try MomentsAccumulator(
      columns: columns, directions: directions?.count, takesDouble: precision == .double, in: context)
  }

  /// Whether every sum is an exact integer: all rows were bytes, and too few to exceed 2⁵³.
  package var isExact: Bool {
    unit != 1 && (directions == nil ? 255 * 255 * Double(rowCount) : productLimit) <= 0x1p53
  }

  // MARK: - Adding

  /// Adds a batch. If a row contains a NaN or an infinity, nothing is added.
  ///
  /// - Parameter isChecked: promises that no row contains a NaN or an infinity, or that this object is not
  ///   used again after an error. This saves reading the rows once more beforehand.
  /// - Throws: `.mismatch` for another number of columns; `.argument` like `checkScale`; `.nonfinite`;
  ///   `.memory`.
  package func add(_ batch: RowBatch, isChecked: Bool = false) throws(GenerativeError) {
    try batch.checkColumns(columnCount)
    let total = try countWith(batch.rowCount)
    try checkScale(of: batch)
    if !isChecked {
      try batch.checkFinite(in: context)
      try batch.checkSquares()
    }
    if batch.rowCount > 0 { element = max(element, batch.element) }
    switch batch {
    case .floats(let rows):
      let count = try addBytes(in: rows)
      let rows = rows.rows(count, rows.rowCount - count)
      guard rows.rowCount > 0 else { return }
      startFloating(of: rows.rowCount) { Double(rows.base[rows.rowStride * $0 + rows.columnStride * $1]) }
      try stoppable { () throws(GenerativeError) in try accumulator.add(.floats(rows), to: self) }
    case .doubles(let rows):
      guard rows.rowCount > 0 else { return }
      startFloating(of: rows.rowCount) { rows.base[rows.rowStride * $0 + rows.columnStride * $1] }
      try stoppable { () throws(GenerativeError) in try accumulator.add(batch, to: self) }
    case .bytes(let base, let count): return try add(bytes: base, rowCount: count)
    }
    rowCount = total
    followMean()
  }

  /// Runs `body`, which adds a batch. If the call is stopped in between, the rows added so far are kept.
  private func stoppable(_ body: () throws(GenerativeError) -> Void) throws(GenerativeError) {
    do throws(GenerativeError) {
      try body()
    } catch {
      if error.status == .cancelled {
        rowCount += accumulator.added
        followMean()
      }
      throw error
    }
  }

  package func add(_ rows: Matrix) throws(GenerativeError) { try add(.floats(rows)) }

  /// Adds packed rows of bytes, where 255 stands for 1.
  package func add(bytes: UnsafePointer<UInt8>, rowCount count: Int) throws(GenerativeError) {
    let total = try countWith(count)
    guard count > 0 else { return }
    if rowCount == 0 { unit = Self.byteUnit }
    var limit = 0.0
    defer { productLimit += limit }
    try stoppable { () throws(GenerativeError) in
      if let directions, unit != 1 {
        try accumulator.add(bytes: bytes, rowCount: count, along: directions, to: self, limit: &limit)
      } else if unit == 1 {
        try accumulator.add(scaledBytes: bytes, rowCount: count, to: self)
      } else {
        try accumulator.add(bytes: bytes, rowCount: count, to: self)
      }
    }
    rowCount = total
    followMean()
  }

  /// Adds the first of `rows` as bytes as long as they are bytes / 255. Returns how many those were.
  ///
  /// Images are often divided by 255 before they reach this library. As bytes they are summed without error,
  /// in half the time that Float needs. If the sums are in Double, the floats themselves are summed.
  private func addBytes(in rows: Matrix) throws(GenerativeError) -> Int {
    let d = columnCount
    guard !accumulator.takesDouble, rowCount == 0 || unit != 1, rows.rowStride == d, rows.rowCount > 0 else {
      return 0
    }
    let capacity = min(rows.rowCount, max(1, Self.byteBlock / d))
    let bytes = try Buffer<UInt8>(uninitializedCount: capacity * d, in: context.memory)
    // Probes rows spread over the data, so that other rows do not start out as bytes.
    let probes = min(rows.rowCount, 64)
    for i in 0..<probes {
      let row = rows.base + i * rows.rowCount / probes * d
      guard context.bytes(of: row, count: d, into: bytes.base) else { return 0 }
    }
    var added = 0
    while added < rows.rowCount {
      let count = min(capacity, rows.rowCount - added)
      guard context.bytes(of: rows.base + added * d, count: count * d, into: bytes.base) else { break }
      if added > 0 { try Run.proceed(added, of: rows.rowCount) }
      try add(bytes: bytes.base, rowCount: count)
      added += count
    }
    return added
  }

  /// Adds the rows that `other` has seen. `other` is not changed.
  ///
  /// - Throws: `.mismatch` for another number of columns or other directions; `.argument` like `checkScale`;
  ///   `.memory`.
  package func merge(_ other: Moments) throws(GenerativeError) {
    try checkMergeable(other)
    try checkScale(of: other)
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
    // The sums of `other` in this unit and about this shift: δ = s − u'·s'/u.
    let u = other.unit / unit
    let m = Double(other.rowCount)
    for j in 0..<d { delta.base[j] = shift.base[j] - u * other.shift.base[j] }
    let t = other.sums.base
    let (tOmega, deltaOmega) = project(t, delta.base, into: accumulator.projections)
    let width = width
    context.parallelSlots(d, isSmall: d * width < 20_000) { _, i in
      let row = products.base + i * width
      let theirs = other.products.base + i * width
      let di = delta.base[i]
      let ti = u * t[i]
      for j in firstColumn(i)..<width {
        let dj = deltaOmega[j]
        row[j] += u * u * theirs[j] - di * u * tOmega[j] - ti * dj + m * di * dj
      }
    }
    for j in 0..<squares.count {
      let dj = delta.base[j]
      squares.base[j] += u * u * other.squares.base[j] + dj * (m * dj - 2 * u * t[j])
    }
    for j in 0..<d { sums.base[j] += u * t[j] - m * delta.base[j] }
    productLimit += other.productLimit
    element = max(element, other.element)
    hasFloatProducts = hasFloatProducts || other.hasFloatProducts
    rowCount = total
    if unit == 1 { moveShift() }
  }

  // MARK: - State

  /// Restores n, u, s, t and S, all finite, from another object's state.
  ///
  /// - Throws: `.mismatch` if the sizes of the arrays do not match; `.format` for impossible sums; `.memory`.
  package init(
    rowCount: Int, unit: Double, shift: Buffer<Double>, sums: Buffer<Double>, products: Buffer<Double>,
    _ precision: Precision = .double, directions: Directions? = nil, squares: Buffer<Double>? = nil,
    productLimit: Double = 0, of element: RowElement = .float, in context: Context
  ) throws(GenerativeError) {
    let columns = shift.count
    let kept: Buffer<Double>
    if let squares { kept = squares } else { kept = try Buffer(count: 0, in: context.memory) }
    guard sums.count == columns, products.count == checkedProduct(columns, directions?.count ?? columns),
      kept.count == (directions == nil ? 0 : columns), directions?.columnCount ?? columns == columns
    else {
      throw GenerativeError(.mismatch, "the statistics' arrays do not fit \(columns) columns")
    }
    guard rowCount >= 0, unit == 1 || unit == Self.byteUnit, productLimit >= 0 else {
      throw GenerativeError(.format, "statistics of \(rowCount) rows in the unit \(unit)")
    }
    for j in 0..<columns {
      guard directions == nil ? products.base[j * (columns + 1)] >= 0 : kept.base[j] >= 0 else {
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
    self.squares = kept
    self.directions = directions
    self.precision = precision
    self.productLimit = productLimit
    self.element = element
    self.rowCount = rowCount
    self.unit = unit
    columnCount = columns
    accumulator = try MomentsAccumulator(
      columns: columns, directions: directions?.count, takesDouble: precision == .double, in: context)
    putOffShift()
  }

  // MARK: - Inside

  /// Σ (x/u − s)² of a column.
  package func square(_ column: Int) -> Double {
    directions == nil ? products.base[column * (columnCount + 1)] : squares.base[column]
  }

  /// The number of stored columns of S.
  var width: Int { directions?.count ?? columnCount }

  /// The first stored column of a row of S.
  func firstColumn(_ row: Int) -> Int { directions == nil ? row : 0 }

  /// Two vectors times Ω, in `space`, or the vectors themselves if there is no Ω.
  func project(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, into space: Buffer<Double>
  ) -> (UnsafePointer<Double>, UnsafePointer<Double>) {
    guard let directions else { return (a, b) }
    let (first, second) = (space.base, space.base + directions.count)
    directions.project(a, into: first, in: context)
    directions.project(b, into: second, in: context)
    return (UnsafePointer(first), UnsafePointer(second))
  }

  private func checkMergeable(_ other: Moments) throws(GenerativeError) {
    try checkColumns(other.columnCount)
    guard directions?.identity == other.directions?.identity else {
      let names = [directions, other.directions].map { $0.map { "\($0)" } ?? "all products" }
      throw GenerativeError(.mismatch, "statistics of \(names[0]) and of \(names[1]) cannot be merged")
    }
  }

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

  /// Before floats are added. If they are more than all rows so far: s ← the mean of up to 256 of them, spread
  /// over the data, or if everything is in Double, of as many as there are columns. After bytes: converts their
  /// sums.
  private func startFloating(of n: Int, _ element: (_ row: Int, _ column: Int) -> Double) {
    leaveBytes()
    guard n > rowCount else { return }
    let count = min(n, precision == .double ? max(256, columnCount) : 256)
    let mean = accumulator.columnScratch
    mean.update(repeating: 0, count: columnCount)
    for i in 0..<count {
      for j in 0..<columnCount { mean[j] += element(i * n / count, j) / Double(count) }
    }
    // `moveShift` overwrites the scratch, but only after the column's mean was read.
    moveShift { j in
      let first = element(0, j)
      let spread = (1..<max(count, 1)).reduce(0) { max($0, abs(element($1 * n / count, j) - first)) }
      return spread == 0 ? (first, 0) : (mean[j], spread)
    }
  }

  /// A shift near the mean x, with few digits: within a small part of the rows' spread, and as a Float unless
  /// the rows are doubles.
  ///
  /// Often all rows end in the same digits, as whole numbers do. Minus a number with few digits, they have few
  /// digits too, and long sums of them are exact. Minus one of 53 digits, they would all end in its last
  /// digits. Each step of a long sum would then be rounded the same way.
  private func near(_ x: Double, spread: Double) -> Double {
    let float = Float(x)
    let x = element == .double || !float.isNormal ? x : Double(float)
    let grid = spread.binade / 64
    return grid.isNormal && abs(x) < 0x1p52 * grid ? (x / grid).rounded(.toNearestOrEven) * grid : x
  }

  private func followMean() {
    guard unit == 1, rowCount >= nextShift else { return }
    // While the mean is closer to the shift than the rows are, hardly any digits cancel. This must hold in
    // any column and along any direction, in which a column's offset adds to those of all others. The largest
    // variance is at least that of any column.
    let n = Double(rowCount)
    var (offset, largest, isFar) = (0.0, 0.0, false)
    for j in 0..<columnCount {
      let (square, own) = (square(j), sums.base[j] * sums.base[j] / n)
      offset += own
      largest = max(largest, square - own)
      isFar = isFar || 2 * own > square
    }
    if isFar || offset > largest { moveShift() }
    putOffShift()
  }

  /// Keeps the shift until there are twice as many rows.
  func putOffShift() { nextShift = rowCount <= Int.max / 2 ? max(2, 2 * rowCount) : .max }

  /// Changes from bytes to floats: u ← 1, with everything scaled.
  func leaveBytes() {
    guard unit != 1 else { return }
    let u = unit
    unit = 1
    for i in 0..<products.count { products.base[i] *= u * u }
    for j in 0..<squares.count { squares.base[j] *= u * u }
    for j in 0..<columnCount { sums.base[j] *= u }
    if rowCount > 0 { moveShift() }
  }

  /// s ← the current mean.
  private func moveShift() {
    let n = Double(rowCount)
    moveShift { (self.shift.base[$0] + self.sums.base[$0] / n, (self.variation($0) / n).squareRoot()) }
  }

  /// Σ (x/u − mean)² of a column.
  func variation(_ column: Int) -> Double {
    max(0, square(column) - sums.base[column] * sums.base[column] / Double(rowCount))
  }

  /// s ← other numbers near the mean.
  ///
  /// - Parameter target: the mean and the spread of a column.
  func moveShift(to target: (_ column: Int) -> (mean: Double, spread: Double)) {
    let d = columnCount
    let n = Double(rowCount)
    let t = sums.base
    let delta = accumulator.columnScratch
    for j in 0..<d {
      let previous = shift.base[j]
      let (mean, spread) = target(j)
      shift.base[j] = near(mean, spread: spread)
      delta[j] = shift.base[j] - previous
    }
    guard rowCount > 0 else { return }
    let (tOmega, deltaOmega) = project(t, delta, into: accumulator.projections)
    let width = width
    context.parallelSlots(d, isSmall: d * width < 20_000) { _, i in
      let row = products.base + i * width
      let di = delta[i]
      let ti = t[i]
      for j in firstColumn(i)..<width {
        row[j] += n * di * deltaOmega[j] - di * tOmega[j] - ti * deltaOmega[j]
      }
    }
    for j in 0..<squares.count { squares.base[j] += delta[j] * (n * delta[j] - 2 * t[j]) }
    for j in 0..<d { t[j] -= n * delta[j] }
  }
}
