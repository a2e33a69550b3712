import Glibc
import Tensors

/// How to interpolate between two latents.
package enum LatentCurve: CaseIterable, Sendable {
  /// Along the straight line: z(t) = (1 − t)·a + t·b.
  case linear
  /// Along the great circle (White, "Sampling generative networks", 2016). The direction turns uniformly,
  ///
  ///     u(t) = (sin((1 − t)θ)·a/|a| + sin(tθ)·b/|b|) / sin θ,   cos θ = a·b / |a||b|,
  ///
  /// while the length changes uniformly from |a| to |b|, so that the path stays where N(0, I) has its mass.
  /// For equal lengths, this is White's formula. For unequal lengths it stays bounded, unlike that formula,
  /// which includes the lengths in the sines.
  case spherical

  /// Writes `stepCount` latents of `latentSize` floats. The first equals `a` and the last equals `b`.
  ///
  /// On the sphere, latents with the same direction, or one of length zero, are connected by a straight line.
  /// Opposite latents, which any half circle connects, are connected by the one through the axis that they
  /// are least aligned with; among equals, the first axis.
  ///
  /// - Parameter stepCount: at least 2.
  /// - Throws: `.memory`.
  package func interpolate(
    from a: UnsafePointer<Float>, to b: UnsafePointer<Float>, latentSize: Int, stepCount: Int,
    into z: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let arc = self == .spherical ? try Arc(from: a, to: b, count: latentSize) : nil
    for step in 0..<stepCount {
      let row = z + step * latentSize
      // The endpoints are copied, to avoid rounding.
      if step == 0 || step == stepCount - 1 {
        row.update(from: step == 0 ? a : b, count: latentSize)
        continue
      }
      let t = Double(step) / Double(stepCount - 1)
      for i in 0..<latentSize {
        row[i] = Float(arc?.value(at: t, i) ?? (1 - t) * Double(a[i]) + t * Double(b[i]))
      }
    }
  }
}

/// The great circle between two latents: length(t)·(cos(tθ)·u + sin(tθ)·w) with orthonormal u and w.
private struct Arc {
  private let basis: Buffer<Double>
  private let count: Int
  private let angle: Double
  private let lengths: (Double, Double)

  /// nil if there is none and a straight line is used instead.
  init?(
    from a: UnsafePointer<Float>, to b: UnsafePointer<Float>, count: Int
  ) throws(GenerativeError) {
    let lengths = (length(a, count), length(b, count))
    guard lengths.0 > 0, lengths.1 > 0 else { return nil }
    let basis = try Buffer<Double>(count: 2 * count)
    let (u, w) = (basis.base, basis.base + count)
    for i in 0..<count {
      u[i] = Double(a[i]) / lengths.0
      w[i] = Double(b[i]) / lengths.1
    }
    let cosine = (0..<count).reduce(0) { $0 + u[$1] * w[$1] }
    for i in 0..<count { w[i] -= cosine * u[i] }
    var sine = (0..<count).reduce(0) { $0 + w[$1] * w[$1] }.squareRoot()
    // Directions of floats are accurate to about 1e-7, so a smaller angle is rounding error.
    if sine < 1e-7 {
      guard cosine < 0, count > 1 else { return nil }
      let axis = (1..<count).reduce(0) { abs(u[$1]) < abs(u[$0]) ? $1 : $0 }
      for i in 0..<count { w[i] = (i == axis ? 1 : 0) - u[axis] * u[i] }
      sine = (0..<count).reduce(0) { $0 + w[$1] * w[$1] }.squareRoot()
      angle = .pi
    } else {
      angle = atan2(sine, cosine)
    }
    for i in 0..<count { w[i] /= sine }
    self.basis = basis
    self.count = count
    self.lengths = lengths
  }

  func value(at t: Double, _ i: Int) -> Double {
    let length = (1 - t) * lengths.0 + t * lengths.1
    return length * (cos(t * angle) * basis.base[i] + sin(t * angle) * basis.base[count + i])
  }
}

/// |z|, in Double.
func length(_ z: UnsafePointer<Float>, _ count: Int) -> Double {
  (0..<count).reduce(0) { $0 + Double(z[$1]) * Double(z[$1]) }.squareRoot()
}
