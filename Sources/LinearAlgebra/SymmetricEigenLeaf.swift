import Glibc
import Tensors

extension SymmetricEigen {
  /// All eigenpairs of a small tridiagonal matrix by implicit QL with Wilkinson's shift (Bowdler, Martin,
  /// Reinsch & Wilkinson 1968; `tql2` of EISPACK).
  ///
  /// - Parameters:
  ///   - d: the n diagonal elements; replaced by the eigenvalues, unordered.
  ///   - e: the n − 1 off-diagonal elements; destroyed.
  ///   - q: n × n with row stride `stride`; row i is set to the eigenvector of d[i].
  /// - Throws: `.internalFault` if an eigenvalue takes more than 60 sweeps.
  static func solveLeaf(
    _ d: UnsafeMutablePointer<Double>, _ e: UnsafeMutablePointer<Double>, n: Int,
    into q: UnsafeMutablePointer<Double>, stride: Int
  ) throws(GenerativeError) {
    for i in 0..<n {
      (q + i * stride).update(repeating: 0, count: n)
      q[i * stride + i] = 1
    }
    for l in 0..<n {
      var sweep = 0
      while true {
        // The block l...m that is not split by a negligible element.
        var m = l
        while m < n - 1, abs(e[m]) > 0x1p-53 * (abs(d[m]) + abs(d[m + 1])) { m += 1 }
        if m == l { break }
        sweep += 1
        guard sweep <= 60 else {
          throw GenerativeError(.internalFault, "the eigenvalue iteration did not converge")
        }
        var g = (d[l + 1] - d[l]) / (2 * e[l])
        var r = length(g, 1)
        g = d[m] - d[l] + e[l] / (g + (g < 0 ? -r : r))
        var s = 1.0
        var c = 1.0
        var p = 0.0
        var i = m - 1
        while i >= l {
          let f = s * e[i]
          let b = c * e[i]
          r = length(f, g)
          if i + 1 < m { e[i + 1] = r }
          if r == 0 {
            // An underflow split the block: apply the shift so far and start again.
            d[i + 1] -= p
            if m < n - 1 { e[m] = 0 }
            break
          }
          s = f / r
          c = g / r
          g = d[i + 1] - p
          r = (d[i] - g) * s + 2 * c * b
          p = s * r
          d[i + 1] = g + p
          g = c * r - b
          rotate(q + (i + 1) * stride, q + i * stride, cosine: c, sine: s, count: n)
          i -= 1
        }
        if i >= l { continue }
        d[l] -= p
        e[l] = g
        if m < n - 1 { e[m] = 0 }
      }
    }
  }
}
