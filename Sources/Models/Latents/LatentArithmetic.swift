import Tensors

/// Arithmetic with latents (Radford, Metz & Chintala, "Unsupervised representation learning with deep
/// convolutional GANs", ICLR 2016, §6.3.2).
package enum LatentArithmetic {
  /// z ← mean of A − mean of B + mean of C: smiling women − women + men.
  ///
  /// Means are used because a single latent's row shows more than the desired attribute.
  ///
  /// - Parameters:
  ///   - a, b, c: latents and their numbers, at least one each.
  ///   - z: receives one latent.
  package static func combine(
    _ a: (UnsafePointer<Float>, Int), minus b: (UnsafePointer<Float>, Int),
    plus c: (UnsafePointer<Float>, Int), latentSize: Int, into z: UnsafeMutablePointer<Float>
  ) {
    for i in 0..<latentSize {
      func mean(_ group: (UnsafePointer<Float>, Int)) -> Double {
        let (latents, count) = group
        return (0..<count).reduce(0) { $0 + Double(latents[$1 * latentSize + i]) } / Double(max(count, 1))
      }
      z[i] = Float(mean(a) - mean(b) + mean(c))
    }
  }
}
