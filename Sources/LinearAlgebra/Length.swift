import Tensors

/// √(x² + y²) without intermediate overflow or underflow: both numbers are scaled by a power of two first.
///
/// Used instead of the C library's `hypot`, whose newest version would require glibc 2.35, and whose last bit
/// differs between versions. Error: below 1.5 ulp.
func length(_ x: Double, _ y: Double) -> Double {
  let larger = max(abs(x), abs(y)), smaller = min(abs(x), abs(y))
  guard larger > 0, larger.isFinite else { return larger + smaller }
  let scale = larger.binade
  let a = larger / scale, b = smaller / scale
  return (a * a + b * b).squareRoot() * scale
}
