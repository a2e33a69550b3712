/// A stream of counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy
/// as 1, 2, 3", SC 2011).
///
/// Element e of a stream is a pure function of (seed, purpose, step, e). It is the same in any batch, at any
/// offset and for any number of threads.
package struct Random: Sendable {
  /// What the numbers are used for, so that no two uses share a stream.
  package enum Purpose: UInt32, Sendable {
    case initialization = 1
    case shuffle, latent, reparameterisation, corruption, dropout, discriminatorNoise, binarisation
    case faces, evaluation, eigenvectors, test, observation, truncation, inversion, mixture, sketch
    case reservoir, interpolation, augmentation
    case contraction = 32
  }

  package let seed: UInt64
  package let purpose: Purpose
  /// A training step, a combined layer and step, or 0.
  package let step: UInt64

  package init(seed: UInt64, purpose: Purpose, step: UInt64 = 0) {
    self.seed = seed
    self.purpose = purpose
    self.step = step
  }

  /// The four 32-bit words for counter value `counter`.
  package func words(_ counter: UInt64) -> SIMD4<UInt32> {
    var c0 = UInt32(truncatingIfNeeded: counter)
    var c1 = UInt32(truncatingIfNeeded: counter >> 32)
    var c2 = UInt32(truncatingIfNeeded: step)
    var c3 = UInt32(truncatingIfNeeded: step >> 32) ^ (purpose.rawValue << 24)
    var k0 = UInt32(truncatingIfNeeded: seed)
    var k1 = UInt32(truncatingIfNeeded: seed >> 32)
    for _ in 0..<10 {
      let p0 = UInt64(0xD251_1F53) * UInt64(c0)
      let p1 = UInt64(0xCD9E_8D57) * UInt64(c2)
      let n0 = UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0
      let n2 = UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1
      c1 = UInt32(truncatingIfNeeded: p1)
      c3 = UInt32(truncatingIfNeeded: p0)
      c0 = n0
      c2 = n2
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return SIMD4(c0, c1, c2, c3)
  }

  /// Element `index` as a uniform number in [0, 1), a multiple of 2⁻²⁴.
  package func uniform(at index: Int) -> Float {
    Float(words(UInt64(index) >> 2)[index & 3] >> 8) * 0x1p-24
  }

  /// A random permutation of 0 ..< count: Fisher–Yates with 64-bit words of this stream. The same on every
  /// platform.
  package func permute(_ order: UnsafeMutablePointer<Int32>, count: Int) {
    for i in 0..<count { order[i] = Int32(i) }
    var i = count - 1
    while i > 0 {
      let w = words(UInt64(i))
      let bits = UInt64(w.x) << 32 | UInt64(w.y)
      let j = Int(bits.multipliedFullWidth(by: UInt64(i + 1)).high)
      let t = order[i]
      order[i] = order[j]
      order[j] = t
      i -= 1
    }
  }
}
