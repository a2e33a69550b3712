import Kernels
import Tensors

extension SymmetricEigen {
  /// Root j of the secular equation, as its distances from every pole.
  ///
  ///     f(λ) = 1 + ρ Σᵢ zᵢ² / (dᵢ − λ) = 0,     dⱼ < λ < dⱼ₊₁
  ///
  /// Uses rational interpolation that matches the values and slopes of the sums left and right of the root
  /// (Li 1993, "Solving secular equations stably and efficiently", the middle way), within a bracket.
  /// Bisection narrows the bracket whenever the interpolation leaves it. λ is computed as a distance from the
  /// nearer pole, so `distances[i]` = dᵢ − λ has full relative accuracy.
  ///
  /// - Parameters:
  ///   - d: k increasing poles. z: k weights, none zero. rho: positive.
  ///   - distances: k doubles.
  /// - Returns: λ, or nil if it was not found (NaN).
  static func secularRoot(
    _ j: Int, poles d: UnsafePointer<Double>, weights z: UnsafePointer<Double>, count k: Int, rho: Double,
    distances: UnsafeMutablePointer<Double>, in context: Context
  ) -> Double? {
    if k == 1 {
      distances[0] = -rho * z[0] * z[0]
      return d[0] - distances[0]
    }
    let last = j == k - 1
    // The two poles of the interpolation: those around the root, or the last two.
    let left = last ? k - 2 : j
    var gap = rho * context.dot(z, z, count: k)
    if !last { gap = d[j + 1] - d[j] }

    // The half of the interval that holds the root, and the nearer pole as the origin.
    for i in 0..<k { distances[i] = (d[i] - d[j]) }
    let middle = evaluate(distances, at: 0.5 * gap, z, split: left, count: k, rho: rho, in: context)
    let inLeftHalf = middle.value >= 0
    let origin = last || inLeftHalf ? j : j + 1
    if origin != j { for i in 0..<k { distances[i] = d[i] - d[origin] } }
    var low = origin == j ? 0 : -0.5 * gap
    var high = origin == j ? 0.5 * gap : 0
    if last, !inLeftHalf {
      low = 0.5 * gap
      high = gap
    }
    var eta = last && !inLeftHalf ? low : 0.5 * (low + high)
    if middle.value == 0 { eta = origin == j ? high : low }

    // Each failing step halves the bracket, so 200 steps cover all relevant exponents.
    for _ in 0..<200 {
      let f = evaluate(distances, at: eta, z, split: left, count: k, rho: rho, in: context)
      let noise = 0x1p-52 * (Double(k) * 0.25 + 4) * (1 + f.right - f.left)
      if abs(f.value) <= noise || high - low <= 0x1p-52 * max(abs(low), abs(high)) {
        for i in 0..<k { distances[i] -= eta }
        return d[origin] + eta
      }
      if f.value < 0 { low = max(low, eta) } else { high = min(high, eta) }

      // c + s₁/(Δ₁ − t) + s₂/(Δ₂ − t) = 0 for the step t, with Δ the distances of the two poles.
      let d1 = distances[left] - eta
      let d2 = distances[left + 1] - eta
      let c = f.value - d1 * f.leftSlope - d2 * f.rightSlope
      let a = (d1 + d2) * f.value - d1 * d2 * (f.leftSlope + f.rightSlope)
      let b = d1 * d2 * f.value
      let root = max(a * a - 4 * b * c, 0).squareRoot()
      let step: Double
      if last {
        step = a >= 0 ? (a + root) / (2 * c) : 2 * b / (a - root)
      } else {
        step = a <= 0 ? (a - root) / (2 * c) : 2 * b / (a + root)
      }
      var next = eta + step
      if !(next > low && next < high) { next = 0.5 * (low + high) }
      if next == eta {
        for i in 0..<k { distances[i] -= eta }
        return d[origin] + eta
      }
      eta = next
    }
    return nil
  }

  private struct SecularValue {
    var value: Double
    /// ψ ≤ 0 and φ ≥ 0, the sums over the poles up to the split and after it, and their slopes.
    var left: Double
    var right: Double
    var leftSlope: Double
    var rightSlope: Double
  }

  private static func evaluate(
    _ delta: UnsafePointer<Double>, at eta: Double, _ z: UnsafePointer<Double>, split: Int, count: Int,
    rho: Double, in context: Context
  ) -> SecularValue {
    let secularSums = context.kernels.doubles.secularSums
    // ψ, ψ′, φ and φ′, divided by ρ.
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: 4) { s in
      guard let sums = s.baseAddress else {
        return SecularValue(value: .nan, left: 0, right: 0, leftSlope: 0, rightSlope: 0)
      }
      secularSums(delta, z, eta, split + 1, sums)
      secularSums(delta + split + 1, z + split + 1, eta, count - split - 1, sums + 2)
      return SecularValue(
        value: 1 + rho * (sums[0] + sums[2]), left: -rho * abs(sums[0]), right: rho * abs(sums[2]),
        leftSlope: rho * sums[1], rightSlope: rho * sums[3])
    }
  }
}
