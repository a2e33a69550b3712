import Tensors

/// Rows in [0, 1).
func uniforms(_ count: Int, seed: UInt64) -> [Float] {
  let random = Random(seed: seed, purpose: .test)
  return (0..<count).map { random.uniform(at: $0) }
}

/// ‖a − b‖² in Double of row i of `a` and row j of `b`.
func squaredDistance(_ a: [Float], _ i: Int, _ b: [Float], _ j: Int, width: Int) -> Double {
  (0..<width).reduce(0) { sum, k in
    let d = Double(a[i * width + k]) - Double(b[j * width + k])
    return sum + d * d
  }
}
