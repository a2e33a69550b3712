/// A mean over rows and its standard error, which is 0 for a single row.
package struct Estimate: Equatable {
  package let mean: Double
  package let standardError: Double

  package init(_ values: some Collection<Double>) {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    standardError = (squares / max(n - 1, 1) / n).squareRoot()
  }
}
