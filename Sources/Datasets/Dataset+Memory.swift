import Tensors

extension Dataset {
  /// Whether a dataset copies the caller's memory or borrows it.
  package enum Ownership: Sendable {
    case copied
    /// The memory must outlive the dataset, unchanged.
    case borrowed
  }

  /// Rows in the caller's memory.
  ///
  /// - Parameters:
  ///   - rowStride: bytes from one row to the next, of either sign; nil for packed rows.
  ///   - columnStride: bytes from one element of a row to the next; nil for packed elements.
  ///   - labels: a class of 0 or more per row, copied.
  ///   - checks: whether to check for NaN and infinity.
  /// - Throws: `.argument` for no rows, more than `largestRowCount` rows, an empty or overflowing shape or
  ///   stride, or a negative label; `.nonfinite`, naming row and column; `.memory`.
  package static func memory(
    _ base: UnsafeRawPointer, _ kind: ElementKind, rowCount: Int, shape: Shape, rowStride: Int? = nil,
    columnStride: Int? = nil, ownership: Ownership = .borrowed, labels: UnsafePointer<Int32>? = nil,
    checks: Bool = true, context: Context = .standard
  ) throws(GenerativeError) -> Dataset {
    try require(rowCount, in: 1...largestRowCount, "n_rows")
    let columnCount = try checkedCount(of: shape)
    var rows = try StridedRows(
      base, kind, rowCount: rowCount, columnCount: columnCount, rowStride: rowStride,
      columnStride: columnStride)
    var owner: Buffer<UInt8>?
    if ownership == .copied {
      // Cannot overflow, because StridedRows checked the packed size.
      let copy = try Buffer<UInt8>(count: rowCount * columnCount * kind.byteCount, in: context.memory)
      let packed = StridedRows(packed: copy.base, kind, rowCount: rowCount, columnCount: columnCount)
      for i in 0..<rowCount { rows.copy(row: i, into: copy.base + i * packed.rowStride) }
      rows = packed
      owner = copy
    }
    let dataset = Dataset(
      shape: shape, source: .memory(rows), owner: owner,
      labels: try labels.map { labels throws(GenerativeError) in
        try copyLabels(labels, count: rowCount, in: context.memory)
      }, isChecked: checks, context: context)
    if checks { try dataset.checkFinite() }
    return dataset
  }

  /// Rows that `pull` provides in order; see `RowStream`.
  ///
  /// - Throws: `.argument` for an empty or overflowing shape.
  package static func stream(
    shape: Shape, shuffleWindow: Int = 4096, context: Context = .standard,
    pull: @escaping RowStream.Pull
  ) throws(GenerativeError) -> Dataset {
    try stream(shape: shape, shuffleWindow: shuffleWindow, hasLabels: false, context: context) {
      first, count, rows, _ in pull(first, count, rows)
    }
  }

  /// Rows that `pull` provides in order, with their classes if `hasLabels`.
  package static func stream(
    shape: Shape, shuffleWindow: Int, hasLabels: Bool, context: Context,
    labelledPull pull: @escaping RowStream.LabelledPull
  ) throws(GenerativeError) -> Dataset {
    let stream = RowStream(
      columnCount: try checkedCount(of: shape), shuffleWindow: shuffleWindow, hasLabels: hasLabels,
      in: context.memory, pull: pull)
    return Dataset(shape: shape, source: .stream(stream), context: context)
  }

  /// Packed rows of bytes in a buffer.
  static func bytes(
    _ buffer: Buffer<UInt8>, rowCount: Int, shape: Shape, labels: Buffer<Int32>? = nil,
    factors: FactorTable? = nil, context: Context
  ) -> Dataset {
    let rows = StridedRows(packed: buffer.base, .uint8, rowCount: rowCount, columnCount: shape.count)
    return Dataset(
      shape: shape, source: .memory(rows), owner: buffer, labels: labels, factors: factors,
      context: context)
  }

  /// The number of values in a row of `shape`, which may be untrusted.
  static func checkedCount(of shape: Shape) throws(GenerativeError) -> Int {
    guard let count = checkedProduct(shape.height, shape.width, shape.channels),
      (1...Int(Int32.max)).contains(count)
    else {
      throw GenerativeError(
        .argument,
        "a row of \(shape.height) × \(shape.width) × \(shape.channels) must have 1 to \(Int32.max) numbers")
    }
    return count
  }

  private static func copyLabels(
    _ labels: UnsafePointer<Int32>, count: Int, in memory: Memory
  ) throws(GenerativeError) -> Buffer<Int32> {
    let copy = try Buffer(copying: UnsafeBufferPointer(start: labels, count: count), in: memory)
    if let i = copy.elements.firstIndex(where: { $0 < 0 }) {
      throw GenerativeError(.argument, "labels[\(i)] must be 0 or more, not \(copy.base[i])")
    }
    return copy
  }
}
