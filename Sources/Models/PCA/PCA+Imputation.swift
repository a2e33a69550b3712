import LinearAlgebra
import Statistics
import Tensors

/// Unknown values are replaced by the mean of a PCA's Gaussian model given the known values.
///
/// Let A be the known columns of the matrix in W·z (see `logLikelihood`), and u the known elements of x − μ:
///
///     E[z | u] = (Aᵀ·A + σ²·I)⁻¹·Aᵀ·u = Aᵀ·(A·Aᵀ + σ²·I)⁻¹·u,      E[x | u] = μ + W·E[z | u]
///
/// The smaller of the two matrices is used.
extension PCA.Solution {
  /// Writes rows: known values unchanged, the others as expected by the model. Memory: a block of rows.
  ///
  /// - Parameter rows: finite where they are known; other values are not read.
  /// - Throws: `.mismatch` for another number of columns; `.argument` for rows of another scale; `.memory`;
  ///   `.cancelled`, with some rows written.
  package func impute(
    _ rows: RowBatch, _ mask: Mask, into completed: RowBatch, in context: Context
  ) throws(GenerativeError) {
    let (n, k, d) = (rows.rowCount, componentCount, columnCount)
    try rows.checkColumns(d)
    guard n > 0 else { return }
    let share = 16
    let block = min(n, max(share * context.threadCount * 4, 64))
    let x = try Buffer<Double>(count: block * d, in: context.memory)
    // The transpose of W, k × d, and for each worker a system of at most k numbers: its matrix, its known
    // columns, u and z.
    let w = try Buffer<Double>(count: k * d, in: context.memory)
    for p in 0..<k {
      let deviation = max(explainedVariance.base[p] - noiseVariance, 0).squareRoot()
      for j in 0..<d { w.base[p * d + j] = deviation * components.base[p * d + j] }
    }
    let spaceCount = k * k + k * d + d + 2 * k
    // Large systems are solved one at a time, to limit memory.
    let isAlone = spaceCount > 1 << 23
    let slotCount = isAlone ? 1 : context.threadCount
    let space = try Buffer<Double>(count: slotCount * spaceCount, in: context.memory)
    let columns = try Buffer<Int>(count: slotCount * d, in: context.memory)
    let systems = (0..<slotCount).map { slot in
      PartialSystem(
        w: w.base, k: k, d: d, noise: noiseVariance, space: space.base + slot * spaceCount,
        columns: columns.base + slot * d, context: context)
    }
    for first in stride(from: 0, to: n, by: block) {
      try Run.proceed(first, of: n)
      let count = min(block, n - first)
      rows.centre(first, count, columns: 0..<d, of: d, about: nil, into: x.base)
      for i in 0..<count {
        let known = mask.row(first + i)
        for j in 0..<d where known[j] == 0 { x.base[i * d + j] = mean.base[j] }
      }
      try checkScale(of: .doubles(DoubleMatrix(x.base, rows: count, columns: d)), in: context)
      context.parallelSlots((count + share - 1) / share, isSmall: isAlone || count * d * k < 20_000) {
        slot, index in
        for i in index * share..<min((index + 1) * share, count) {
          systems[slot].complete(x.base + i * d, mask.row(first + i), mean: mean.base)
        }
      }
      completed.write(x.base, first, count, of: d)
    }
  }
}

/// The system of equations for one set of known columns, and its factor.
private final class PartialSystem {
  private let w: UnsafePointer<Double>
  private let (k, d): (Int, Int)
  private let noise: Double
  private let matrix: UnsafeMutablePointer<Double>
  /// The transpose of A, k × known.
  private let a: UnsafeMutablePointer<Double>
  private let u: UnsafeMutablePointer<Double>
  private let z: UnsafeMutablePointer<Double>
  private let right: UnsafeMutablePointer<Double>
  private let columns: UnsafeMutablePointer<Int>
  private let context: Context
  private var knownCount = -1
  /// Whether the matrix is A·Aᵀ, known × known.
  private var isShort: Bool { knownCount < k }
  private var size: Int { min(knownCount, k) }

  init(
    w: UnsafePointer<Double>, k: Int, d: Int, noise: Double, space: UnsafeMutablePointer<Double>,
    columns: UnsafeMutablePointer<Int>, context: Context
  ) {
    (self.w, self.k, self.d, self.noise, self.columns, self.context) = (w, k, d, noise, columns, context)
    matrix = space
    a = matrix + k * k
    u = a + k * d
    z = u + d
    right = z + k
  }

  /// The unknown values of x ← μ + W·E[z | u].
  func complete(
    _ x: UnsafeMutablePointer<Double>, _ known: UnsafePointer<UInt8>, mean: UnsafePointer<Double>
  ) {
    prepare(known)
    solve(x, known, mean: mean)
  }

  /// Factors the matrix of these columns, unless they are the same as before: consecutive rows often lack the
  /// same values.
  private func prepare(_ known: UnsafePointer<UInt8>) {
    var count = 0
    var isSame = true
    for j in 0..<d where known[j] != 0 {
      isSame = isSame && count < knownCount && columns[count] == j
      columns[count] = j
      count += 1
    }
    if isSame, count == knownCount { return }
    knownCount = count
    for p in 0..<k {
      for i in 0..<count { a[p * count + i] = w[p * d + columns[i]] }
    }
    var ridge = noise
    fill(ridge)
    if Cholesky.factor(matrix, size) { return }
    // Singular, because the rows lie in a subspace. Takes the limit as the noise goes to 0.
    var largest = 0.0
    fill(0)
    for i in 0..<size { largest = max(largest, matrix[i * size + i]) }
    ridge = max(1e-10 * largest, .leastNormalMagnitude)
    fill(ridge)
    _ = Cholesky.factor(matrix, size)
  }

  private func fill(_ ridge: Double) {
    let (n, count) = (size, knownCount)
    for i in 0..<n {
      for j in 0...i {
        var sum = 0.0
        if isShort {
          for p in 0..<k { sum += a[p * count + i] * a[p * count + j] }
        } else {
          sum = context.dot(a + i * count, a + j * count, count: count)
        }
        matrix[i * n + j] = sum + (i == j ? ridge : 0)
      }
    }
  }

  private func solve(
    _ x: UnsafeMutablePointer<Double>, _ known: UnsafePointer<UInt8>, mean: UnsafePointer<Double>
  ) {
    let (n, count) = (size, knownCount)
    for i in 0..<count { u[i] = x[columns[i]] - mean[columns[i]] }
    if isShort {
      right.update(from: u, count: n)
    } else {
      for p in 0..<k { right[p] = context.dot(a + p * count, u, count: count) }
    }
    Cholesky.solve(matrix, n, right)
    if isShort {
      for p in 0..<k { z[p] = context.dot(a + p * count, right, count: count) }
    } else {
      z.update(from: right, count: k)
    }
    for j in 0..<d where known[j] == 0 {
      var value = mean[j]
      for p in 0..<k { value += w[p * d + j] * z[p] }
      x[j] = value
    }
  }
}
