import Tensors

extension PCA {
  /// What a fit found; immutable, so that any number of threads may read it.
  package struct Solution: Sendable {
    /// Rows seen.
    package let rowCount: Int
    package let columnCount: Int
    package let componentCount: Int
    /// `.covariance`, `.gram` or `.sketch`.
    package let solver: Solver
    package let whitens: Bool
    /// k × d: orthonormal rows by falling variance.
    package let components: Buffer<Float>
    /// d
    package let mean: Buffer<Float>
    /// k variances, divisor n − 1.
    package let explainedVariance: Buffer<Double>
    /// The variance of all columns together.
    package let totalVariance: Double
    /// The mean of the min(n, d) − k variances left out; zero when there are none.
    package let noiseVariance: Double

    /// `transform` is y = P·x + b: P k × d, the components over the whitening's deviations; b = −P·μ.
    let projection: Buffer<Float>
    let projectionBias: Buffer<Float>
    /// The components times the whitening's deviations.
    let expansion: Buffer<Float>

    /// - Parameters:
    ///   - components: k × d packed, of any sign.
    ///   - variances: k or more, falling; the first k belong to the components.
    ///   - noiseVariance: nil: the mean of the variances after the first k.
    ///   - mean: d.
    init(
      components v: UnsafePointer<Double>, count k: Int, variances: UnsafeBufferPointer<Double>,
      totalVariance: Double, noiseVariance: Double? = nil, mean: UnsafePointer<Double>, rowCount: Int,
      columnCount d: Int, solver: Solver, whitens: Bool, in context: Context
    ) throws(GenerativeError) {
      let memory = context.memory
      let components = try Buffer<Float>(uninitializedCount: k * d, in: memory)
      context.parallel(k) { i in
        let row = components.base + i * d
        for j in 0..<d { row[j] = Float(v[i * d + j]) }
        fixSign(row, count: d)
      }
      let floatMean = try Buffer<Float>(count: d, in: memory)
      for j in 0..<d { floatMean.base[j] = Float(mean[j]) }
      let kept = try Buffer<Double>(count: k, in: memory)
      for i in 0..<k { kept.base[i] = max(variances[i], 0) }

      // The same divisor as scikit-learn's, which Tipping & Bishop write as d − k for n > d.
      let rank = noiseVariance == nil ? min(rowCount, d) : k
      var rest = 0.0
      if variances.count >= rank {
        for i in (k..<max(k, rank)).reversed() { rest += max(variances[i], 0) }
      } else {
        rest = max(0, totalVariance - kept.elements.reduce(0, +))
      }
      let noise = noiseVariance ?? (k < rank ? rest / Double(rank - k) : 0)
      try self.init(
        components: components, mean: floatMean, explainedVariance: kept, totalVariance: totalVariance,
        noiseVariance: noise, rowCount: rowCount, solver: solver, whitens: whitens, in: context)
    }

    /// From the parts that a file keeps; the caller has checked that they fit each other.
    init(
      components: Buffer<Float>, mean: Buffer<Float>, explainedVariance: Buffer<Double>,
      totalVariance: Double, noiseVariance: Double, rowCount: Int, solver: Solver, whitens: Bool,
      in context: Context
    ) throws(GenerativeError) {
      let k = explainedVariance.count
      let d = mean.count
      self.components = components
      self.mean = mean
      self.explainedVariance = explainedVariance
      self.totalVariance = totalVariance
      // Below the rounding of the sums there is no noise, only error.
      self.noiseVariance = noiseVariance > totalVariance * 1e-14 ? noiseVariance : 0
      self.rowCount = rowCount
      self.solver = solver
      self.whitens = whitens
      columnCount = d
      componentCount = k

      let biases = try Buffer<Float>(count: k, in: context.memory)
      projectionBias = biases
      guard whitens else {
        projection = components
        expansion = components
        context.parallel(k) { i in
          biases.base[i] = bias(components.base + i * d, mean.base, count: d)
        }
        return
      }
      projection = try Buffer(count: k * d, in: context.memory)
      expansion = try Buffer(count: k * d, in: context.memory)
      for i in 0..<k {
        // A direction without variance has nothing to scale: its latent is zero.
        let deviation = explainedVariance.base[i].squareRoot()
        let isFlat = explainedVariance.base[i] <= totalVariance * 1e-14
        let inverse = isFlat ? 0 : 1 / deviation
        for j in i * d..<(i + 1) * d {
          projection.base[j] = Float(Double(components.base[j]) * inverse)
          expansion.base[j] = Float(Double(components.base[j]) * (isFlat ? 0 : deviation))
        }
        biases.base[i] = bias(projection.base + i * d, mean.base, count: d)
      }
    }
  }
}

/// Makes the element of largest size positive; of equal ones the first decides.
private func fixSign(_ row: UnsafeMutablePointer<Float>, count: Int) {
  var largest = 0
  for j in 0..<count where abs(row[j]) > abs(row[largest]) { largest = j }
  guard row[largest] < 0 else { return }
  for j in 0..<count { row[j] = -row[j] }
}

/// −p·μ
private func bias(_ p: UnsafePointer<Float>, _ mean: UnsafePointer<Float>, count: Int) -> Float {
  var sum = 0.0
  for j in 0..<count { sum += Double(p[j]) * Double(mean[j]) }
  return Float(-sum)
}
