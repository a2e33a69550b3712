import LinearAlgebra
import Tensors

/// Gram–Schmidt in Double, row by row in order, each row twice if once is not enough ("twice is enough",
/// Kahan).
enum Orthonormalizer {
  /// The number of rows that one product makes orthogonal to all earlier ones.
  private static let block = 32

  /// Makes rows 0 ..< `rank` of v, which are nearly orthonormal, orthonormal. The other rows become random
  /// directions orthogonal to them, drawn from `seed`.
  ///
  /// - Parameter v: rows × columns packed, rows ≤ columns.
  /// - Throws: `.memory`; `.internalFault` if no new direction is found.
  static func complete(
    _ v: Buffer<Double>, rows: Int, columns: Int, rank: Int, seed: UInt64, in context: Context
  ) throws(GenerativeError) {
    let overlaps = try Buffer<Double>(count: block * rows, in: context.memory)
    let product = try DoubleProduct(rows: block, columns: max(rows, columns), in: context)
    for first in stride(from: 0, to: rows, by: block) {
      let end = min(rows, first + block)
      for i in max(first, rank)..<max(end, rank) where i < end {
        try draw(v.base + i * columns, row: i, attempt: 0, count: columns, seed: seed, in: context)
      }
      let all = DoubleMatrix(v.base, rows: rows, columns: columns)
      let earlier = all[0..<first, 0..<columns]
      let current = all[first..<end, 0..<columns]
      for _ in 0..<2 {
        // The largest overlap removed in the first pass.
        var largest = 0.0
        if first > 0 {
          let overlap = DoubleMatrix(overlaps.base, rows: end - first, columns: first)
          overlaps.base.update(repeating: 0, count: (end - first) * first)
          product.add(current, earlier.transposed, into: overlap)
          for p in 0..<(end - first) * first { largest = max(largest, abs(overlaps.base[p])) }
          product.add(overlap, earlier, scale: -1, into: current)
        }
        for i in first..<end {
          let row = v.base + i * columns
          for p in first..<i {
            let other = v.base + p * columns
            let share = context.dot(row, other, count: columns)
            largest = max(largest, abs(share))
            context.add(-share, other, to: row, count: columns)
          }
          if normalise(row, count: columns, in: context) { continue }
          largest = 1
          try replace(v, row: i, columns: columns, seed: seed, in: context)
        }
        // Rows that were this close to orthogonal are now orthogonal to 2⁻⁴⁴ or better.
        if largest < 0x1p-22 { break }
      }
    }
  }

  /// Replaces row i by a new direction, if the old one was in the span of the rows above.
  private static func replace(
    _ v: Buffer<Double>, row i: Int, columns: Int, seed: UInt64, in context: Context
  ) throws(GenerativeError) {
    let row = v.base + i * columns
    for attempt in 1...10 {
      try draw(row, row: i, attempt: attempt, count: columns, seed: seed, in: context)
      var isNew = true
      for _ in 0..<2 where isNew {
        for p in 0..<i {
          let other = v.base + p * columns
          context.add(-context.dot(row, other, count: columns), other, to: row, count: columns)
        }
        isNew = normalise(row, count: columns, in: context)
      }
      if isNew { return }
    }
    throw GenerativeError(.internalFault, "the components could not be completed")
  }

  /// x ← a random direction.
  private static func draw(
    _ x: UnsafeMutablePointer<Double>, row: Int, attempt: Int, count: Int, seed: UInt64, in context: Context
  ) throws(GenerativeError) {
    let noise = try Buffer<Float>(count: count, in: context.memory)
    let random = Random(seed: seed, purpose: .eigenvectors, step: UInt64(attempt))
    context.fillNormal(noise.base, count: count, from: random, offset: row * count)
    for j in 0..<count { x[j] = Double(noise.base[j]) }
    normalise(x, count: count, in: context)
  }

  /// Scales x to unit length. Returns false if there is nothing left to scale.
  @discardableResult
  private static func normalise(_ x: UnsafeMutablePointer<Double>, count: Int, in context: Context) -> Bool {
    let square = context.dot(x, x, count: count)
    guard square > 1e-24, square.isFinite else { return false }
    let scale = 1 / square.squareRoot()
    for j in 0..<count { x[j] *= scale }
    return true
  }
}
