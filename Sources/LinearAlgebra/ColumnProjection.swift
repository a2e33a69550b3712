import Kernels
import Tensors

/// Y = X·Vᵀ in Double for chunks of rows that stand as columns, each by one worker alone.
package struct ColumnProjection: Sendable {
  private let context: Context
  private let columnCount: Int
  /// Four rows of V at a time, one of their columns after the other, zeros past the last row.
  private let weights: Buffer<Double>
  /// Columns of Y, with those of zeros that make V's rows a multiple of four.
  package let outputCount: Int

  /// - Parameter v: k × columns, of any strides.
  /// - Throws: `.memory`.
  package init(_ v: DoubleMatrix, in context: Context) throws(GenerativeError) {
    self.context = context
    let (k, d) = (v.rowCount, v.columnCount)
    columnCount = d
    outputCount = roundUp(k, 4)
    let weights = try Buffer<Double>(count: outputCount * d, in: context.memory)
    context.parallelSlots(outputCount / 4, isSmall: k * d < 20_000) { _, group in
      for p in group * 4..<min(k, group * 4 + 4) {
        let (row, target) = (v.base + p * v.rowStride, weights.base + (group * 4 * d + p % 4))
        for j in 0..<d { target[4 * j] = row[j * v.columnStride] }
      }
    }
    self.weights = weights
  }

  /// Rows of a chunk of so many columns, a multiple of what kernels take at a time, for the first cache.
  package static func chunkRows(_ columns: Int, in context: Context) -> Int {
    let wide = 2 * context.kernels.doubles.lanes
    return max(wide, min(256, 3072 / max(columns, 1)) / wide * wide)
  }

  /// Y ← X·Vᵀ for some of X's columns; Y ← Y + X·Vᵀ unless they begin with the first.
  ///
  /// - Parameters:
  ///   - x: those columns, `pitch` apart.
  ///   - height: rows, a multiple of what kernels take at a time.
  ///   - y: `outputCount` columns, `pitch` apart.
  package func run(
    _ x: UnsafePointer<Double>, _ height: Int, pitch: Int, columns: Range<Int>,
    into y: UnsafeMutablePointer<Double>
  ) {
    context.kernels.doubles.projectColumns(
      x, height, pitch, columns.count, weights.base + 4 * columns.lowerBound, columnCount, outputCount, y,
      columns.lowerBound > 0)
  }
}

extension Context {
  /// The least multiple of the rows that kernels of columns take at a time.
  package func paddedRows(_ count: Int) -> Int { roundUp(count, 2 * kernels.doubles.lanes) }

  /// out ← x − c for rows of floats, or of doubles, as columns that are `pitch` apart, followed by zeros up to
  /// `paddedRows`.
  package func centreColumns(
    _ x: Matrix, about centre: UnsafePointer<Double>?, into out: UnsafeMutablePointer<Double>, pitch: Int
  ) {
    kernels.doubles.centreColumns(
      x.base, true, x.rowStride, x.columnStride, x.rowCount, x.columnCount, centre, out, pitch)
  }

  package func centreColumns(
    _ x: DoubleMatrix, about centre: UnsafePointer<Double>?, into out: UnsafeMutablePointer<Double>,
    pitch: Int
  ) {
    kernels.doubles.centreColumns(
      x.base, false, x.rowStride, x.columnStride, x.rowCount, x.columnCount, centre, out, pitch)
  }
}
