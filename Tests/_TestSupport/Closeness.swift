import Tensors

/// The largest |a − b| / max(1, |b|) of two arrays of the same length; infinite when the lengths
/// differ or a NaN stands anywhere.
package func largestError(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Float {
  guard a.count == b.count else { return .infinity }
  var largest: Float = 0
  for (a, b) in zip(a, b) {
    let error = abs(a - b) / max(1, abs(b))
    guard error <= .infinity else { return .infinity }
    largest = max(largest, error)
  }
  return largest
}
