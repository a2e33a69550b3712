import LinearAlgebra
import Tensors

/// Adds sums and products of rows to `Moments`, block by block.
final class MomentsAccumulator {
  private let columnCount: Int
  private let context: Context
  /// Whether products of floats are computed in Double for any number of rows.
  let takesDouble: Bool
  private let product: DoubleProduct
  private let doubleBlock: Buffer<Double>
  private let floatBlock: Buffer<Float>
  /// The rows of a block times the directions.
  private let latents: Buffer<Double>
  /// Two vectors times the directions.
  let projections: Buffer<Double>

  /// Below this many rows, and up to this many columns, products are computed in Double.
  private static let doubleBlockRows = 256
  private static let widestDouble = 256
  /// The number of rows of floats or bytes between two progress reports. It is a multiple of all slabs of
  /// `rankUpdate`, so sums do not depend on how rows are cut into such parts.
  private static let partRows = 3840
  /// The number of rows of a long batch that are summed on their own; a multiple of `doubleBlockRows`.
  private static let sectionRows = 16_384
  /// The number of rows that are summed one by one, as in `DoubleKernels.multiplyBlock`.
  private static let chainRows = 32
  /// The number of rows of the current batch that were added. A call that is stopped between two parts leaves
  /// them added.
  private(set) var added = 0
  /// Below this number of elements, copying or adding takes less time than distributing the work to threads.
  private static let small = 100_000

  /// - Parameters:
  ///   - directions: the number of directions if only products with them are stored; nil: all products are
  ///     stored.
  ///   - takesDouble: whether products are computed in Double for any number of rows.
  init(
    columns: Int, directions: Int?, takesDouble: Bool, in context: Context
  ) throws(GenerativeError) {
    guard let block = checkedProduct(columns, Self.doubleBlockRows) else {
      throw GenerativeError(.memory, "a block of \(columns) columns does not fit in memory")
    }
    columnCount = columns
    self.context = context
    self.takesDouble = takesDouble || directions != nil || columns <= Self.widestDouble
    let count = directions ?? 0
    product = try DoubleProduct(
      rows: max(columns, directions == nil ? 0 : Self.doubleBlockRows), columns: directions ?? columns,
      in: context)
    doubleBlock = try Buffer(uninitializedCount: block, in: context.memory)
    floatBlock = try Buffer(uninitializedCount: block, in: context.memory)
    latents = try Buffer(count: Self.doubleBlockRows * count, in: context.memory)
    projections = try Buffer(count: 2 * count, in: context.memory)
  }

  /// One double per column, free between additions.
  var columnScratch: UnsafeMutablePointer<Double> { doubleBlock.base }

  // MARK: - Adding

  /// Calls `body` for the parts of a batch in turn, and reports progress in between.
  ///
  /// - Throws: `.cancelled` after `added` rows were added; errors of `body`.
  private func inParts(
    of rowCount: Int, _ partRows: Int, _ body: (_ first: Int, _ count: Int) throws(GenerativeError) -> Void
  ) throws(GenerativeError) {
    added = 0
    for first in stride(from: 0, to: rowCount, by: partRows) {
      if first > 0 { try Run.proceed(first, of: rowCount) }
      let count = min(rowCount - first, partRows)
      try body(first, count)
      added = first + count
    }
  }

  /// Adds packed rows of bytes to sums of bytes, exactly.
  ///
  /// - Throws: `.cancelled` after `added` rows were added, like the functions below.
  func add(bytes: UnsafePointer<UInt8>, rowCount: Int, to moments: Moments) throws(GenerativeError) {
    let d = columnCount
    try inParts(of: rowCount, 4 * Self.partRows) { first, count in
      context.rankUpdate(
        bytes: bytes + first * d, rows: count, columns: d, rowStride: d, into: moments.products.base,
        sums: moments.sums.base)
    }
  }

  /// Adds packed rows of bytes, and their products with directions, to sums of bytes, exactly.
  ///
  /// - Parameter limit: Σ 255·max |xᵀ·Ω|, an upper bound of the growth of any sum, is added to it.
  func add(
    bytes: UnsafePointer<UInt8>, rowCount: Int, along directions: Directions, to moments: Moments,
    limit: inout Double
  ) throws(GenerativeError) {
    let d = columnCount
    let sums = MomentSums(moments)
    try inParts(of: rowCount, Self.doubleBlockRows) { first, count in
      let target = doubleBlock.base
      context.parallel((count + 15) / 16) { group in
        for p in group * 16 * d..<min(count, group * 16 + 16) * d { target[p] = Double(bytes[first * d + p]) }
      }
      sumBlock(count, sums)
      addDoubles(count, along: directions, to: sums)
      for i in 0..<count {
        let row = latents.base + i * directions.count
        limit += 255 * (0..<directions.count).reduce(0) { max($0, abs(row[$1])) }
      }
    }
  }

  /// Adds packed rows of bytes to sums of floats.
  func add(
    scaledBytes bytes: UnsafePointer<UInt8>, rowCount: Int, to moments: Moments
  ) throws(GenerativeError) {
    let d = columnCount
    for first in stride(from: 0, to: rowCount, by: Self.doubleBlockRows) {
      let count = min(rowCount - first, Self.doubleBlockRows)
      if first > 0 { try Run.proceed(first, of: rowCount) }
      context.convert(bytes + first * d, count: count * d, into: floatBlock.base)
      try add(.floats(Matrix(floatBlock.base, rows: count, columns: d)), to: moments)
      added = first + count
    }
  }

  /// Adds rows of floats or doubles.
  ///
  /// - Throws: `.nonfinite`, after rows were added; `.memory`.
  func add(_ batch: RowBatch, to moments: Moments) throws(GenerativeError) {
    if case .floats(let rows) = batch, !takesDouble, rows.rowCount >= Self.doubleBlockRows {
      moments.hasFloatProducts = true
      for j in 0..<columnCount { floatBlock.base[j] = Float(moments.shift.base[j]) }
      try inParts(of: rows.rowCount, Self.partRows) { first, count in
        context.rankUpdate(
          rows.rows(first, count), subtracting: floatBlock.base, into: moments.products.base,
          sums: moments.sums.base)
      }
    } else if columnCount <= NarrowUpdate.mostColumns, moments.directions == nil {
      try addNarrow(batch, to: moments)
    } else {
      try addBlocks(batch, to: moments)
    }
    try checkSums(moments, batch)
  }

  /// Adds rows in blocks. Those of a long batch are first added to sums of their own, which are added to
  /// `moments` every `sectionRows` rows: each step of a sum rounds it, so chains of sums should be short.
  private func addBlocks(_ batch: RowBatch, to moments: Moments) throws(GenerativeError) {
    let total = MomentSums(moments)
    let isLong = batch.rowCount > 2 * Self.sectionRows
    let section = try isLong ? Buffer<Double>(count: total.count, in: context.memory) : nil
    let sums = section.map { MomentSums($0, like: total) } ?? total
    defer { if isLong { sums.move(to: total) } }
    try inParts(of: batch.rowCount, Self.doubleBlockRows) { first, count throws(GenerativeError) in
      if isLong, first > 0, first % Self.sectionRows == 0 { sums.move(to: total) }
      batch.centre(
        first, count, of: columnCount, about: moments.shift.base, into: doubleBlock.base, in: context)
      sumBlock(count, sums)
      if let directions = moments.directions {
        addDoubles(count, along: directions, to: sums)
      } else {
        addDoubles(count, to: sums)
      }
    }
  }

  private func addNarrow(_ batch: RowBatch, to moments: Moments) throws(GenerativeError) {
    let d = columnCount
    let update = try NarrowUpdate(rows: batch.rowCount, columns: d, in: context)
    update.run(into: moments.products.base, sums: moments.sums.base) { first, count, block, pitch in
      batch.centreColumns(
        first, count, columns: 0..<d, of: d, about: moments.shift.base, into: block, pitch: pitch, in: context
      )
    }
  }

  /// A NaN or an infinity anywhere makes its column's sum nonfinite.
  private func checkSums(_ moments: Moments, _ batch: RowBatch) throws(GenerativeError) {
    let (d, s) = (columnCount, moments.sums.base)
    guard let column = (0..<d).first(where: { !s[$0].isFinite || !moments.square($0).isFinite }) else {
      return
    }
    try batch.checkFinite(in: context)
    try batch.checkSquares()
    throw GenerativeError(.nonfinite, "the sum of the squares of column \(column) is beyond 1.8e308")
  }

  /// t ← t + the sums of the block's columns. With directions, also adds the sums of their squares.
  private func sumBlock(_ count: Int, _ sums: MomentSums) {
    let d = columnCount
    let block = doubleBlock.base
    context.parallelSlots((d + 63) / 64, isSmall: count * d < Self.small) { _, group in
      let first = group * 64
      let width = min(d - first, 64)
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 128) { space in
        guard let chain = space.baseAddress else { return }
        let squareChain = chain + 64
        for start in stride(from: 0, to: count, by: Self.chainRows) {
          space.update(repeating: 0)
          for i in start..<min(count, start + Self.chainRows) {
            let row = block + i * d + first
            for j in 0..<width { chain[j] += row[j] }
            if sums.squares != nil {
              for j in 0..<width { squareChain[j] += row[j] * row[j] }
            }
          }
          for j in 0..<width { sums.sums[first + j] += chain[j] }
          if let squares = sums.squares {
            for j in 0..<width { squares[first + j] += squareChain[j] }
          }
        }
      }
    }
  }

  /// S ← S + doubleBlockᵀ·doubleBlock
  private func addDoubles(_ count: Int, to sums: MomentSums) {
    let d = columnCount
    let block = DoubleMatrix(doubleBlock.base, rows: count, columns: d)
    product.add(
      block.transposed, block, into: DoubleMatrix(sums.products, rows: d, columns: d), upperOnly: true)
  }

  /// Y ← Y + doubleBlockᵀ·(doubleBlock·Ω)
  private func addDoubles(_ count: Int, along directions: Directions, to sums: MomentSums) {
    let (d, l) = (columnCount, directions.count)
    let block = DoubleMatrix(doubleBlock.base, rows: count, columns: d)
    let y = DoubleMatrix(latents.base, rows: count, columns: l)
    latents.base.update(repeating: 0, count: count * l)
    product.add(block, directions.matrix, into: y)
    product.add(block.transposed, y, into: DoubleMatrix(sums.products, rows: d, columns: l))
  }
}

/// The sums of some rows: t, S or Y, and the diagonal if Y is stored.
private struct MomentSums {
  let sums: UnsafeMutablePointer<Double>
  let products: UnsafeMutablePointer<Double>
  let squares: UnsafeMutablePointer<Double>?
  private let columnCount: Int
  private let productCount: Int

  init(_ moments: Moments) {
    (columnCount, productCount) = (moments.columnCount, moments.products.count)
    sums = moments.sums.base
    products = moments.products.base
    squares = moments.directions == nil ? nil : moments.squares.base
  }

  /// Sums of the same shape in memory for `count` numbers.
  init(_ space: Buffer<Double>, like other: MomentSums) {
    (columnCount, productCount) = (other.columnCount, other.productCount)
    sums = space.base
    products = sums + columnCount
    squares = other.squares == nil ? nil : products + productCount
  }

  var count: Int { columnCount + productCount + (squares == nil ? 0 : columnCount) }

  /// Adds these sums to others and sets them to zero.
  func move(to total: MomentSums) {
    Self.move(sums, to: total.sums, columnCount)
    Self.move(products, to: total.products, productCount)
    if let squares, let target = total.squares { Self.move(squares, to: target, columnCount) }
  }

  private static func move(
    _ source: UnsafeMutablePointer<Double>, to target: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    for p in 0..<count { target[p] += source[p] }
    source.update(repeating: 0, count: count)
  }
}
