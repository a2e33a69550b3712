import Tensors

/// A smooth closed path through several latents: a closed Catmull–Rom spline (Catmull & Rom, "A class of
/// local interpolating splines", 1974). Between p₁ and p₂, whose other neighbors are p₀ and p₃,
///
///     z(t) = ½·(2p₁ + (p₂ − p₀)t + (2p₀ − 5p₁ + 4p₂ − p₃)t² + (3p₁ − p₀ − 3p₂ + p₃)t³).
///
/// The path passes p₁ in the direction of p₂ − p₀, so it has no corners.
package enum LatentLoop {
  /// Writes `count` × `stepCount` latents. Row k × `stepCount` equals latent k, and the row after the last
  /// would be the first again.
  ///
  /// - Parameters:
  ///   - latents: `count` × `latentSize`, at least 2; two give a path there and back.
  ///   - curve: spherical: each row is scaled to the length that the same spline of the latents' lengths has
  ///     there. A row at the origin has no direction and is not scaled.
  ///   - stepCount: the number of steps from one latent to the next, at least 1.
  package static func path(
    through latents: UnsafePointer<Float>, count: Int, latentSize: Int, stepCount: Int,
    _ curve: LatentCurve, into z: UnsafeMutablePointer<Float>
  ) {
    for k in 0..<count {
      let p = [k + count - 1, k, k + 1, k + 2].map { latents + $0 % count * latentSize }
      (z + k * stepCount * latentSize).update(from: p[1], count: latentSize)
      let lengths = p.map { length($0, latentSize) }
      for step in 1..<max(stepCount, 1) {
        let t = Double(step) / Double(stepCount)
        let row = z + (k * stepCount + step) * latentSize
        for i in 0..<latentSize {
          row[i] = Float(
            spline(Double(p[0][i]), Double(p[1][i]), Double(p[2][i]), Double(p[3][i]), at: t))
        }
        guard curve == .spherical else { continue }
        let wanted = max(spline(lengths[0], lengths[1], lengths[2], lengths[3], at: t), 0)
        let found = length(row, latentSize)
        guard found > 1e-6 * wanted else { continue }
        for i in 0..<latentSize { row[i] = Float(Double(row[i]) * wanted / found) }
      }
    }
  }

  private static func spline(
    _ p0: Double, _ p1: Double, _ p2: Double, _ p3: Double, at t: Double
  ) -> Double {
    let square = 2 * p0 - 5 * p1 + 4 * p2 - p3
    let cube = 3 * (p1 - p2) + p3 - p0
    return 0.5 * (2 * p1 + t * (p2 - p0 + t * (square + t * cube)))
  }
}
