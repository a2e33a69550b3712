import LinearAlgebra
import Tensors

/// The squared maximum mean discrepancy of two sets of rows with the kernel (x·y/d + 1)³, by its unbiased
/// estimator. For sets from the same distribution it is zero on average, and may be negative.
///
///     Σᵢ≠ⱼ k(aᵢ, aⱼ) / m(m − 1) + Σᵢ≠ⱼ k(bᵢ, bⱼ) / n(n − 1) − 2·Σᵢⱼ k(aᵢ, bⱼ) / mn
///
/// Bińkowski et al., "Demystifying MMD GANs", ICLR 2018: averaged over random subsets of both sets. Computed
/// in Double, because the three sums are large and nearly equal for rows far from zero.
package struct KernelDistance: Equatable {
  /// The mean and standard deviation over the subsets.
  package var mean = 0.0
  package var deviation = 0.0

  /// The number of rows whose products with others are held at a time.
  private static let blockRows = 512

  /// Cost: 6 · subsets · size² · row size FLOPs.
  ///
  /// - Parameters:
  ///   - size: the number of rows in a subset, from 2 to the number of rows of the smaller set. If it equals
  ///     the number of rows of a set, all of them are used.
  /// - Throws: `.memory`.
  package init(
    _ a: UnsafePointer<Float>, count aCount: Int, _ b: UnsafePointer<Float>, count bCount: Int,
    rowSize: Int, subsets: Int, size: Int, seed: UInt64, context: Context
  ) throws(GenerativeError) {
    guard let floats = checkedProduct(size, rowSize) else {
      throw GenerativeError(.memory, "\(size) rows of \(rowSize) do not fit in memory")
    }
    let order = try Buffer<Int32>(count: max(aCount, bCount), in: context.memory)
    let x = try Buffer<Double>(count: floats, in: context.memory)
    let y = try Buffer<Double>(count: floats, in: context.memory)
    let block = min(size, Self.blockRows)
    let products = try Buffer<Double>(count: block * size, in: context.memory)
    let product = try DoubleProduct(rows: block, columns: size, in: context)
    let sums = try Buffer<Double>(count: block, in: context.memory)

    /// Fills `subset` with rows drawn without replacement.
    func draw(_ rows: UnsafePointer<Float>, _ count: Int, step: Int, into subset: Buffer<Double>) {
      Random(seed: seed, purpose: .evaluation, step: UInt64(step)).permute(order.base, count: count)
      context.parallel(size) { i in
        let row = rows + Int(order.base[i]) * rowSize
        for j in 0..<rowSize { subset.base[i * rowSize + j] = Double(row[j]) }
      }
    }

    /// Σ k(pᵢ, qⱼ), without i = j if both are the same set.
    func sum(_ p: Buffer<Double>, _ q: Buffer<Double>) -> Double {
      var total = 0.0
      for first in stride(from: 0, to: size, by: block) {
        let count = min(block, size - first)
        products.base.update(repeating: 0, count: count * size)
        product.add(
          DoubleMatrix(p.base + first * rowSize, rows: count, columns: rowSize),
          DoubleMatrix(q.base, rows: size, columns: rowSize).transposed,
          into: DoubleMatrix(products.base, rows: count, columns: size))
        context.parallel(count) { i in
          let row = products.base + i * size
          var sum = 0.0
          for j in 0..<size { sum += Self.kernel(row[j], rowSize) }
          if p === q { sum -= Self.kernel(row[first + i], rowSize) }
          sums.base[i] = sum
        }
        for i in 0..<count { total += sums.base[i] }
      }
      return total
    }

    var figures: [Double] = []
    let m = Double(size)
    for subset in 0..<subsets {
      try Run.proceed(subset, of: subsets)
      draw(a, aCount, step: 2 * subset, into: x)
      draw(b, bCount, step: 2 * subset + 1, into: y)
      figures.append((sum(x, x) + sum(y, y)) / (m * (m - 1)) - 2 * sum(x, y) / (m * m))
    }
    mean = figures.reduce(0, +) / Double(subsets)
    let squares = figures.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = (squares / Double(max(subsets - 1, 1))).squareRoot()
  }

  @inline(__always)
  private static func kernel(_ product: Double, _ rowSize: Int) -> Double {
    let k = product / Double(rowSize) + 1
    return k * k * k
  }
}
