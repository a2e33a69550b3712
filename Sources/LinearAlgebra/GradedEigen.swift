import Tensors

/// Eigenvalues of a positive semidefinite matrix that is nearly diagonal, each right relative to itself,
/// however small beside the largest.
///
///     H = L·Lᵀ                    Cholesky; row i of L has the length Hᵢᵢ^½
///     W·L = diag(σ)·Q             rows made orthogonal to each other by plane rotations: W is their product
///     H = Wᵀ·diag(σ²)·W
///
/// Where other methods leave errors of ε·‖H‖, an element of H that is right relative to (Hᵢᵢ·Hⱼⱼ)^½ is all
/// that this needs (Demmel & Veselić, "Jacobi's method is more accurate than QR", 1992). Rotations of disjoint
/// pairs of rows run at the same time; their order is that of a round robin, whatever the number of threads.
package struct GradedEigen {
  /// σ²: n of them, falling.
  package let values: Buffer<Double>
  /// W: n × n, in the order of the values.
  package let vectors: Buffer<Double>

  /// A few sweeps do; what more would still turn is rounding.
  private static let mostSweeps = 30

  /// - Parameters:
  ///   - h: n × n packed. The diagonal falls, to rounding. Only the upper triangle is read; h is destroyed.
  /// - Throws: `.memory`; `.cancelled`.
  package init(
    destroying h: UnsafeMutablePointer<Double>, n: Int, in context: Context
  ) throws(GenerativeError) {
    let rows = try Buffer<Double>(count: n * n, in: context.memory)
    let rotations = try Buffer<Double>(count: n * n, in: context.memory)
    let squares = try Buffer<Double>(count: n, in: context.memory)
    Self.factor(h, n, into: rows.base, in: context)
    for i in 0..<n { rotations.base[i * (n + 1)] = 1 }

    var isOrthogonal = n < 2
    for sweep in 0..<Self.mostSweeps where !isOrthogonal {
      try Run.proceed(sweep, of: Self.mostSweeps)
      for i in 0..<n { squares.base[i] = context.dot(rows.base + i * n, rows.base + i * n, count: n) }
      // Below n·ε² of the largest there is rounding, of which no direction can be told.
      let least = (squares.elements.max() ?? 0) * Double(n) * 0x1p-106
      isOrthogonal = Self.sweep(rows.base, rotations.base, squares.base, n, least: least, in: context)
    }

    values = try Buffer(count: n, in: context.memory)
    vectors = try Buffer(uninitializedCount: n * n, in: context.memory)
    let order = try Buffer<Int>(count: n, in: context.memory)
    for i in 0..<n {
      squares.base[i] = context.dot(rows.base + i * n, rows.base + i * n, count: n)
      order.base[i] = i
    }
    var elements = order.elements
    elements.sort { squares.base[$0] != squares.base[$1] ? squares.base[$0] > squares.base[$1] : $0 < $1 }
    for i in 0..<n {
      let row = order.base[i]
      values.base[i] = squares.base[row]
      (vectors.base + i * n).update(from: rotations.base + row * n, count: n)
    }
  }

  /// L, from the upper triangle of H. A row without a positive pivot lies in the span of those above: of it
  /// only that part is kept.
  private static func factor(
    _ h: UnsafeMutablePointer<Double>, _ n: Int, into l: UnsafeMutablePointer<Double>, in context: Context
  ) {
    // H is reduced row by row; row i of the reduced H over the root of its pivot is column i of L.
    for i in 0..<n {
      let row = h + i * n
      let pivot = row[i]
      guard pivot > 0 else { continue }
      let scale = 1 / pivot.squareRoot()
      for j in i..<n { l[j * n + i] = row[j] * scale }
      for j in i + 1..<max(n, i + 1) {
        context.add(-row[j] / pivot, row + j, to: h + (j * n + j), count: n - j)
      }
    }
  }

  /// Rotates every pair of rows once; whether none was worth it.
  private static func sweep(
    _ rows: UnsafeMutablePointer<Double>, _ rotations: UnsafeMutablePointer<Double>,
    _ squares: UnsafeMutablePointer<Double>, _ n: Int, least: Double, in context: Context
  ) -> Bool {
    let players = n + n % 2
    let rotated = Guarded(false)
    for round in 0..<players - 1 {
      context.parallelSlots((players / 2 + 15) / 16, isSmall: n < 64) { _, group in
        var rotatesAny = false
        for table in group * 16..<min(players / 2, group * 16 + 16) {
          // The first stays, the others move on by one seat a round.
          let a = table == 0 ? 0 : (table - 1 + round) % (players - 1) + 1
          let b = (players - 2 - table + round) % (players - 1) + 1
          let (i, j) = (min(a, b), max(a, b))
          guard j < n, min(squares[i], squares[j]) > least else { continue }
          if rotate(i, j, rows, rotations, squares, n, in: context) { rotatesAny = true }
        }
        if rotatesAny { rotated.withLock { $0 = true } }
      }
    }
    return !rotated.withLock { $0 }
  }

  /// Makes rows i < j orthogonal, the longer one first; false when they are to rounding.
  private static func rotate(
    _ i: Int, _ j: Int, _ rows: UnsafeMutablePointer<Double>, _ rotations: UnsafeMutablePointer<Double>,
    _ squares: UnsafeMutablePointer<Double>, _ n: Int, in context: Context
  ) -> Bool {
    let (x, y) = (rows + i * n, rows + j * n)
    let c = context.dot(x, y, count: n)
    let (a, b) = (squares[i], squares[j])
    let rounding = 0x1p-52 * (4 + Double(n).squareRoot())
    guard abs(c) > rounding * a.squareRoot() * b.squareRoot() else { return false }
    // tan θ of the smaller of the two rotations that do it.
    let zeta = (b - a) / (2 * c)
    let t = (zeta < 0 ? -1 : 1) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
    let cosine = 1 / (1 + t * t).squareRoot()
    let sine = -cosine * t
    LinearAlgebra.rotate(x, y, cosine: cosine, sine: sine, count: n)
    LinearAlgebra.rotate(rotations + i * n, rotations + j * n, cosine: cosine, sine: sine, count: n)
    squares[i] = max(0, a - t * c)
    squares[j] = max(0, b + t * c)
    return true
  }
}
