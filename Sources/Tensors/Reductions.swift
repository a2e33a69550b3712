import Kernels

// Sums over fixed chunks that do not depend on the number of threads. The chunks' sums are added in order.

extension Context {
  /// Maximum number of chunks in one reduction. Their partial sums are on the stack.
  private static let chunkCapacity = 64

  /// Σ over chunks of `partial(start, count)`. The chunks depend only on the count.
  private func reduce(_ count: Int, _ partial: (_ start: Int, _ count: Int) -> Double) -> Double {
    guard count > 0 else { return 0 }
    let share = max(16_384, ((count - 1) / Context.chunkCapacity / 64 + 1) * 64)
    let chunkCount = (count - 1) / share + 1
    guard chunkCount > 1 else { return partial(0, count) }
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: Context.chunkCapacity) { partials in
      parallel(chunkCount) { chunk in
        let start = chunk * share
        partials[chunk] = partial(start, min(share, count - start))
      }
      var total = 0.0
      for chunk in 0..<chunkCount { total += partials[chunk] }
      return total
    }
  }

  /// Σ x, in Double.
  package func sum(_ x: Input, count: Int) -> Double {
    let kernel = kernels.reductions.sum
    return reduce(count) { kernel(x + $0, $1) }
  }

  /// Σ x · y, in Double.
  package func dot(_ x: Input, _ y: Input, count: Int) -> Double {
    let kernel = kernels.reductions.dot
    return reduce(count) { kernel(x + $0, y + $0, $1) }
  }

  /// norms[i] ← Σⱼ x[i, j]². x has unit column stride.
  package func squaredNorms(_ x: Matrix, into norms: Output) {
    let kernel = kernels.reductions.dot
    forRows(x.rowCount, columns: x.columnCount, cost: 0.2) { i in
      let row = x.base + i * x.rowStride
      norms[i] = Float(kernel(row, row, x.columnCount))
    }
  }

  /// Whether every element is finite.
  package func isFinite(_ x: Input, count: Int) -> Bool {
    let kernel = kernels.reductions.isFinite
    return reduce(count) { kernel(x + $0, $1) ? 0 : 1 } == 0
  }

  /// Whether every number lies in [0, 1], the range of images, up to rounding: scaled data may reach 1 +
  /// 1e-7.
  package func isUnit(_ x: Input, count: Int) -> Bool {
    let kernel = kernels.reductions.isWithin
    let slack = Float(unitSlack)
    return reduce(count) { kernel(x + $0, -slack, 1 + slack, $1) ? 0 : 1 } == 0
  }

  /// y ← 255·x if every element is within one unit in the last place of a byte / 255. Otherwise returns
  /// false, and y is undefined.
  package func bytes(of x: Input, count: Int, into y: UnsafeMutablePointer<UInt8>) -> Bool {
    let kernel = kernels.elementwise.toBytes
    return reduce(count) { kernel(x + $0, y + $0, $1) ? 0 : 1 } == 0
  }

  /// Calls `body(column, count)` for groups of columns. The number of rows decides whether the workers are
  /// used.
  func forColumns(_ columns: Int, rows: Int, _ body: (_ column: Int, _ count: Int) -> Void) {
    // Whole cache lines of a row, so that each line is read by one thread.
    let share = 64
    let groupCount = (columns + share - 1) / share
    if Double(rows) * Double(columns) < 65_536 || groupCount < 2 {
      if columns > 0 { body(0, columns) }
    } else {
      parallel(groupCount) { group in body(group * share, min(share, columns - group * share)) }
    }
  }

  /// sums[j] ← Σᵢ x[i, j], or sums[j] + Σᵢ x[i, j] if `accumulating`.
  ///
  /// Computed in Float, in blocks of 128 rows so that the error grows slowly. x has unit column stride.
  package func columnSums(_ x: Matrix, into sums: Output, accumulating: Bool = false) {
    let kernel = kernels.reductions.columnSums
    forColumns(x.columnCount, rows: x.rowCount) { j, count in
      kernel(x.base + j, x.rowCount, count, x.rowStride, sums + j, accumulating)
    }
  }

  /// Mean and biased variance of each column, computed in two passes. x has unit column stride.
  package func columnMoments(_ x: Matrix, mean: Output, variance: Output) {
    let columnSums = kernels.reductions.columnSums
    let columnSquares = kernels.reductions.columnSquares
    let scale = kernels.elementwise.scale
    let share = 1 / Float(max(x.rowCount, 1))
    forColumns(x.columnCount, rows: x.rowCount) { j, count in
      columnSums(x.base + j, x.rowCount, count, x.rowStride, mean + j, false)
      scale(mean + j, share, 0, mean + j, count)
      columnSquares(x.base + j, x.rowCount, count, x.rowStride, mean + j, variance + j)
      scale(variance + j, share, 0, variance + j, count)
    }
  }

  // MARK: - Losses, one sum per row and the gradient in the same pass

  /// losses[i] ← Σⱼ softplus(l) − t·l, the cross-entropy of targets t ∈ [0, 1] under logits l. If dLogits is
  /// not nil, dLogits ← gradientScale · (σ(l) − t).
  package func crossEntropy(
    logits: Matrix, targets: Matrix, losses: Output, gradientScale: Float = 1, dLogits: Matrix? = nil
  ) {
    let kernel = kernels.reductions.crossEntropy
    if logits.columnCount == 0 { losses.update(repeating: 0, count: logits.rowCount) }
    forRows(logits.rowCount, columns: logits.columnCount, cost: 1.5) { i in
      let gradient = dLogits.map { $0.base + i * $0.rowStride }
      losses[i] = Float(
        kernel(
          logits.base + i * logits.rowStride, targets.base + i * targets.rowStride, gradientScale, gradient,
          logits.columnCount))
    }
  }

  /// losses[i] ← Σⱼ (y − t)². If dy is not nil, dy ← gradientScale · 2 (y − t).
  package func squaredError(
    _ y: Matrix, targets: Matrix, losses: Output, gradientScale: Float = 1, dy: Matrix? = nil
  ) {
    let kernel = kernels.reductions.squaredError
    if y.columnCount == 0 { losses.update(repeating: 0, count: y.rowCount) }
    forRows(y.rowCount, columns: y.columnCount, cost: 0.4) { i in
      let gradient = dy.map { $0.base + i * $0.rowStride }
      losses[i] = Float(
        kernel(
          y.base + i * y.rowStride, targets.base + i * targets.rowStride, gradientScale, gradient,
          y.columnCount))
    }
  }
}

/// How far outside [0, 1] a number may lie.
package let unitSlack = 1e-6

/// Whether a number lies in [0, 1], with the same tolerance as `Context.isUnit`.
package func isUnit(_ x: Double) -> Bool { x >= -unitSlack && x <= 1 + unitSlack }
