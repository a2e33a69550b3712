import Tensors

/// Mean and biased variance of each column, in one pass over memory, on all threads.
///
/// The moments of each chunk of rows, which fits in the second-level cache, are computed in two passes.
/// Chunks are combined in order by the rule of Chan, Golub & LeVeque (1983), so the bits are the same for any
/// number of threads.
enum ColumnMoments {
  /// The number of floats of scratch: a mean and a variance per chunk.
  static func scratchCount(rows: Int, columns: Int) -> Int {
    2 * columns * ColumnGradients.chunkCount(rows, columns)
  }

  static func evaluate(
    _ x: Matrix, mean: UnsafeMutablePointer<Float>, variance: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, context: Context
  ) {
    let (rows, columns) = (x.rowCount, x.columnCount)
    let chunkCount = ColumnGradients.chunkCount(rows, columns)
    guard chunkCount > 1 else { return context.columnMoments(x, mean: mean, variance: variance) }
    let chunk = ColumnGradients.chunk(columns)
    context.parallel(chunkCount) { index in
      let part = Matrix(
        x.base + index * chunk * columns, rows: min(chunk, rows - index * chunk), columns: columns)
      let partMean = scratch + index * 2 * columns
      context.columnMoments(part, mean: partMean, variance: partMean + columns)
    }
    for c in 0..<columns {
      var (count, joined, squares) = (0.0, 0.0, 0.0)
      for index in 0..<chunkCount {
        let n = Double(min(chunk, rows - index * chunk))
        let part = scratch + index * 2 * columns
        let delta = Double(part[c]) - joined
        squares += n * (Double(part[columns + c]) + delta * delta * count / (count + n))
        count += n
        joined += delta * n / count
      }
      mean[c] = Float(joined)
      variance[c] = Float(squares / count)
    }
  }
}
