import Tensors

/// √(x² + y²) without overflow or underflow on the way: the squares are of numbers scaled by a power of two.
///
/// Instead of the C library's `hypot`, whose newest version would bind the library to glibc 2.35, and whose
/// last bit differs between versions. Error: below 1.5 ulp.
func length(_ x: Double, _ y: Double) -> Double {
  let larger = max(abs(x), abs(y)), smaller = min(abs(x), abs(y))
  guard larger > 0, larger.isFinite else { return larger + smaller }
  let scale = larger.binade
  let a = larger / scale, b = smaller / scale
  return (a * a + b * b).squareRoot() * scale
}
