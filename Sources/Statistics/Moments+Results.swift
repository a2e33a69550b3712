import Tensors

// Mean and covariance, computed when they are requested.

extension Moments {
  /// Writes the mean of every column; zeros before the first row.
  package func mean(into mean: UnsafeMutablePointer<Double>) {
    let n = Double(max(rowCount, 1))
    for j in 0..<columnCount { mean[j] = unit * (shift.base[j] + sums.base[j] / n) }
  }

  /// Writes the upper triangle of the covariance matrix, with divisor n − 1, or with directions its product
  /// with Ω, d × l. Unless `centred`, it is taken about zero instead of the mean. Needs at least two rows.
  ///
  /// - Throws: `.memory`.
  package func covariance(
    into c: UnsafeMutablePointer<Double>, centred: Bool = true
  ) throws(GenerativeError) {
    let n = Double(rowCount)
    let scale = unit * unit / max(n - 1, 1)
    let (s, t) = (shift, sums.base)
    let width = width
    let space = try Buffer<Double>(count: 2 * (directions?.count ?? 0), in: context.memory)
    let (tOmega, sOmega) = project(t, s.base, into: space)
    context.parallelSlots(columnCount, isSmall: columnCount * width < 20_000) { _, i in
      let source = products.base + i * width
      let target = c + i * width
      let (si, ti) = (s.base[i], t[i])
      let columns = firstColumn(i)..<width
      if centred {
        let meanTi = ti / n
        for j in columns { target[j] = (source[j] - meanTi * tOmega[j]) * scale }
        // The rounding error that remains of a constant column is not a variance.
        if directions == nil { target[i] = max(target[i], 0) }
      } else {
        for j in columns {
          target[j] = (source[j] + si * tOmega[j] + ti * sOmega[j] + n * si * sOmega[j]) * scale
        }
      }
    }
  }

  /// The sum of the variances of all columns, with divisor n − 1. Unless `centred`, they are taken about zero
  /// instead of the mean.
  package func totalVariance(centred: Bool = true) -> Double {
    let n = Double(rowCount)
    var total = 0.0
    for j in 0..<columnCount {
      let (s, t) = (shift.base[j], sums.base[j])
      total += centred ? variation(j) : square(j) + s * (2 * t + n * s)
    }
    return total * unit * unit / max(n - 1, 1)
  }
}
