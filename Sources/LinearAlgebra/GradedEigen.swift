import Tensors

/// Eigenvalues of a positive semidefinite matrix that is nearly diagonal. Each has a small relative error,
/// however small it is compared with the largest.
///
///     H = L·Lᵀ                    Cholesky; row i of L has the length Hᵢᵢ^½
///     W·L = diag(σ)·Q             plane rotations make the rows orthogonal; W is their product
///     H = Wᵀ·diag(σ²)·W
///
/// Other methods have errors of ε·‖H‖. This one only requires that each element of H has a small error
/// relative to (Hᵢᵢ·Hⱼⱼ)^½ (Demmel & Veselić, "Jacobi's method is more accurate than QR", 1992).
package struct GradedEigen {
  /// σ²: n values in decreasing order.
  package let values: Buffer<Double>
  /// W: n × n, in the order of the values.
  package let vectors: Buffer<Double>
  /// Whether rows of L above the rounding error are much shorter than the diagonal of H implies. The part
  /// that they share with longer rows cost them digits. Recomputing H from the rows rotated by W recovers
  /// those digits.
  package let isEntangled: Bool

  /// - Parameters:
  ///   - h: n × n packed. The diagonal decreases, up to rounding. Only the upper triangle is read; h is
  ///     destroyed.
  /// - Throws: `.memory`; `.cancelled`.
  package init(
    destroying h: UnsafeMutablePointer<Double>, n: Int, in context: Context
  ) throws(GenerativeError) {
    let rows = try Buffer<Double>(count: n * n, in: context.memory)
    let rotations = try Buffer<Double>(count: n * n, in: context.memory)
    isEntangled = try Self.factor(h, n, into: rows.base, in: context)
    for i in 0..<n { rotations.base[i * (n + 1)] = 1 }
    try Self.diagonalise(rows, rotations, n, in: context)

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

  /// For fewer rows than this, plane rotations are as fast.
  private static let fewestRows = 48

  /// Rotates rows whose squares are below 2⁻⁴⁰ of the first row's by the eigenvectors of their products.
  /// Repeats this for those of them that are again as far below.
  ///
  /// The earlier eigensolver resolved eigenvalues to 2⁻⁵² of the largest. Rows of smaller eigenvalues are a
  /// mixture, for which plane rotations would take many sweeps.
  private static func diagonalise(
    _ rows: Buffer<Double>, _ rotations: Buffer<Double>, _ n: Int, in context: Context
  ) throws(GenerativeError) {
    var (first, left) = (0, 0)
    while true {
      let width = n - left
      func square(_ i: Int) -> Double {
        context.dot(rows.base + (i * n + left), rows.base + (i * n + left), count: width)
      }
      let largest = square(first)
      guard let start = (first..<n).first(where: { square($0) < largest * 0x1p-40 }), n - start >= fewestRows
      else {
        return
      }
      let m = n - start
      // The part of the remaining rows along earlier rows is ignored.
      if left == 0 { left = start }
      let part = DoubleMatrix(rows.base, rows: n, columns: n)[start..<n, left..<n]
      let products = try Buffer<Double>(count: m * m, in: context.memory)
      let product = try DoubleProduct(rows: m, columns: n, in: context)
      product.add(
        part, part.transposed, into: DoubleMatrix(products.base, rows: m, columns: m), upperOnly: true)
      guard (0..<m).contains(where: { products.base[$0 * (m + 1)] > .leastNormalMagnitude }) else { return }
      let eigen = try SymmetricEigen(destroying: products.base, n: m, in: context)
      for kept in [rows, rotations] {
        let turned = try Buffer<Double>(count: m * n, in: context.memory)
        product.add(
          eigen.matrix, DoubleMatrix(kept.base + start * n, rows: m, columns: n),
          into: DoubleMatrix(turned.base, rows: m, columns: n))
        (kept.base + start * n).update(from: turned.base, count: m * n)
      }
      first = start
    }
  }

  /// Computes L from the upper triangle of H. A row without a positive pivot lies in the span of the rows
  /// above it, and only that part of it is kept.
  ///
  /// - Returns: `isEntangled`.
  private static func factor(
    _ h: UnsafeMutablePointer<Double>, _ n: Int, into l: UnsafeMutablePointer<Double>, in context: Context
  ) throws(GenerativeError) -> Bool {
    let diagonal = try Buffer<Double>(count: n, in: context.memory)
    for i in 0..<n { diagonal.base[i] = h[i * (n + 1)] }
    let rounding = Double(n) * 0x1p-104 * (n > 0 ? diagonal.base[0] : 0)
    var isEntangled = false
    // H is reduced row by row. Row i of the reduced H divided by the root of its pivot is column i of L.
    for i in 0..<n {
      let row = h + i * n
      let pivot = row[i]
      guard pivot > 0 else { continue }
      isEntangled = isEntangled || (pivot > rounding && pivot * 4 < diagonal.base[i])
      let scale = 1 / pivot.squareRoot()
      for j in i..<n { l[j * n + i] = row[j] * scale }
      for j in i + 1..<max(n, i + 1) {
        context.add(-row[j] / pivot, row + j, to: h + (j * n + j), count: n - j)
      }
    }
    return isEntangled
  }
}
