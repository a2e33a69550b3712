import Statistics
import Tensors

extension PCA {
  /// The result of a fit. It is immutable, so any number of threads may read it.
  package struct Solution: Sendable {
    /// The number of rows seen.
    package let rowCount: Int
    package let columnCount: Int
    package let componentCount: Int
    /// `.covariance`, `.gram` or `.sketch`.
    package let solver: Solver
    package let whitens: Bool
    /// The element type of the rows.
    package let element: RowElement
    /// k × d: orthonormal rows, by decreasing variance.
    package let components: Buffer<Double>
    /// d
    package let mean: Buffer<Double>
    /// k variances, with divisor n − 1.
    package let explainedVariance: Buffer<Double>
    /// The sum of the variances of all columns.
    package let totalVariance: Double
    /// The mean of the min(n, d) − k omitted variances; zero if there are none.
    package let noiseVariance: Double
    /// A variance this small is a rounding error of zero.
    let rounding: Double

    /// The divisors of latents: all 1 unless whitening. 0 for a direction without variance, whose latent is
    /// zero.
    let deviations: Buffer<Double>
    /// For rows of floats; nil if Double is needed.
    let floats: FloatMaps?

    /// - Parameters:
    ///   - components: k × d packed, or more rows, with any signs.
    ///   - variances: k or more, decreasing; the first k belong to the components.
    ///   - noiseVariance: nil: the mean of the variances after the first k.
    ///   - mean: d numbers; the buffer is kept.
    init(
      components: Buffer<Double>, count k: Int, variances: UnsafeBufferPointer<Double>,
      totalVariance: Double, noiseVariance: Double? = nil, mean: Buffer<Double>, rowCount: Int,
      solver: Solver, element: RowElement, rounding: Double, whitens: Bool, in context: Context
    ) throws(GenerativeError) {
      let d = mean.count
      var components = components
      if components.count != k * d {
        components = try Buffer(
          copying: UnsafeBufferPointer(start: components.base, count: k * d), in: context.memory)
      }
      context.parallelSlots(k, isSmall: k * d < 20_000) { _, i in fixSign(components.base + i * d, count: d) }
      let kept = try Buffer<Double>(count: k, in: context.memory)
      for i in 0..<k { kept.base[i] = max(variances[i], 0) }

      // The same divisor as in scikit-learn. For n > d, it is the d − k of Tipping & Bishop.
      let rank = noiseVariance == nil ? min(rowCount, d) : k
      var rest = 0.0
      if variances.count >= rank {
        for i in (k..<max(k, rank)).reversed() { rest += max(variances[i], 0) }
      } else {
        rest = max(0, totalVariance - kept.elements.reduce(0, +))
      }
      let noise = noiseVariance ?? (k < rank ? rest / Double(rank - k) : 0)
      try self.init(
        components: components, mean: mean, explainedVariance: kept, totalVariance: totalVariance,
        noiseVariance: noise, rowCount: rowCount, solver: solver, element: element, rounding: rounding,
        whitens: whitens, in: context)
    }

    /// Creates a solution from the parts in a file. The caller has checked that they match.
    init(
      components: Buffer<Double>, mean: Buffer<Double>, explainedVariance: Buffer<Double>,
      totalVariance: Double, noiseVariance: Double, rowCount: Int, solver: Solver, element: RowElement,
      rounding: Double, whitens: Bool, in context: Context
    ) throws(GenerativeError) {
      let (k, d) = (explainedVariance.count, mean.count)
      self.components = components
      self.mean = mean
      self.explainedVariance = explainedVariance
      self.totalVariance = totalVariance
      self.rounding = rounding
      self.noiseVariance = noiseVariance > rounding ? noiseVariance : 0
      self.rowCount = rowCount
      self.solver = solver
      self.element = element
      self.whitens = whitens
      columnCount = d
      componentCount = k
      deviations = try Buffer<Double>(count: k, in: context.memory)
      for i in 0..<k {
        let variance = explainedVariance.base[i]
        deviations.base[i] = !whitens ? 1 : variance <= rounding ? 0 : variance.squareRoot()
      }
      floats = try FloatMaps(
        components, mean, deviations, totalVariance: totalVariance, in: context)
    }

    /// V as a matrix.
    var matrix: DoubleMatrix { DoubleMatrix(components.base, rows: componentCount, columns: columnCount) }
  }
}

/// Makes the element with the largest magnitude positive; of equal ones, the first.
private func fixSign(_ row: UnsafeMutablePointer<Double>, count: Int) {
  var largest = 0
  // Magnitudes that differ only by rounding count as equal: for (1, −1)/√2, the first decides on any
  // processor.
  for j in 0..<count where abs(row[j]) > abs(row[largest]) * (1 + 0x1p-40) { largest = j }
  guard row[largest] < 0 else { return }
  for j in 0..<count { row[j] = -row[j] }
}

/// The two maps of a solution for rows of floats, each a single product:
///
///     y = P·x + b        P: the components divided by the deviations, b = −P·μ
///     x̂ = E·y + μ        E: the components multiplied by the deviations
///
/// Because the mean is in b instead of being subtracted from x, the terms of the sum are as large as the
/// mean. The maps are therefore used for rows whose mean is not larger than their spread; no digits are lost
/// then.
struct FloatMaps: Sendable {
  let projection: Buffer<Float>
  let projectionBias: Buffer<Float>
  let expansion: Buffer<Float>
  let mean: Buffer<Float>

  /// nil if the mean is larger, or if a number is out of range for a float.
  init?(
    _ components: Buffer<Double>, _ mean: Buffer<Double>, _ deviations: Buffer<Double>, totalVariance: Double,
    in context: Context
  ) throws(GenerativeError) {
    let (k, d) = (deviations.count, mean.count)
    var square = 0.0
    for j in 0..<d { square += mean.base[j] * mean.base[j] }
    let isScaled = deviations.elements.contains { $0 != 1 }
    let ordinary = 1e-15...1e15
    guard square <= 4 * totalVariance, ordinary.contains(totalVariance),
      !isScaled || deviations.elements.allSatisfy({ $0 == 0 || ordinary.contains($0) })
    else { return nil }
    let projection = try Buffer<Float>(uninitializedCount: k * d, in: context.memory)
    let expansion = isScaled ? try Buffer<Float>(uninitializedCount: k * d, in: context.memory) : projection
    let biases = try Buffer<Float>(uninitializedCount: k, in: context.memory)
    context.parallelSlots(k, isSmall: k * d < 20_000) { _, i in
      let (v, deviation) = (components.base + i * d, deviations.base[i])
      var bias = 0.0
      for j in 0..<d {
        projection.base[i * d + j] = deviation == 0 ? 0 : Float(v[j] / deviation)
        bias -= Double(projection.base[i * d + j]) * mean.base[j]
        if isScaled { expansion.base[i * d + j] = Float(v[j] * deviation) }
      }
      biases.base[i] = Float(bias)
    }
    self.projection = projection
    self.expansion = expansion
    projectionBias = biases
    self.mean = try Buffer<Float>(uninitializedCount: d, in: context.memory)
    for j in 0..<d { self.mean.base[j] = Float(mean.base[j]) }
  }
}
