import Tensors

/// The Cholesky factor of a symmetric positive definite matrix, A = L·Lᵀ, L lower triangular.
package enum Cholesky {
  /// Replaces the lower triangle of `a` (n × n) by L. The upper triangle is unchanged.
  ///
  /// A pivot of at most `least` times its diagonal element is considered rounding error. `factor` then
  /// returns false, and the contents of the lower triangle are undefined.
  package static func factor(
    _ a: UnsafeMutablePointer<Double>, _ n: Int, least: Double = 1e-14
  ) -> Bool {
    for i in 0..<n {
      let row = a + i * n
      let diagonal = row[i]
      for j in 0...i {
        let other = a + j * n
        var sum = row[j]
        for k in 0..<j { sum -= row[k] * other[k] }
        if i != j {
          row[j] = sum / other[j]
        } else {
          guard sum > least * diagonal, sum < .infinity else { return false }
          row[i] = sum.squareRoot()
        }
      }
    }
    return true
  }

  /// x ← A⁻¹·x = L⁻ᵀ·L⁻¹·x, given the factor L.
  package static func solve(_ l: UnsafePointer<Double>, _ n: Int, _ x: UnsafeMutablePointer<Double>) {
    for i in 0..<n {
      for k in 0..<i { x[i] -= l[i * n + k] * x[k] }
      x[i] /= l[i * n + i]
    }
    for i in (0..<n).reversed() {
      for k in i + 1..<n { x[i] -= l[k * n + i] * x[k] }
      x[i] /= l[i * n + i]
    }
  }

  /// Replaces the upper triangle of a large symmetric A = Rᵀ·R by R, one block of rows at a time. The lower
  /// triangle is not read and is undefined afterwards. Returns false at the first pivot that is not positive:
  /// A is not positive definite.
  ///
  /// - Parameters:
  ///   - a: n × n with unit column stride.
  ///   - product: created for n × n.
  package static func factorUpper(
    _ a: DoubleMatrix, product: DoubleProduct, in context: Context
  ) -> Bool {
    let n = a.rowCount
    /// Subtracts the contributions of rows first ..< i from row i, in the given columns.
    func takeOff(_ first: Int, from i: Int, columns: Range<Int>) {
      let row = a.base + i * a.rowStride
      for q in first..<i {
        let other = a.base + q * a.rowStride
        context.add(-other[i], other + columns.lowerBound, to: row + columns.lowerBound, count: columns.count)
      }
    }
    for first in stride(from: 0, to: n, by: blockRows) {
      let end = min(n, first + blockRows)
      for i in first..<end {
        takeOff(first, from: i, columns: i..<end)
        let row = a.base + i * a.rowStride
        guard row[i] > 0, row[i] < .infinity else { return false }
        let scale = 1 / row[i].squareRoot()
        for j in i..<end { row[j] *= scale }
      }
      // Columns that fit in the first-level cache.
      let share = 64
      context.parallel((n - end + share - 1) / share) { index in
        let columns = end + index * share..<min(n, end + (index + 1) * share)
        for i in first..<end {
          takeOff(first, from: i, columns: columns)
          let row = a.base + i * a.rowStride
          let scale = 1 / row[i]
          for j in columns { row[j] *= scale }
        }
      }
      let panel = a[first..<end, end..<n]
      product.add(panel.transposed, panel, scale: -1, into: a[end..<n, end..<n], upperOnly: true)
    }
    return true
  }

  /// The number of rows in a block.
  private static let blockRows = 48

  /// inverse ← L⁻¹, lower triangular with zeros above the diagonal. L is the lower triangle of `l` (n × n).
  package static func invert(
    _ l: UnsafePointer<Double>, _ n: Int, into inverse: UnsafeMutablePointer<Double>
  ) {
    inverse.update(repeating: 0, count: n * n)
    for i in 0..<n {
      let (row, target) = (l + i * n, inverse + i * n)
      // Row i of L·L⁻¹ = I:  Lᵢᵢ·(L⁻¹)ᵢ = eᵢ − Σ_{k<i} Lᵢₖ·(L⁻¹)ₖ
      for k in 0..<i {
        let (factor, above) = (row[k], inverse + k * n)
        for j in 0...k { target[j] -= factor * above[j] }
      }
      target[i] = 1
      let scale = 1 / row[i]
      for j in 0...i { target[j] *= scale }
    }
  }
}
