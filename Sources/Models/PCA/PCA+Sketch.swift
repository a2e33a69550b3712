import LinearAlgebra
import Statistics
import Tensors

/// Principal components of a covariance matrix C of which only Y = C·Ω is known, by the Nyström method:
///
///     C ≈ Y·(Ωᵀ·Y)⁺·Yᵀ = E·Eᵀ,     E = Y·U·diag(β)^(−½)     with Ωᵀ·Y = U·diag(β)·Uᵀ
///     Eᵀ·E = W·diag(λ)·Wᵀ,          V = diag(λ)^(−½)·Wᵀ·Eᵀ    the components
///
/// Of all matrices in the span of Y that are below C, this one is nearest to it, and no λ exceeds that of C.
/// With l random directions, the variance that it misses is on average at most 1 + k/(l − k − 1) times the
/// variance that any k components must miss (Tropp, Yurtsever, Udell & Cevher, "Fixed-rank approximation of a
/// positive-semidefinite matrix from streaming data", NIPS 2017). In directions found by a first pass, small
/// variances are suppressed once more, as in a step of subspace iteration.
private struct Sketch {
  /// r × d, orthonormal up to rounding, by decreasing variance.
  let components: Buffer<Double>
  /// l variances. The last l − r are zero.
  let variances: Buffer<Double>
  let rank: Int

  init(_ moments: Moments, _ directions: Directions, centred: Bool, in context: Context)
    throws(GenerativeError)
  {
    let (d, l) = (directions.columnCount, directions.count)
    let y = try Buffer<Double>(count: d * l, in: context.memory)
    try moments.covariance(into: y.base, centred: centred)
    let yMatrix = DoubleMatrix(y.base, rows: d, columns: l)
    let product = try DoubleProduct(rows: l, columns: max(d, l), in: context)

    let b = try Buffer<Double>(count: l * l, in: context.memory)
    product.add(directions.matrix.transposed, yMatrix, into: DoubleMatrix(b.base, rows: l, columns: l))
    for i in 0..<l {
      for j in i..<l { b.base[i * l + j] = (b.base[i * l + j] + b.base[j * l + i]) / 2 }
    }
    let inner = try SymmetricEigen(destroying: b.base, n: l, in: context)
    // Below this fraction of the largest there are only rounding errors.
    let least = inner.values[0] * 1e-13
    var r = 0
    while r < l, inner.values[r] > least, inner.values[r] > 0 { r += 1 }
    variances = try Buffer(count: l, in: context.memory)
    components = try Buffer(count: l * d, in: context.memory)
    guard r > 0 else {
      rank = 0
      return
    }
    for i in 0..<r {
      let scale = 1 / inner.values[i].squareRoot()
      for j in 0..<l { inner.vectors.base[i * l + j] *= scale }
    }
    let e = try Buffer<Double>(count: r * d, in: context.memory)
    let eMatrix = DoubleMatrix(e.base, rows: r, columns: d)
    product.add(inner.matrix[0..<r, 0..<l], yMatrix.transposed, into: eMatrix)
    let g = try Buffer<Double>(count: r * r, in: context.memory)
    product.add(
      eMatrix, eMatrix.transposed, into: DoubleMatrix(g.base, rows: r, columns: r), upperOnly: true)
    let outer = try SymmetricEigen(destroying: g.base, n: r, in: context)
    var found = 0
    while found < r, outer.values[found] > outer.values[0] * 1e-13 { found += 1 }
    product.add(
      outer.matrix[0..<found, 0..<r], eMatrix, into: DoubleMatrix(components.base, rows: found, columns: d))
    for i in 0..<found {
      variances.base[i] = outer.values[i]
      let scale = 1 / outer.values[i].squareRoot()
      for j in i * d..<(i + 1) * d { components.base[j] *= scale }
    }
    rank = found
  }
}

extension PCA.Solution {
  /// The components determined by a sketch. Total and noise variance are exact.
  ///
  /// - Throws: see `init(of:)`.
  init(ofSketch moments: Moments, _ options: PCA.Options, in context: Context) throws(GenerativeError) {
    guard let directions = moments.directions else {
      throw GenerativeError(.internalFault, "these statistics are not a sketch")
    }
    let (d, n) = (directions.columnCount, moments.rowCount)
    try PCA.checkRowCount(n)
    let limit = min(n, directions.count)
    try options.check(limit: limit)
    let sketch = try Sketch(moments, directions, centred: options.centres, in: context)
    let total = moments.totalVariance(centred: options.centres)
    let mean = try Buffer<Double>(count: d, in: context.memory)
    if options.centres { moments.mean(into: mean.base) }
    let variances = UnsafeBufferPointer(sketch.variances.elements)
    let k = options.componentCount(variances: variances, total: total, limit: limit)
    try Orthonormalizer.complete(
      sketch.components, rows: k, columns: d, rank: min(k, sketch.rank), seed: options.seed, in: context)
    // What the k components leave of the total variance, not of the sketch's.
    let rest = max(0, (0..<k).reduce(total) { $0 - variances[$1] })
    let rank = min(n, d)
    try self.init(
      components: sketch.components, count: k, variances: variances, totalVariance: total,
      noiseVariance: k < rank ? rest / Double(rank - k) : 0, mean: mean, rowCount: n,
      solver: .sketch, element: moments.element, rounding: total * Spectrum.roundingOfSums,
      whitens: options.whitens,
      in: context)
  }
}

extension Moments {
  /// Empty statistics for another pass over the rows that `first` has seen, with the directions that `first`
  /// found.
  ///
  /// - Throws: `.state` for statistics that are not a sketch, or of fewer than two rows; `.memory`.
  package convenience init(
    refining first: Moments, centred: Bool = true, in context: Context
  ) throws(GenerativeError) {
    guard let directions = first.directions else {
      throw GenerativeError(.state, "only a sketch can be refined, not statistics of all products")
    }
    guard first.rowCount >= 2 else {
      throw GenerativeError(.state, "a pass to refine must have at least 2 rows, not \(first.rowCount)")
    }
    let sketch = try Sketch(first, directions, centred: centred, in: context)
    try Orthonormalizer.complete(
      sketch.components, rows: directions.count, columns: directions.columnCount, rank: sketch.rank,
      seed: directions.seed, in: context)
    try self.init(
      columns: first.columnCount, first.precision,
      directions: try Directions(rounding: sketch.components.base, after: directions, in: context),
      in: context)
  }
}
