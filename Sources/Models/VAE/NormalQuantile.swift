import Glibc

/// The quantile of N(0, 1): x with Φ(x) = p, for p in (0, 1), to about 1e-15.
///
/// Uses bisection of Φ(x) = ½ erfc(−x/√2), with 60 halvings of [−9, 9], because speed does not matter here.
func normalQuantile(_ p: Double) -> Double {
  var (low, high) = (-9.0, 9.0)
  for _ in 0..<60 {
    let middle = (low + high) / 2
    if 0.5 * erfc(-middle / 2.0.squareRoot()) < p { low = middle } else { high = middle }
  }
  return (low + high) / 2
}
