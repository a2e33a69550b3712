import Tensors

/// The two sums per column that the backward pass of batch normalization needs: Σ dz and Σ dz·(x − mean).
///
/// Rows are cut into chunks whose size depends only on the number of columns. Chunks are summed separately
/// and added in order, so the bits are the same for any number of threads.
struct ColumnGradients {
  /// Σ dz of each column.
  let totals: UnsafeMutablePointer<Float>
  /// Σ dz·(x − mean) of each column.
  let products: UnsafeMutablePointer<Float>

  /// Rows per chunk: about 16,384 elements, or 64 KiB of each factor, which costs much more than starting a
  /// task.
  static func chunk(_ columns: Int) -> Int { max(16, 16_384 / max(columns, 1)) }

  static func chunkCount(_ rows: Int, _ columns: Int) -> Int {
    (rows + chunk(columns) - 1) / chunk(columns)
  }

  /// The number of floats that `init` needs: the result, and one pair of sums per chunk.
  static func scratchCount(rows: Int, columns: Int) -> Int { 2 * columns * (1 + chunkCount(rows, columns)) }

  init(
    _ dz: Matrix, _ x: Matrix, mean: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    context: Context
  ) {
    let columns = dz.columnCount
    let rows = dz.rowCount
    let chunk = Self.chunk(columns)
    let chunkCount = Self.chunkCount(rows, columns)
    let parts = scratch + 2 * columns
    context.parallel(chunkCount) { index in
      let totals = parts + index * 2 * columns
      let products = totals + columns
      totals.update(repeating: 0, count: 2 * columns)
      for row in index * chunk..<min(rows, (index + 1) * chunk) {
        let d = dz.base + row * columns
        let v = x.base + row * columns
        for c in 0..<columns {
          totals[c] += d[c]
          products[c] += d[c] * (v[c] - mean[c])
        }
      }
    }
    for c in 0..<2 * columns {
      var total = 0.0
      for index in 0..<chunkCount { total += Double(parts[index * 2 * columns + c]) }
      scratch[c] = Float(total)
    }
    totals = scratch
    products = scratch + columns
  }

  /// y[i, c] ← dz[i, c]·a[c] + x[i, c]·b[c] + constant[c]
  static func combine(
    _ dz: Matrix, by a: UnsafePointer<Float>, _ x: Matrix, by b: UnsafePointer<Float>,
    adding constant: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, context: Context
  ) {
    let columns = dz.columnCount
    let rows = dz.rowCount
    let chunk = Self.chunk(columns)
    let (d, v) = (UnsafePointer(dz.base), UnsafePointer(x.base))
    context.parallel(chunkCount(rows, columns)) { index in
      for row in index * chunk..<min(rows, (index + 1) * chunk) {
        for c in 0..<columns {
          let i = row * columns + c
          y[i] = d[i] * a[c] + v[i] * b[c] + constant[c]
        }
      }
    }
  }
}
