import Tensors

/// C ← A·B in Double, element by element, with Σ |a·b| beside it: the scale of a product's rounding
/// error.
package func referenceProduct(_ a: Matrix, _ b: Matrix, row i: Int, column j: Int) -> (
  value: Double, scale: Double
) {
  var value = 0.0
  var scale = 0.0
  for p in 0..<a.columnCount {
    let x = Double(a.base[i * a.rowStride + p * a.columnStride])
    let y = Double(b.base[p * b.rowStride + j * b.columnStride])
    value += x * y
    scale += abs(x * y)
  }
  return (value, scale)
}

/// The distance between `value` and `reference` in units of the last place of a Float near
/// `reference`; 0 for two NaNs or two equal infinities, infinite for one.
package func ulps(_ value: Float, _ reference: Double) -> Double {
  if value.isNaN || reference.isNaN { return value.isNaN && reference.isNaN ? 0 : .infinity }
  let rounded = Float(reference)
  if value == rounded { return 0 }
  guard value.isFinite, rounded.isFinite else { return .infinity }
  let unit = max(Double(rounded.ulp), Double(Float.leastNonzeroMagnitude))
  return abs(Double(value) - reference) / unit
}

/// Reproducible test data in [low, high).
package func noise(_ count: Int, seed: UInt64, _ low: Float = -1, _ high: Float = 1) throws -> Buffer<Float> {
  let buffer = try Buffer<Float>(count: count)
  let random = Random(seed: seed, purpose: .test)
  for i in 0..<count { buffer.base[i] = low + (high - low) * random.uniform(at: i) }
  return buffer
}
