import Glibc
import Tensors

/// How one latent becomes another.
package enum LatentCurve: CaseIterable, Sendable {
  /// Along the straight line: z(t) = (1 − t)·a + t·b.
  case linear
  /// Along the great circle (White, "Sampling generative networks", 2016): the direction turns evenly,
  ///
  ///     u(t) = (sin((1 − t)θ)·a/|a| + sin(tθ)·b/|b|) / sin θ,   cos θ = a·b / |a||b|,
  ///
  /// while the length goes evenly from |a| to |b|, so that the path keeps to where N(0, I) has its
  /// mass. For equal lengths that is White's formula; for unequal ones it stays bounded where the
  /// formula, which takes the lengths into the sines, does not.
  case spherical

  /// Writes `stepCount` latents of `latentSize` floats, the first equal to `a` and the last to `b`.
  ///
  /// On the sphere, latents of the same direction, or one of length zero, are joined by the straight
  /// line; opposite ones, which any half circle joins, by the one through the axis they are least
  /// aligned with, the first of equals.
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
      // The ends are copied: no rounding.
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

/// The great circle between two latents: length(t)·(cos(tθ)·u + sin(tθ)·w) of orthonormal u and w.
private struct Arc {
  private let basis: Buffer<Double>
  private let count: Int
  private let angle: Double
  private let lengths: (Double, Double)

  /// Nil where there is none and the straight line stands in.
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
    // Floats give directions to about 1e-7; an angle below that is rounding.
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
