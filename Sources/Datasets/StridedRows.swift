import Tensors

/// The element type of a dataset in memory.
package enum ElementKind: Equatable, Sendable {
  /// 0 … 255, read as v / 255.
  case uint8
  /// Read unchanged.
  case float32
  /// Read unchanged, rounded to the requested precision.
  case float64
  /// In the format of a file; read unchanged.
  case number(NumberFormat)

  package var byteCount: Int {
    switch self {
    case .uint8: 1
    case .float32: 4
    case .float64: 8
    case .number(let format): format.byteCount
    }
  }
}

/// Rows of numbers in memory. Element (i, j) is at `i * rowStride + j * columnStride` bytes after `base`,
/// aligned or not.
struct StridedRows: @unchecked Sendable {
  var base: UnsafeRawPointer
  let kind: ElementKind
  var rowCount: Int
  let columnCount: Int
  let rowStride: Int
  let columnStride: Int

  /// Packed rows.
  init(packed base: UnsafeRawPointer, _ kind: ElementKind, rowCount: Int, columnCount: Int) {
    self.base = base
    self.kind = kind
    self.rowCount = rowCount
    self.columnCount = columnCount
    rowStride = columnCount * kind.byteCount
    columnStride = kind.byteCount
  }

  /// - Throws: `.argument` if an element's address would overflow.
  init(
    _ base: UnsafeRawPointer, _ kind: ElementKind, rowCount: Int, columnCount: Int, rowStride: Int?,
    columnStride: Int?
  ) throws(GenerativeError) {
    self.base = base
    self.kind = kind
    self.rowCount = rowCount
    self.columnCount = columnCount
    guard let packed = checkedProduct(columnCount, kind.byteCount), checkedProduct(rowCount, packed) != nil
    else { throw GenerativeError(.argument, "\(rowCount) rows of \(columnCount) elements overflow") }
    self.rowStride = rowStride ?? packed
    self.columnStride = columnStride ?? kind.byteCount
    // Each is below half of the address space, so that their sum does not overflow.
    guard let down = checkedProduct(max(rowCount - 1, 0), Int(clamping: self.rowStride.magnitude)),
      let across = checkedProduct(columnCount, Int(clamping: self.columnStride.magnitude)),
      down < Int.max / 2, across < Int.max / 2
    else {
      throw GenerativeError(
        .argument,
        "a row_stride of \(self.rowStride) and a column_stride of \(self.columnStride) bytes overflow "
          + "over \(rowCount) rows of \(columnCount) elements")
    }
  }

  var rowsArePacked: Bool { columnStride == kind.byteCount }
  var isPacked: Bool { rowsArePacked && rowStride == columnCount * kind.byteCount }

  /// The rows themselves, if they are aligned floats and the floats of each row are contiguous.
  var matrix: Matrix? { rowsArePacked ? stridedMatrix : nil }

  /// The rows themselves, if they are aligned floats.
  var stridedMatrix: Matrix? {
    elements(.float32, Float.self).map { base, rowStride, columnStride in
      Matrix(base, rows: rowCount, columns: columnCount, rowStride: rowStride, columnStride: columnStride)
    }
  }

  /// The rows themselves, if they are aligned doubles.
  var doubleMatrix: DoubleMatrix? {
    elements(.float64, Double.self).map { base, rowStride, columnStride in
      DoubleMatrix(
        base, rows: rowCount, columns: columnCount, rowStride: rowStride, columnStride: columnStride)
    }
  }

  /// The address of the first element, if the elements are aligned and of this kind, and the strides in
  /// elements.
  private func elements<Element>(
    _ kind: ElementKind, _: Element.Type
  ) -> (base: UnsafeMutablePointer<Element>, rowStride: Int, columnStride: Int)? {
    let size = kind.byteCount
    guard self.kind == kind, rowStride % size == 0, columnStride % size == 0,
      Int(bitPattern: base) % size == 0
    else { return nil }
    return (
      UnsafeMutablePointer(mutating: base.assumingMemoryBound(to: Element.self)), rowStride / size,
      columnStride / size
    )
  }

  /// The rows of `range`, which must be in range.
  func slice(_ range: Range<Int>) -> StridedRows {
    var rows = self
    rows.base += range.lowerBound * rowStride
    rows.rowCount = range.count
    return rows
  }

  /// Converts a row to numbers. Returns the first column that is not finite, if any.
  func read<Output: BinaryFloatingPoint & BitwiseCopyable>(
    row: Int, into output: UnsafeMutablePointer<Output>
  ) -> Int? {
    switch kind {
    case .uint8:
      forEach(row, UInt8.self) { j, value in output[j] = Output(value) / 255 }
      return nil
    case .float32: return readFloating(row, Float.self, into: output)
    case .float64: return readFloating(row, Double.self, into: output)
    case .number(let format):
      for j in 0..<columnCount {
        output[j] = Output(format.value(at: base + row * rowStride + j * columnStride))
      }
      return (0..<columnCount).first { !output[$0].isFinite }
    }
  }

  @inline(__always)
  private func readFloating<Input: BinaryFloatingPoint & BitwiseCopyable, Output: BinaryFloatingPoint>(
    _ row: Int, _: Input.Type, into output: UnsafeMutablePointer<Output>
  ) -> Int? {
    // x − x is 0 only for finite x. There is no branch, so that whole vectors are tested at a time.
    var others: UInt32 = 0
    forEach(row, Input.self) { j, value in
      let x = Output(value)
      output[j] = x
      others |= x - x == 0 ? 0 : 1
    }
    if others == 0 { return nil }
    return (0..<columnCount).first { !output[$0].isFinite }
  }

  /// `read` with preparation. Computed in Double, so that only the prepared number is rounded.
  func read(row: Int, by preparation: Preparation, into output: UnsafeMutablePointer<Float>) -> Int? {
    if kind != .float64, let bad = read(row: row, into: output) { return bad }
    for j in 0..<columnCount {
      let x =
        kind == .float64
        ? base.loadUnaligned(fromByteOffset: row * rowStride + j * columnStride, as: Double.self)
        : Double(output[j])
      output[j] = preparation.value(x, j)
      if !output[j].isFinite { return j }
    }
    return nil
  }

  /// Copies a row's bytes; for `uint8` rows.
  func readBytes(row: Int, into output: UnsafeMutablePointer<UInt8>) {
    forEach(row, UInt8.self) { j, value in output[j] = value }
  }

  /// Copies a row's elements to packed memory.
  func copy(row: Int, into output: UnsafeMutableRawPointer) {
    let size = kind.byteCount
    let source = base + row * rowStride
    if rowsArePacked { return output.copyMemory(from: source, byteCount: columnCount * size) }
    for j in 0..<columnCount {
      (output + j * size).copyMemory(from: source + j * columnStride, byteCount: size)
    }
  }

  @inline(__always)
  private func forEach<Element: BitwiseCopyable>(
    _ row: Int, _: Element.Type, _ body: (_ column: Int, _ value: Element) -> Void
  ) {
    let source = base + row * rowStride
    if rowsArePacked {
      for j in 0..<columnCount {
        body(j, source.loadUnaligned(fromByteOffset: j * MemoryLayout<Element>.size, as: Element.self))
      }
    } else {
      for j in 0..<columnCount {
        body(j, source.loadUnaligned(fromByteOffset: j * columnStride, as: Element.self))
      }
    }
  }
}
