import Tensors

/// `count` numbers N(0, 1), different for each `seed`.
package func normals(_ count: Int, seed: UInt64) -> [Float] {
  var values = [Float](repeating: 0, count: count)
  Context.standard.fillNormal(&values, count: count, from: Random(seed: seed, purpose: .test))
  return values
}
