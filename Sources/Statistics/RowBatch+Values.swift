import LinearAlgebra
import Tensors

// A batch's numbers: checks, and conversion to doubles about a center.

extension RowBatch {
  /// - Throws: `.nonfinite`, naming the first row and column that contain a NaN or an infinity.
  package func checkFinite(in context: Context) throws(GenerativeError) {
    guard let found = firstNonfinite(in: context) else { return }
    throw .nonfinite(row: found.row, column: found.column, value: found.value)
  }

  /// The first number that is a NaN or an infinity, or nil.
  package func firstNonfinite(in context: Context) -> (row: Int, column: Int, value: Double)? {
    switch self {
    case .floats(let rows):
      let isPacked = rows.rowStride == rows.columnCount && rows.columnStride == 1
      if isPacked, context.isFinite(rows.base, count: rows.rowCount * rows.columnCount) { return nil }
      return Statistics.firstNonfinite(
        rows.base, rows: rows.rowCount, columns: rows.columnCount, rowStride: rows.rowStride,
        columnStride: rows.columnStride)
    case .doubles(let rows):
      let isPacked = rows.rowStride == rows.columnCount && rows.columnStride == 1
      if isPacked, context.isFinite(rows.base, count: rows.rowCount * rows.columnCount) { return nil }
      return Statistics.firstNonfinite(
        rows.base, rows: rows.rowCount, columns: rows.columnCount, rowStride: rows.rowStride,
        columnStride: rows.columnStride)
    case .bytes: return nil
    }
  }

  /// - Throws: `.nonfinite`, naming the first double that is so large that sums of its square overflow.
  package func checkSquares() throws(GenerativeError) {
    guard case .doubles(let rows) = self else { return }
    for i in 0..<rows.rowCount {
      let x = rows.base + i * rows.rowStride
      for j in 0..<rows.columnCount where abs(x[j * rows.columnStride]) > Self.largestSquared {
        throw GenerativeError(
          .nonfinite,
          "row \(i), column \(j) is \(x[j * rows.columnStride]); statistics take numbers up to "
            + "\(Self.largestSquared), whose squares can be added up")
      }
    }
  }

  private static var largestSquared: Double { 1e150 }

  /// block ← x − c for `count` rows starting at `first`, in Double. For bytes, x is b/255.
  ///
  /// - Parameters:
  ///   - columns: which of the `width` columns of a row.
  ///   - centre: c, for all columns; nil: zero.
  ///   - stride: distance between rows of the block; nil: packed.
  package func centre(
    _ first: Int, _ count: Int, columns: Range<Int>, of width: Int, about centre: UnsafePointer<Double>?,
    into block: UnsafeMutablePointer<Double>, stride: Int? = nil
  ) {
    let (left, d) = (columns.lowerBound, columns.count)
    let stride = stride ?? d
    let c = centre.map { $0 + left }
    switch self {
    case .floats(let rows) where rows.columnStride != 1:
      for j in 0..<d {
        let x = rows.base + (first * rows.rowStride + (left + j) * rows.columnStride)
        let shift = c?[j] ?? 0
        for i in 0..<count { block[i * stride + j] = Double(x[i * rows.rowStride]) - shift }
      }
    case .floats(let rows):
      for i in 0..<count {
        let (x, target) = (rows.base + ((first + i) * rows.rowStride + left), block + i * stride)
        if let c {
          for j in 0..<d { target[j] = Double(x[j]) - c[j] }
        } else {
          for j in 0..<d { target[j] = Double(x[j]) }
        }
      }
    case .doubles(let rows) where rows.columnStride == 1:
      for i in 0..<count {
        let (x, target) = (rows.base + ((first + i) * rows.rowStride + left), block + i * stride)
        if let c {
          for j in 0..<d { target[j] = x[j] - c[j] }
        } else {
          target.update(from: x, count: d)
        }
      }
    case .doubles(let rows):
      for j in 0..<d {
        let x = rows.base + (first * rows.rowStride + (left + j) * rows.columnStride)
        let shift = c?[j] ?? 0
        for i in 0..<count { block[i * stride + j] = x[i * rows.rowStride] - shift }
      }
    case .bytes(let bytes, _):
      for i in 0..<count {
        let x = bytes + ((first + i) * width + left)
        for j in 0..<d { block[i * stride + j] = Double(x[j]) / 255 - (c?[j] ?? 0) }
      }
    }
  }

  /// The same, stored as columns, `pitch` apart and padded with zeros up to `paddedRows`.
  package func centreColumns(
    _ first: Int, _ count: Int, columns: Range<Int>, of width: Int, about centre: UnsafePointer<Double>?,
    into block: UnsafeMutablePointer<Double>, pitch: Int, in context: Context
  ) {
    let (left, d) = (columns.lowerBound, columns.count)
    let c = centre.map { $0 + left }
    switch self {
    case .floats(let rows):
      let part = Matrix(
        rows.base + (first * rows.rowStride + left * rows.columnStride), rows: count, columns: d,
        rowStride: rows.rowStride, columnStride: rows.columnStride)
      context.centreColumns(part, about: c, into: block, pitch: pitch)
    case .doubles(let rows):
      context.centreColumns(rows[first..<first + count, columns], about: c, into: block, pitch: pitch)
    case .bytes(let bytes, _):
      for j in 0..<d {
        let target = block + j * pitch
        for i in 0..<count { target[i] = Double(bytes[(first + i) * width + left + j]) / 255 - (c?[j] ?? 0) }
        (target + count).update(repeating: 0, count: context.paddedRows(count) - count)
      }
    }
  }

  /// The same for whole rows, on all workers.
  package func centre(
    _ first: Int, _ count: Int, of width: Int, about centre: UnsafePointer<Double>?,
    into block: UnsafeMutablePointer<Double>, in context: Context
  ) {
    context.parallelSlots((count + 15) / 16, isSmall: count * width < 100_000) { _, group in
      let start = group * 16
      self.centre(
        first + start, min(16, count - start), columns: 0..<width, of: width, about: centre,
        into: block + start * width)
    }
  }
}

// A batch may also be the destination of rows.
extension RowBatch {
  /// `count` rows starting at `first`. They must exist.
  package func part(_ first: Int, _ count: Int) -> RowBatch {
    switch self {
    case .floats(let rows): .floats(rows.rows(first, count))
    case .doubles(let rows): .doubles(rows[first..<first + count, 0..<rows.columnCount])
    case .bytes: self
    }
  }

  /// Rows first ..< first + count ← `values`, whose columns are `pitch` apart. Floats are rounded.
  package func write(
    columns values: UnsafePointer<Double>, pitch: Int, _ first: Int, _ count: Int, of width: Int
  ) {
    for j in 0..<width {
      let source = values + j * pitch
      switch self {
      case .floats(let rows):
        let target = rows.base + (first * rows.rowStride + j)
        for i in 0..<count { target[i * rows.rowStride] = Float(source[i]) }
      case .doubles(let rows):
        let target = rows.base + (first * rows.rowStride + j)
        for i in 0..<count { target[i * rows.rowStride] = source[i] }
      case .bytes: break
      }
    }
  }

  /// The same numbers with each column contiguous, for packed rows.
  package var byColumns: RowBatch {
    switch self {
    case .floats(let rows):
      .floats(
        Matrix(
          rows.base, rows: rows.rowCount, columns: rows.columnCount, rowStride: 1, columnStride: rows.rowCount
        ))
    case .doubles(let rows):
      .doubles(
        DoubleMatrix(
          rows.base, rows: rows.rowCount, columns: rows.columnCount, rowStride: 1, columnStride: rows.rowCount
        ))
    case .bytes: self
    }
  }

  /// Whether columns are contiguous instead of rows.
  package var standsAsColumns: Bool {
    switch self {
    case .floats(let rows): rows.columnStride != 1 && rows.rowStride == 1
    case .doubles(let rows): rows.columnStride != 1 && rows.rowStride == 1
    case .bytes: false
    }
  }

  /// Rows first ..< first + count ← `values`, packed. Floats are rounded.
  package func write(_ values: UnsafePointer<Double>, _ first: Int, _ count: Int, of width: Int) {
    for i in 0..<count {
      let source = values + i * width
      switch self {
      case .floats(let rows):
        let target = rows.base + (first + i) * rows.rowStride
        for j in 0..<width { target[j] = Float(source[j]) }
      case .doubles(let rows):
        (rows.base + (first + i) * rows.rowStride).update(from: source, count: width)
      case .bytes: break
      }
    }
  }
}

extension RowBatch {
  /// floats ← `count` rows starting at `first`, packed and rounded. For bytes, x is b/255.
  ///
  /// - Throws: `.nonfinite`, naming a finite number that is out of range for a float.
  package func round(
    _ first: Int, _ count: Int, of width: Int, into floats: UnsafeMutablePointer<Float>, in context: Context
  ) throws(GenerativeError) {
    switch self {
    case .floats(let rows):
      for i in 0..<count {
        let x = rows.base + (first + i) * rows.rowStride
        for j in 0..<width { floats[i * width + j] = x[j * rows.columnStride] }
      }
    case .doubles(let rows):
      for i in 0..<count {
        let x = rows.base + (first + i) * rows.rowStride
        let target = floats + i * width
        for j in 0..<width { target[j] = Float(x[j * rows.columnStride]) }
        if let j = (0..<width).first(where: { target[$0].isInfinite && x[$0 * rows.columnStride].isFinite }) {
          throw .nonfinite(row: first + i, column: j, value: x[j * rows.columnStride])
        }
      }
    case .bytes(let bytes, _):
      context.convert(bytes + first * width, count: count * width, into: floats)
    }
  }
}

/// The first number that is a NaN or an infinity, or nil.
private func firstNonfinite<Element: BinaryFloatingPoint & BitwiseCopyable>(
  _ base: UnsafePointer<Element>, rows: Int, columns: Int, rowStride: Int, columnStride: Int
) -> (row: Int, column: Int, value: Double)? {
  for i in 0..<rows {
    let row = base + i * rowStride
    // x − x is 0 only for finite x.
    var sum: Element = 0
    for j in 0..<columns { sum += row[j * columnStride] - row[j * columnStride] }
    guard sum != 0, let j = (0..<columns).first(where: { !row[$0 * columnStride].isFinite }) else { continue }
    return (i, j, Double(row[j * columnStride]))
  }
  return nil
}
