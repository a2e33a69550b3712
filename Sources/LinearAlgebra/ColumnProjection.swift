import Kernels
import Tensors

/// Y = X·Vᵀ in Double, for chunks of rows stored as columns. Each chunk is processed by one worker.
package struct ColumnProjection: Sendable {
  private let context: Context
  private let columnCount: Int
  /// V in groups of four rows, each group stored column by column, padded with zero rows.
  private let weights: Buffer<Double>
  /// Columns of Y, including the zero columns that round V's rows up to a multiple of four.
  package let outputCount: Int

  /// - Parameter v: k × columns, with any strides.
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

  /// The number of rows in a chunk with this many columns. The chunk fits in the first-level cache; the
  /// number is a multiple of the rows that the kernels process at a time.
  package static func chunkRows(_ columns: Int, in context: Context) -> Int {
    let wide = 2 * context.kernels.doubles.lanes
    return max(wide, min(256, 3072 / max(columns, 1)) / wide * wide)
  }

  /// Y ← X·Vᵀ for some of X's columns, or Y ← Y + X·Vᵀ unless they start with the first column.
  ///
  /// - Parameters:
  ///   - x: those columns, `pitch` apart.
  ///   - height: the number of rows, a multiple of the rows that the kernels process at a time.
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
  /// `count` rounded up to a multiple of the rows that the column kernels process at a time.
  package func paddedRows(_ count: Int) -> Int { roundUp(count, 2 * kernels.doubles.lanes) }

  /// out ← x − c for rows of floats or doubles. The result is stored as columns, `pitch` apart, padded with
  /// zeros up to `paddedRows`.
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
