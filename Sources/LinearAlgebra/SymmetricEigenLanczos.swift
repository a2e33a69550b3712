import Tensors

extension SymmetricEigen {
  /// The k largest eigenpairs by block Lanczos (Golub & Underwood, "The block Lanczos method for computing
  /// eigenvalues", 1977), with a proof that no larger eigenvalue was missed.
  ///
  ///     T = Q·A·Qᵀ = Sᵀ·diag(θ)·S,     V = S·Q       Q a `KrylovBasis` of m dimensions
  ///
  /// If the spectrum decays, as for images, V's first k rows are eigenvectors up to rounding for m of about
  /// 3·k. If it is flat, as for noise, the largest few still are for m of a few hundred, which pays off for
  /// large matrices. If an eigenvalue occurs more often than a block has rows, some copies may be missed.
  /// Therefore σ·I − A + Vᵀ·diag(θ)·V must have a Cholesky factor at the end. Then no eigenvalue except those
  /// found is above σ, which is θₖ up to rounding.
  package struct Lanczos {
    /// θ: k values, in decreasing order.
    package let values: Buffer<Double>
    /// V: k × n.
    package let vectors: Buffer<Double>

    package init(values: Buffer<Double>, vectors: Buffer<Double>) {
      self.values = values
      self.vectors = vectors
    }

    /// With fewer rows than this, computing all pairs is as fast.
    private static let fewestRows = 256

    /// The same limit for a flat spectrum. It rises by fifty for each wanted pair.
    private static let fewestRowsOfFlat = 1500

    /// The largest residual of a pair, relative to the largest eigenvalue: a few rounding errors.
    private static let residual = 0x1p-48

    /// The number of dimensions after which convergence is first checked.
    private static func firstDimensions(_ wanted: Int) -> Int {
      roundUp(3 * wanted + 48, KrylovBasis.block)
    }

    /// Whether so few of the pairs are wanted that Lanczos is faster, provided that the spectrum decays.
    static func isShorter(n: Int, wanted: Int) -> Bool {
      n >= fewestRows && wanted >= 1 && firstDimensions(wanted) <= n / 3
    }

    /// Solves for the matrix whose upper triangle is at `a`, n × n packed. The lower triangle is overwritten.
    /// Returns nil if the iteration does not converge soon, or if the proof fails.
    ///
    /// - Throws: `.memory`; `.internalFault`.
    static func solve(
      _ a: UnsafeMutablePointer<Double>, n: Int, wanted k: Int, product: DoubleProduct, in context: Context
    ) throws(GenerativeError) -> Lanczos? {
      let isFalling = falls(a, n: n, in: context)
      guard isFalling || n >= fewestRowsOfFlat + 50 * k else { return nil }
      context.mirrorUpperTriangle(a, columns: n)
      let first = firstDimensions(k)
      let capacity = isFalling ? first + first / 2 : roundUp(n / 4, KrylovBasis.block)
      let basis = try KrylovBasis(of: a, n: n, capacity: capacity, in: context)
      var isGrowing = basis.grow(to: first)
      while isGrowing {
        try Run.proceed(basis.count, of: n)
        let (pairs, residual) = try basis.ritzPairs(k)
        let rounding = Double(n) * 0x1p-52 * pairs.values[0]
        if residual <= Self.residual * pairs.values[0] {
          let values = try Buffer<Double>(uninitializedCount: k, in: context.memory)
          values.base.update(from: pairs.values.base, count: k)
          let found = Lanczos(values: values, vectors: try basis.combine(pairs.matrix))
          let isAll = try found.hasNoneAbove(
            of: a, n: n, margin: 8 * rounding, using: basis.matrixSpace, product: product, in: context)
          return isAll ? found : nil
        }
        // A decaying spectrum converges within a few more blocks.
        isGrowing =
          isFalling
          ? residual < 1e8 * rounding && basis.grow(to: basis.count + first / 8)
          : basis.count < capacity && basis.grow(to: min(capacity, basis.count + basis.count / 4))
      }
      return nil
    }

    /// Whether the spectrum decays at all: (Σλ)²/Σλ² counts the eigenvalues that contribute to the sum.
    private static func falls(_ a: UnsafePointer<Double>, n: Int, in context: Context) -> Bool {
      var (trace, squares) = (0.0, 0.0)
      for i in 0..<n {
        let row = a + i * n
        trace += row[i]
        squares += 2 * context.dot(row + i, row + i, count: n - i) - row[i] * row[i]
      }
      return trace * trace < Double(n) / 8 * squares
    }

    /// Whether A has no eigenvalue above θₖ + `margin` other than these. Only the upper triangle of A is
    /// read. `rest` has room for n × n doubles.
    package func hasNoneAbove(
      of a: UnsafePointer<Double>, n: Int, margin: Double, using rest: Buffer<Double>, product: DoubleProduct,
      in context: Context
    ) throws(GenerativeError) -> Bool {
      let k = values.count
      let scaled = try Buffer<Double>(uninitializedCount: k * n, in: context.memory)
      let sigma = values[k - 1] + margin
      context.parallel(n) { i in
        let (source, target) = (a + i * n, rest.base + i * n)
        for j in i..<n { target[j] = -source[j] }
        target[i] += sigma
      }
      context.parallel(k) { i in
        let (source, target, theta) = (vectors.base + i * n, scaled.base + i * n, values.base[i])
        for j in 0..<n { target[j] = theta * source[j] }
      }
      let matrix = DoubleMatrix(rest.base, rows: n, columns: n)
      product.add(
        DoubleMatrix(scaled.base, rows: k, columns: n).transposed,
        DoubleMatrix(vectors.base, rows: k, columns: n), into: matrix, upperOnly: true)
      return Cholesky.factorUpper(matrix, product: product, in: context)
    }
  }
}
