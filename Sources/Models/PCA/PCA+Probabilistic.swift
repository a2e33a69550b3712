import Glibc
import LinearAlgebra
import Tensors

/// PCA as a probabilistic model (Tipping & Bishop, "Probabilistic principal component analysis", 1999).
///
///     x = μ + W·z + σ·ε,   z ∼ N(0, I) in ℝᵏ,  ε ∼ N(0, I) in ℝᵈ
///     W = Vᵀ·diag(λ − σ²)^½,   σ² = the noise variance        (maximum likelihood)
///
/// so x ∼ N(μ, C), C = Vᵀ·diag(λ − σ²)·V + σ²·I.
extension PCA.Solution {
  /// Writes ln p(x) of every row, in nats.
  ///
  /// With y = V·(x − μ), by the matrix inversion lemma and never forming C:
  ///
  ///     ln p(x) = −½·(d·ln 2π + ln|C| + ‖x − μ − Vᵀ·y‖²/σ² + Σᵢ yᵢ²/λᵢ)
  ///     ln|C|   = Σᵢ ln λᵢ + (d − k)·ln σ²
  ///
  /// - Parameters:
  ///   - rows: n × d. A NaN or an infinity gives a NaN for its row.
  ///   - likelihoods: n.
  /// - Throws: `.state` when C is singular: no noise, and fewer components than columns or one without
  ///   variance; `.mismatch`; `.memory`.
  package func logLikelihood(
    _ rows: Matrix, into likelihoods: UnsafeMutablePointer<Double>, in context: Context
  ) throws(GenerativeError) {
    let d = columnCount
    let k = componentCount
    guard rows.columnCount == d else {
      throw GenerativeError(.mismatch, "n_features must be \(d), not \(rows.columnCount)")
    }
    // With as many components as columns nothing is left for the noise, and C = Vᵀ·diag(λ)·V.
    let isWhole = k == d && explainedVariance[k - 1] > 0
    guard noiseVariance > 0 || isWhole else {
      throw GenerativeError(
        .state, "the noise variance is zero (the rows seen lie in a subspace), so rows have no likelihood")
    }
    let block = max(1, min(rows.rowCount, 128))
    let v = try Buffer<Double>(count: k * d, in: context.memory)
    for i in 0..<k * d { v.base[i] = Double(components.base[i]) }
    let centred = try Buffer<Double>(count: block * d, in: context.memory)
    let latents = try Buffer<Double>(count: block * k, in: context.memory)
    let product = try DoubleProduct(rows: block, columns: max(k, d), in: context)
    let vMatrix = DoubleMatrix(v.base, rows: k, columns: d)
    var constant = Double(d) * log(2 * Double.pi)
    if k < d { constant += Double(d - k) * log(noiseVariance) }
    for i in 0..<k { constant += log(max(explainedVariance[i], noiseVariance)) }

    for first in stride(from: 0, to: rows.rowCount, by: block) {
      let count = min(block, rows.rowCount - first)
      let x = DoubleMatrix(centred.base, rows: count, columns: d)
      let y = DoubleMatrix(latents.base, rows: count, columns: k)
      for i in 0..<count {
        let row = rows.base + (first + i) * rows.rowStride
        for j in 0..<d { centred.base[i * d + j] = Double(row[j]) - Double(mean.base[j]) }
      }
      latents.base.update(repeating: 0, count: count * k)
      product.add(x, vMatrix.transposed, into: y)
      if k < d { product.add(y, vMatrix, scale: -1, into: x) }
      for i in 0..<count {
        let rest = centred.base + i * d
        var distance = k < d ? context.dot(rest, rest, count: d) / noiseVariance : 0
        for p in 0..<k {
          let yp = latents.base[i * k + p]
          distance += yp * yp / max(explainedVariance.base[p], noiseVariance)
        }
        likelihoods[first + i] = -0.5 * (constant + distance)
      }
    }
  }

  /// Writes new rows from the model.
  ///
  /// Row i of a seed, counted from the stream's beginning, is the same in any batch.
  ///
  /// - Parameters:
  ///   - rows: n × d.
  ///   - firstRow: where in the stream of rows to begin.
  ///   - addingNoise: whether σ·ε is added; else the mean given the sampled latent.
  /// - Throws: `.mismatch` for another number of columns; `.argument` for a row beyond 2⁶³ numbers; `.memory`.
  package func sample(
    into rows: Matrix, firstRow: Int = 0, seed: UInt64, addingNoise: Bool, in context: Context
  ) throws(GenerativeError) {
    let d = columnCount
    let k = componentCount
    guard rows.columnCount == d else {
      throw GenerativeError(.mismatch, "n_features must be \(d), not \(rows.columnCount)")
    }
    let (end, overflow) = firstRow.addingReportingOverflow(rows.rowCount)
    guard firstRow >= 0, !overflow, checkedProduct(end, d) != nil else {
      throw GenerativeError(.argument, "first_row must be non-negative and countable, not \(firstRow)")
    }
    let block = max(1, min(rows.rowCount, 512))
    let weights = try Buffer<Float>(count: k * d, in: context.memory)
    for i in 0..<k {
      let deviation = Float(max(explainedVariance.base[i] - noiseVariance, 0).squareRoot())
      for j in i * d..<(i + 1) * d { weights.base[j] = deviation * components.base[j] }
    }
    let latents = try Buffer<Float>(count: block * k, in: context.memory)
    let noise = try Buffer<Float>(count: addingNoise ? d : 0, in: context.memory)
    let latentStream = Random(seed: seed, purpose: .latent)
    let noiseStream = Random(seed: seed, purpose: .observation)
    for first in stride(from: 0, to: rows.rowCount, by: block) {
      let count = min(block, rows.rowCount - first)
      context.fillNormal(
        latents.base, count: count * k, from: latentStream, offset: (firstRow + first) * k)
      context.multiply(
        Matrix(latents.base, rows: count, columns: k), Matrix(weights.base, rows: k, columns: d),
        into: rows.rows(first, count), bias: mean.base)
      guard addingNoise, noiseVariance > 0 else { continue }
      let deviation = Float(noiseVariance.squareRoot())
      for i in first..<first + count {
        context.fillNormal(noise.base, count: d, from: noiseStream, offset: (firstRow + i) * d)
        context.combine(deviation, noise.base, 1, into: rows.base + i * rows.rowStride, count: d)
      }
    }
  }
}
