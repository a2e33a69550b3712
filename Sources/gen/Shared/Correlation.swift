/// Pearson's correlation, computed in Double.
func correlation(_ x: [Float], _ y: [Float]) -> Double {
  func centred(_ values: [Float]) -> [Double] {
    let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
    return values.map { Double($0) - mean }
  }
  let (dx, dy) = (centred(x), centred(y))
  func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
  return dot(dx, dy) / (dot(dx, dx) * dot(dy, dy)).squareRoot()
}
