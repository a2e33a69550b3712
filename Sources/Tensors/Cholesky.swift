/// The Cholesky factor of a symmetric positive definite matrix, A = L·Lᵀ, L lower triangular.
package enum Cholesky {
  /// L over the lower triangle of `a` (n × n); the upper one stays as it was.
  ///
  /// A pivot of at most `least` times its diagonal element is rounding: then false, and L is of no use.
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

  /// inverse ← L⁻¹, lower triangular, zeros above; L is the lower triangle of `l` (n × n).
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
