import Glibc
import LinearAlgebra
import Statistics
import Tensors

/// PCA as a probabilistic model (Tipping & Bishop, "Probabilistic principal component analysis", 1999).
///
///     x = μ + W·z + σ·ε,   z ∼ N(0, I) in ℝᵏ,  ε ∼ N(0, I) in ℝᵈ
///     W = Vᵀ·diag(λ − σ²)^½,   σ² = the noise variance        (maximum likelihood)
///
/// Therefore x ∼ N(μ, C), C = Vᵀ·diag(λ − σ²)·V + σ²·I.
extension PCA.Solution {
  /// Writes ln p(x) of every row, in nats.
  ///
  /// With y = V·(x − μ), by the matrix inversion lemma and without forming C:
  ///
  ///     ln p(x) = −½·(d·ln 2π + ln|C| + ‖x − μ − Vᵀ·y‖²/σ² + Σᵢ yᵢ²/λᵢ)
  ///     ln|C|   = Σᵢ ln λᵢ + (d − k)·ln σ²
  ///
  /// - Parameters:
  ///   - rows: n × d. A NaN or an infinity gives NaN for its row.
  ///   - likelihoods: n.
  /// - Throws: `.state` if C is singular, which means no noise, and fewer components than columns or one
  ///   without variance; `.mismatch`; `.memory`.
  package func logLikelihood(
    _ rows: RowBatch, into likelihoods: UnsafeMutablePointer<Double>, in context: Context
  ) throws(GenerativeError) {
    let (k, d) = (componentCount, columnCount)
    // With as many components as columns there is no noise, and C = Vᵀ·diag(λ)·V.
    let isWhole = k == d && explainedVariance[k - 1] > rounding
    guard noiseVariance > 0 || isWhole else {
      throw GenerativeError(
        .state, "the noise variance is zero (the rows seen lie in a subspace), so rows have no likelihood")
    }
    var constant = Double(d) * log(2 * Double.pi)
    if k < d { constant += Double(d - k) * log(noiseVariance) }
    for i in 0..<k { constant += log(max(explainedVariance[i], noiseVariance)) }
    try forEachBlock(of: rows, leavesRest: k < d, in: context) { first, count, rests, latents in
      for i in 0..<count {
        let rest = rests + i * d
        var distance = k < d ? context.dot(rest, rest, count: d) / noiseVariance : 0
        for p in 0..<k {
          let yp = latents[i * k + p]
          distance += yp * yp / max(explainedVariance.base[p], noiseVariance)
        }
        likelihoods[first + i] = -0.5 * (constant + distance)
      }
    }
  }

  /// Writes new rows from the model.
  ///
  /// Row i of a seed, counted from the start of the stream, is the same in any batch.
  ///
  /// - Parameters:
  ///   - rows: n × d, floats or doubles.
  ///   - firstRow: the row of the stream to start with.
  ///   - addingNoise: whether σ·ε is added. Otherwise rows are the means given the sampled latents.
  /// - Throws: `.mismatch` for another number of columns; `.argument` if row numbers times columns exceed
  ///   2⁶³; `.memory`.
  package func sample(
    into rows: RowBatch, firstRow: Int = 0, seed: UInt64, addingNoise: Bool, in context: Context
  ) throws(GenerativeError) {
    let (k, d) = (componentCount, columnCount)
    try rows.checkColumns(d)
    let (end, overflow) = firstRow.addingReportingOverflow(rows.rowCount)
    guard firstRow >= 0, !overflow, checkedProduct(end, d) != nil else {
      throw GenerativeError(.argument, "first_row must be non-negative and countable, not \(firstRow)")
    }
    let block = blockRows(rows)
    let latents = try Buffer<Double>(count: block * k, in: context.memory)
    let x = try Buffer<Double>(count: block * d, in: context.memory)
    let normal = try Buffer<Float>(count: max(block * k, addingNoise ? d : 0), in: context.memory)
    let product = try DoubleProduct(rows: block, columns: d, in: context)
    let latentStream = Random(seed: seed, purpose: .latent)
    let noiseStream = Random(seed: seed, purpose: .observation)
    for first in stride(from: 0, to: rows.rowCount, by: block) {
      let count = min(block, rows.rowCount - first)
      context.fillNormal(normal.base, count: count * k, from: latentStream, offset: (firstRow + first) * k)
      for i in 0..<count {
        for p in 0..<k {
          // Whitened latents are divided by another deviation, which the expansion multiplies again.
          let deviation = max(explainedVariance.base[p] - noiseVariance, 0).squareRoot()
          let scale = whitens && deviations.base[p] > 0 ? deviation / deviations.base[p] : deviation
          latents.base[i * k + p] = scale * Double(normal.base[i * k + p])
        }
      }
      expand(latents.base, count, into: x.base, product)
      if addingNoise, noiseVariance > 0 {
        let deviation = noiseVariance.squareRoot()
        for i in 0..<count {
          context.fillNormal(normal.base, count: d, from: noiseStream, offset: (firstRow + first + i) * d)
          for j in 0..<d { x.base[i * d + j] += deviation * Double(normal.base[j]) }
        }
      }
      rows.write(x.base, first, count, of: d)
    }
  }
}
