import Synchronization
import Tensors

extension Dataset {
  // MARK: - Gathering rows

  /// Reads the rows with these indices as packed floats: u8 as v / 255, floats unchanged. Rows are prepared.
  ///
  /// - Throws: `.argument` for an index out of range; `.nonfinite`, naming row and column (if a borrowed
  ///   array has changed); `.unsupported` for a stream.
  package func read(
    rows indices: UnsafeBufferPointer<Int32>, into output: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try check(indices)
    try gather(indices.count, into: output, Self.readPrepared) { self.sourceRow(Int(indices[$0])) }
  }

  /// Reads consecutive rows as floats.
  package func read(
    range: Range<Int>, into output: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try check(range)
    try gather(range.count, into: output, Self.readPrepared) { self.sourceRow(range.lowerBound + $0) }
  }

  private static func readPrepared(
    _ rows: StridedRows, row: Int, _ preparation: Preparation?, into output: UnsafeMutablePointer<Float>
  ) -> Int? {
    guard let preparation else { return rows.read(row: row, into: output) }
    return rows.read(row: row, by: preparation, into: output)
  }

  /// Reads consecutive rows in double precision, which is lossless for 64-bit data. Rows are not prepared.
  package func read(
    range: Range<Int>, into output: UnsafeMutablePointer<Double>
  ) throws(GenerativeError) {
    try check(range)
    try gather(range.count, into: output, { rows, row, _, output in rows.read(row: row, into: output) }) {
      self.sourceRow(range.lowerBound + $0)
    }
  }

  // MARK: - Direct access to memory

  /// Calls `body` with the rows' own bytes if they are packed and consecutive in memory, for exact integer
  /// arithmetic. Returns nil for everything except packed u8 rows, all in order.
  ///
  /// The pointer is valid only during `body`.
  package func withBytes<Result>(
    _ body: (UnsafePointer<UInt8>) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result? {
    guard case .memory(let rows) = source, selection == nil, rows.kind == .uint8, rows.isPacked else {
      return nil
    }
    defer { withExtendedLifetime(self) {} }
    return try body(rows.base.assumingMemoryBound(to: UInt8.self))
  }

  /// Calls `body` with the rows' own floats if the floats of each row are packed and all rows are in order.
  /// Returns nil for everything else.
  ///
  /// The matrix is valid only during `body`. Borrowed floats may have become NaN or infinite since the
  /// dataset was created.
  package func withFloats<Result>(
    _ body: (Matrix) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result? { try withView({ $0.matrix }, body) }

  /// `withFloats` for floats with any strides.
  package func withStridedFloats<Result>(
    _ body: (Matrix) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result? { try withView({ $0.stridedMatrix }, body) }

  /// `withFloats` for doubles with any strides.
  package func withDoubles<Result>(
    _ body: (DoubleMatrix) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result? { try withView({ $0.doubleMatrix }, body) }

  private func withView<View, Result>(
    _ view: (StridedRows) -> View?, _ body: (View) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result? {
    guard case .memory(let rows) = source, selection == nil, let view = view(rows) else { return nil }
    defer { withExtendedLifetime(self) {} }
    return try body(view)
  }

  /// Reads consecutive u8 rows unscaled, with any layout in memory.
  ///
  /// - Throws: `.unsupported` if the numbers are not u8; `.argument` for an index out of range.
  package func readBytes(
    range: Range<Int>, into output: UnsafeMutablePointer<UInt8>
  ) throws(GenerativeError) {
    try check(range)
    let width = shape.count
    guard case .memory(let rows) = source, rows.kind == .uint8 else {
      guard case .pictures(let pictures) = source else {
        throw GenerativeError(.unsupported, "the rows are not of bytes")
      }
      return try pictures.read(range.count) {
        self.sourceRow(range.lowerBound + $0)
      } _: { i, pixels in
        pixels.readBytes(row: 0, into: output + i * width)
      }
    }
    for i in 0..<range.count {
      rows.readBytes(row: sourceRow(range.lowerBound + i), into: output + i * width)
    }
  }

  // MARK: - Checks

  /// Throws `.argument`, naming the first number outside [0, 1], the range of images.
  ///
  /// A stream is not read. O(rows × columns).
  ///
  /// - Parameter prefix: the beginning of the message.
  package func checkUnitRange(_ prefix: String = "") throws(GenerativeError) {
    guard let (row, column, value) = try firstOutsideUnits() else { return }
    throw .outsideUnits("\(prefix)row \(row), column \(column)", value)
  }

  /// The first number outside [0, 1]; nil if there is none, and for a stream.
  package func firstOutsideUnits() throws(GenerativeError) -> (row: Int, column: Int, value: Double)? {
    guard case .memory(let rows) = source, rows.kind != .uint8, let rowCount else { return nil }
    if rows.isPacked, selection == nil, let matrix = rows.matrix,
      context.isUnit(matrix.base, count: rowCount * rows.columnCount)
    {
      return nil
    }
    let width = rows.columnCount
    let block = max(1, min(rowCount, 65_536 / width))
    // In Double, so that numbers beyond the range of floats are found too.
    let numbers = try Buffer<Double>(count: block * width, in: context.memory)
    for first in stride(from: 0, to: rowCount, by: block) {
      let count = min(block, rowCount - first)
      try read(range: first..<first + count, into: numbers.base)
      if let i = (0..<count * width).first(where: { !isUnit(numbers.base[$0]) }) {
        return (first + i / width, i % width, numbers.base[i])
      }
    }
    return nil
  }

  /// Throws `.nonfinite`, naming the first NaN or infinity.
  func checkFinite() throws(GenerativeError) {
    guard case .memory(let rows) = source, rows.kind != .uint8, let rowCount else { return }
    if rows.isPacked, let matrix = rows.matrix,
      context.isFinite(matrix.base, count: rowCount * rows.columnCount)
    {
      return
    }
    let chunk = max(1, min(rowCount, 65_536 / rows.columnCount))
    // In Double, so that finite numbers beyond the range of floats do not count as infinite.
    let buffer = try Buffer<Double>(count: chunk * rows.columnCount, in: context.memory)
    for first in stride(from: 0, to: rowCount, by: chunk) {
      try read(range: first..<min(first + chunk, rowCount), into: buffer.base)
    }
  }

  private func check(_ indices: UnsafeBufferPointer<Int32>) throws(GenerativeError) {
    let count = rowCount ?? 0
    guard let bad = indices.first(where: { $0 < 0 || $0 >= count }) else { return }
    try requireRowNumbers()
    throw GenerativeError(.argument, "row \(bad) does not exist: the dataset has \(count) rows")
  }

  private func check(_ range: Range<Int>) throws(GenerativeError) {
    let count = rowCount ?? 0
    guard range.lowerBound < 0 || range.upperBound > count else { return }
    try requireRowNumbers()
    throw GenerativeError(
      .argument,
      "rows \(range.lowerBound) to \(range.upperBound) do not all exist: the dataset has \(count) rows")
  }

  /// The index in the source of a row of this view.
  @inline(__always)
  func sourceRow(_ index: Int) -> Int {
    guard let selection else { return index }
    return Int(selection.base[index])
  }

  /// Reads `count` rows, on all workers if there are many.
  private func gather<Output: BinaryFloatingPoint & BitwiseCopyable>(
    _ count: Int, into output: UnsafeMutablePointer<Output>,
    _ read: (StridedRows, Int, Preparation?, UnsafeMutablePointer<Output>) -> Int?, _ sourceRow: (Int) -> Int
  ) throws(GenerativeError) {
    guard case .memory(let rows) = source else {
      try requireRowNumbers()
      guard case .pictures(let pictures) = source else { return }
      let width = shape.count
      // Bytes are finite.
      return try pictures.read(count, sourceRow) { i, pixels in
        _ = read(pixels, 0, preparation, output + i * width)
      }
    }
    // Enough numbers to be worth waking a worker.
    let chunk = max(1, 65_536 / rows.columnCount)
    let firstBad = FirstIndex()
    context.parallel((count + chunk - 1) / chunk) { c in
      for i in c * chunk..<min((c + 1) * chunk, count)
      where read(rows, sourceRow(i), preparation, output + i * rows.columnCount) != nil {
        return firstBad.note(i)
      }
    }
    guard let i = firstBad.index else { return }
    let row = output + i * rows.columnCount
    let j = (0..<rows.columnCount).first { !row[$0].isFinite } ?? 0
    // The original number, which may be finite but out of range for the output type.
    let numbers = try Buffer<Double>(count: rows.columnCount, in: context.memory)
    _ = rows.read(row: sourceRow(i), into: numbers.base)
    throw .nonfinite(row: sourceRow(i), column: j, value: numbers[j])
  }
}

/// The smallest index that any worker reports.
private final class FirstIndex: Sendable {
  private let value = Atomic(Int.max)

  func note(_ index: Int) { value.min(index, ordering: .relaxed) }

  var index: Int? {
    let index = value.load(ordering: .relaxed)
    return index == .max ? nil : index
  }
}

/// Throws `.argument`, naming the first number outside [0, 1], the range of images.
///
/// - Parameter name: returns a name for the number at an index.
package func checkUnitRange(
  _ numbers: UnsafeBufferPointer<Float>, in context: Context, _ name: (_ index: Int) -> String
) throws(GenerativeError) {
  guard let base = numbers.baseAddress, !context.isUnit(base, count: numbers.count) else { return }
  guard let i = numbers.firstIndex(where: { !isUnit(Double($0)) }) else { return }
  throw .outsideUnits(name(i), Double(numbers[i]))
}

extension GenerativeError {
  fileprivate static func outsideUnits(_ name: String, _ value: Double) -> GenerativeError {
    GenerativeError(
      .argument,
      "\(name) is \(value), and this model takes images, whose values lie between 0 and 1: scale the rows (8-bit "
        + "values by 1/255), or create the model with preparation standardize")
  }
}
