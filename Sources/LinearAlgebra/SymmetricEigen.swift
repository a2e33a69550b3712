import Tensors

/// Eigenvalues and eigenvectors of a symmetric matrix, in Double, largest first.
package struct SymmetricEigen {
  /// All n eigenvalues, or the leading ones that were requested; decreasing.
  package let values: Buffer<Double>
  /// The leading eigenvectors as rows of n elements, of unit length.
  package let vectors: Buffer<Double>
  /// The number of rows of `vectors`.
  package let vectorCount: Int
  private let n: Int

  /// The eigenvectors as a `vectorCount` × n view.
  package var matrix: DoubleMatrix { DoubleMatrix(vectors.base, rows: vectorCount, columns: n) }

  /// Computes all eigenvalues of the n × n matrix at `a`, and the eigenvectors of the `wanted` largest.
  ///
  /// Householder tridiagonalization, divide and conquer, back-transformation: about 4/3·n³ + n³·(1/3 … 4/3) +
  /// 2·n²·k operations, with the same bits for any number of threads. Each eigenvalue is within a few n·ε·‖A‖
  /// of the exact one, and each vector is orthogonal to the others to ε·n.
  ///
  /// - Parameters:
  ///   - a: n × n packed; only the upper triangle is read; destroyed.
  ///   - wanted: number of vectors, 0 ... n; nil for all.
  /// - Throws: `.argument` for n < 1 or `wanted` out of range; `.nonfinite`; `.memory`; `.internalFault` if
  ///   an iteration does not converge.
  package init(
    destroying a: UnsafeMutablePointer<Double>, n: Int, largest wanted: Int? = nil,
    in context: Context = .standard
  ) throws(GenerativeError) {
    let wanted = wanted ?? n
    try Self.check(n: n, wanted: wanted)
    let scale = try Self.normalise(a, n: n, in: context)
    let product = try DoubleProduct(rows: n, columns: n, in: context)
    try self.init(normalised: a, n: n, wanted: wanted, scale: scale, product: product, in: context)
  }

  /// Computes the `wanted` largest eigenvalues with their vectors; the others only if they come at no extra
  /// cost. If few of many are wanted and the spectrum decays, `Lanczos` takes a third of the time of the
  /// initializer above.
  ///
  /// The accuracy, parameters and errors are the same.
  package init(
    destroying a: UnsafeMutablePointer<Double>, n: Int, leading wanted: Int, in context: Context = .standard
  ) throws(GenerativeError) {
    try Self.check(n: n, wanted: wanted)
    let scale = try Self.normalise(a, n: n, in: context)
    let product = try DoubleProduct(rows: n, columns: n, in: context)
    if Lanczos.isShorter(n: n, wanted: wanted),
      let found = try Lanczos.solve(a, n: n, wanted: wanted, product: product, in: context)
    {
      for i in 0..<wanted { found.values.base[i] *= scale }
      self.init(values: found.values, vectors: found.vectors, vectorCount: wanted, n: n)
      return
    }
    try self.init(normalised: a, n: n, wanted: wanted, scale: scale, product: product, in: context)
  }

  private static func check(n: Int, wanted: Int) throws(GenerativeError) {
    guard n >= 1 else { throw GenerativeError(.argument, "a matrix of \(n) rows has no eigenvalues") }
    guard (0...n).contains(wanted) else {
      throw GenerativeError(.argument, "eigenvectors must be between 0 and \(n), not \(wanted)")
    }
  }

  private init(values: Buffer<Double>, vectors: Buffer<Double>, vectorCount: Int, n: Int) {
    self.values = values
    self.vectors = vectors
    self.vectorCount = vectorCount
    self.n = n
  }

  private init(
    normalised a: UnsafeMutablePointer<Double>, n: Int, wanted: Int, scale: Double, product: DoubleProduct,
    in context: Context
  ) throws(GenerativeError) {
    self.n = n
    values = try Buffer(count: n, in: context.memory)
    vectors = try Buffer(uninitializedCount: wanted * n, in: context.memory)
    vectorCount = wanted

    let tridiagonal = try Tridiagonal(reducing: a, n: n, product: product, in: context)
    let divide = try Divide(
      diagonal: tridiagonal.diagonal, offDiagonal: tridiagonal.offDiagonal, wanted: wanted,
      product: product, in: context)
    for i in 0..<n { values.base[i] = scale * divide.values.base[divide.order.base[n - 1 - i]] }
    context.parallelSlots(wanted, isSmall: wanted * n < 40_000) { _, i in
      let row = divide.order.base[n - 1 - i]
      (vectors.base + i * n).update(from: divide.vectors.base + row * n, count: n)
    }
    try tridiagonal.backTransform(matrix, product: product)
  }

  /// Divides the upper triangle by the power of two that brings its largest element to about one, so that no
  /// square overflows or underflows. Returns that power.
  private static func normalise(
    _ a: UnsafeMutablePointer<Double>, n: Int, in context: Context
  ) throws(GenerativeError) -> Double {
    let rowSizes = try Buffer<Double>(count: n, in: context.memory)
    context.parallelSlots(n, isSmall: n * n < 40_000) { _, i in
      // Bit patterns of magnitudes are ordered like the magnitudes, and NaN comes after infinity.
      var largest: UInt64 = 0
      for j in i..<n { largest = max(largest, a[i * n + j].magnitude.bitPattern) }
      rowSizes.base[i] = Double(bitPattern: largest)
    }
    if let i = (0..<n).first(where: { !rowSizes.base[$0].isFinite }),
      let j = (i..<n).first(where: { !a[i * n + $0].isFinite })
    {
      throw GenerativeError(.nonfinite, "element (\(i), \(j)) of a symmetric matrix is \(a[i * n + j])")
    }
    let largest = rowSizes.elements.max() ?? 0
    guard largest > 0 else { return 1 }
    let scale = Double(sign: .plus, exponent: largest.exponent, significand: 1)
    context.parallelSlots(scale == 1 ? 0 : n, isSmall: n * n < 40_000) { _, i in
      for j in i..<n { a[i * n + j] /= scale }
    }
    return scale
  }
}
