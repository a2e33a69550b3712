import Tensors

/// Eigenvalues of a positive semidefinite matrix that is nearly diagonal, each right relative to itself,
/// however small beside the largest.
///
///     H = L·Lᵀ                    Cholesky; row i of L has the length Hᵢᵢ^½
///     W·L = diag(σ)·Q             rows made orthogonal to each other by plane rotations: W is their product
///     H = Wᵀ·diag(σ²)·W
///
/// Where other methods leave errors of ε·‖H‖, an element of H that is right relative to (Hᵢᵢ·Hⱼⱼ)^½ is all
/// that this needs (Demmel & Veselić, "Jacobi's method is more accurate than QR", 1992).
package struct GradedEigen {
  /// σ²: n of them, falling.
  package let values: Buffer<Double>
  /// W: n × n, in the order of the values.
  package let vectors: Buffer<Double>

  /// - Parameters:
  ///   - h: n × n packed. The diagonal falls, to rounding. Only the upper triangle is read; h is destroyed.
  /// - Throws: `.memory`; `.cancelled`.
  package init(
    destroying h: UnsafeMutablePointer<Double>, n: Int, in context: Context
  ) throws(GenerativeError) {
    let rows = try Buffer<Double>(count: n * n, in: context.memory)
    let rotations = try Buffer<Double>(count: n * n, in: context.memory)
    Self.factor(h, n, into: rows.base, in: context)
    for i in 0..<n { rotations.base[i * (n + 1)] = 1 }

    try RowRotations(of: rows.base, count: n, width: n, collectedIn: rotations.base, in: context).run()

    values = try Buffer(count: n, in: context.memory)
    vectors = try Buffer(uninitializedCount: n * n, in: context.memory)
    let squares = try Buffer<Double>(count: n, in: context.memory)
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
}
