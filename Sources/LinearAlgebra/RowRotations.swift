import Tensors

/// One-sided Jacobi: plane rotations of pairs of rows until all rows are orthogonal to each other.
///
/// Rotations of disjoint pairs run in parallel, in round-robin order for any number of threads.
struct RowRotations {
  /// A few sweeps suffice; later ones would only rotate rounding errors.
  private static let mostSweeps = 30

  private let context: Context
  private let rows: UnsafeMutablePointer<Double>
  private let count: Int
  private let width: Int
  private let collected: UnsafeMutablePointer<Double>?
  private let squares: Buffer<Double>

  /// - Parameters:
  ///   - rows: count × width, packed.
  ///   - collected: count × count, whose rows are rotated too. nil: the product of the rotations is not
  ///     needed.
  /// - Throws: `.memory`.
  init(
    of rows: UnsafeMutablePointer<Double>, count: Int, width: Int,
    collectedIn collected: UnsafeMutablePointer<Double>? = nil, in context: Context
  ) throws(GenerativeError) {
    self.context = context
    self.rows = rows
    self.count = count
    self.width = width
    self.collected = collected
    squares = try Buffer(count: count, in: context.memory)
  }

  /// - Throws: `.cancelled`.
  func run() throws(GenerativeError) {
    var isOrthogonal = count < 2
    for sweep in 0..<Self.mostSweeps where !isOrthogonal {
      try Run.proceed(sweep, of: Self.mostSweeps)
      for i in 0..<count {
        squares.base[i] = context.dot(rows + i * width, rows + i * width, count: width)
      }
      // Squares below n·ε² of the largest are rounding errors without a meaningful direction. Two such rows
      // are left as they are, but not one such row and a longer one, which may still need to be rotated.
      let least = (squares.elements.max() ?? 0) * Double(count) * 0x1p-106
      isOrthogonal = rotatesNone(least: least)
    }
  }

  /// Rotates every pair of rows once. Returns whether no rotation was needed.
  private func rotatesNone(least: Double) -> Bool {
    let players = count + count % 2
    let rotated = Guarded(false)
    for round in 0..<players - 1 {
      context.parallelSlots((players / 2 + 15) / 16, isSmall: count * width < 64 * 64) { _, group in
        var rotatesAny = false
        for table in group * 16..<min(players / 2, group * 16 + 16) {
          // The first player keeps its seat; the others move on by one seat per round.
          let a = table == 0 ? 0 : (table - 1 + round) % (players - 1) + 1
          let b = (players - 2 - table + round) % (players - 1) + 1
          let (i, j) = (min(a, b), max(a, b))
          guard j < count, max(squares.base[i], squares.base[j]) > least else { continue }
          if rotate(i, j) { rotatesAny = true }
        }
        if rotatesAny { rotated.withLock { $0 = true } }
      }
    }
    return !rotated.withLock { $0 }
  }

  /// Makes rows i < j orthogonal, the longer one first. Returns false if they already are, up to rounding.
  private func rotate(_ i: Int, _ j: Int) -> Bool {
    let (x, y) = (rows + i * width, rows + j * width)
    let c = context.dot(x, y, count: width)
    let (a, b) = (squares.base[i], squares.base[j])
    let rounding = 0x1p-52 * (4 + Double(width).squareRoot())
    guard abs(c) > rounding * a.squareRoot() * b.squareRoot() else { return false }
    // tan θ of the smaller of the two possible rotations.
    let zeta = (b - a) / (2 * c)
    let t = (zeta < 0 ? -1 : 1) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
    let cosine = 1 / (1 + t * t).squareRoot()
    let sine = -cosine * t
    LinearAlgebra.rotate(x, y, cosine: cosine, sine: sine, count: width)
    if let collected {
      LinearAlgebra.rotate(
        collected + i * count, collected + j * count, cosine: cosine, sine: sine, count: count)
    }
    squares.base[i] = max(0, a - t * c)
    squares.base[j] = max(0, b + t * c)
    return true
  }
}
