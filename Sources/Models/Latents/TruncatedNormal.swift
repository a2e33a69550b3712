import Tensors

/// Latents of N(0, I) whose elements beyond ±`truncation` are drawn again until they are inside (Brock,
/// Donahue & Simonyan, "Large scale GAN training for high fidelity natural image synthesis", ICLR 2019,
/// §3.1). The smaller the bound, the more typical and the more similar the rows.
package struct TruncatedNormal: Sendable {
  /// The bound, in the range `bounds`; nil: no bound.
  package let truncation: Double?
  package let seed: UInt64

  /// The bounds that draws can satisfy: at 0.01, one draw in 125 lies inside.
  package static let bounds = 0.01...1e30

  /// The number of draws per element after which the last one is clamped. At the smallest bound this happens
  /// once in 10¹⁴ elements.
  private static let drawLimit: UInt64 = 4096

  package init(truncation: Double?, seed: UInt64) {
    self.truncation = truncation
    self.seed = seed
  }

  /// z ← rows × latentSize. Row i is the same in any batch.
  ///
  /// Elements inside the bound are those of the same seed without a bound, which `sample` uses. Draw k > 1 of
  /// an element comes from its own stream.
  package func fill(
    _ z: UnsafeMutablePointer<Float>, rows: Int, latentSize: Int, context: Context
  ) {
    context.fillNormal(z, count: rows * latentSize, from: Random(seed: seed, purpose: .latent))
    guard let truncation else { return }
    let bound = Float(min(truncation, Double(Float.greatestFiniteMagnitude)))
    for element in 0..<rows * latentSize where abs(z[element]) > bound {
      redraw(z + element, element, within: bound, context)
    }
  }

  private func redraw(
    _ z: UnsafeMutablePointer<Float>, _ element: Int, within bound: Float, _ context: Context
  ) {
    for draw in 1..<Self.drawLimit {
      let random = Random(seed: seed, purpose: .truncation, step: draw)
      context.fillNormal(z, count: 1, from: random, offset: element)
      if abs(z.pointee) <= bound { return }
    }
    z.pointee = min(max(z.pointee, -bound), bound)
  }
}
