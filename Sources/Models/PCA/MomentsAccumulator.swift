import Tensors

/// Centres rows block by block and adds their sums and products to `Moments`.
final class MomentsAccumulator {
  private let columnCount: Int
  private let context: Context
  private let product: DoubleProduct
  private let doubleBlock: Buffer<Double>
  private let floatBlock: Buffer<Float>
  /// A sum of each task's rows.
  private let partialSums: Buffer<Double>
  /// Products of a block in Float; only for wide data.
  private var floatProducts: Buffer<Float>?

  /// Below this many rows, and up to so many columns, products are taken in Double.
  private static let doubleBlockRows = 256
  private static let widestDouble = 256
  /// 1024 products of numbers −128 … 127 stay below 2²⁴: sums of bytes are exact in Float.
  private static let floatBlockRows = 1024
  /// Rows of one task.
  private static let share = 32

  init(columns: Int, in context: Context) throws(GenerativeError) {
    guard let floats = checkedProduct(columns, Self.floatBlockRows),
      let doubles = checkedProduct(columns, Self.doubleBlockRows)
    else { throw GenerativeError(.memory, "a block of \(columns) columns does not fit memory") }
    columnCount = columns
    self.context = context
    product = try DoubleProduct(rows: columns, columns: columns, in: context)
    doubleBlock = try Buffer(count: doubles, in: context.memory)
    floatBlock = try Buffer(count: floats, in: context.memory)
    partialSums = try Buffer(
      count: columns * (Self.floatBlockRows / Self.share), in: context.memory)
  }

  /// Doubles for every column, free between additions.
  var columnScratch: UnsafeMutablePointer<Double> { doubleBlock.base }

  /// Space for that many rows, so that adding them cannot fail.
  func reserve(rows: Int) throws(GenerativeError) {
    guard columnCount > Self.widestDouble, rows >= Self.doubleBlockRows, floatProducts == nil else { return }
    floatProducts = try Buffer(count: columnCount * columnCount, in: context.memory)
  }

  /// Adds finite rows.
  func add(_ rows: Matrix, to moments: Moments) {
    addBlocks(rows.rowCount, to: moments) { i, _ in UnsafePointer(rows.base + i * rows.rowStride) }
  }

  /// Adds packed rows of bytes times `scale`.
  func add(bytes: UnsafePointer<UInt8>, rowCount: Int, scale: Float, to moments: Moments) {
    let d = columnCount
    let fromBytes = context.kernels.elementwise.fromBytes
    addBlocks(rowCount, to: moments) { i, scratch in
      fromBytes(bytes + i * d, scale, scratch, d)
      return UnsafePointer(scratch)
    }
  }

  /// - Parameter row: row i, either as it lies or written to the scratch.
  private func addBlocks(
    _ count: Int, to moments: Moments,
    _ row: (_ i: Int, _ scratch: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>
  ) {
    let d = columnCount
    var first = 0
    while first < count {
      let rest = count - first
      let isDouble = floatProducts == nil || rest < Self.doubleBlockRows
      let rows = min(rest, isDouble ? Self.doubleBlockRows : Self.floatBlockRows)
      let start = first
      if isDouble {
        centreExactly(rows, moments) { row(start + $0, $1) }
        let block = DoubleMatrix(doubleBlock.base, rows: rows, columns: d)
        product.add(
          block.transposed, block, into: DoubleMatrix(moments.products.base, rows: d, columns: d),
          upperOnly: true)
      } else {
        centre(rows, moments) { row(start + $0, $1) }
        multiplyBlock(rows, moments)
      }
      first += rows
    }
  }

  /// floatBlock ← x − s rounded to Float, and t ← t + Σ (x − s).
  private func centre(
    _ count: Int, _ moments: Moments,
    _ row: (_ i: Int, _ scratch: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>
  ) {
    let d = columnCount
    let kernel = context.kernels.doubles.centre
    let shares = (count + Self.share - 1) / Self.share
    context.parallel(shares) { share in
      let sums = partialSums.base + share * d
      sums.update(repeating: 0, count: d)
      for i in share * Self.share..<min(count, (share + 1) * Self.share) {
        let target = floatBlock.base + i * d
        kernel(row(i, target), moments.shift.base, target, sums, d)
      }
    }
    for share in 0..<shares {
      let sums = partialSums.base + share * d
      for j in 0..<d { moments.sums.base[j] += sums[j] }
    }
  }

  /// doubleBlock ← x − s in Double, and t ← t + Σ (x − s).
  private func centreExactly(
    _ count: Int, _ moments: Moments,
    _ row: (_ i: Int, _ scratch: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>
  ) {
    let d = columnCount
    let s = moments.shift.base
    let t = moments.sums.base
    for i in 0..<count {
      let x = row(i, floatBlock.base)
      let target = doubleBlock.base + i * d
      for j in 0..<d {
        let value = Double(x[j]) - Double(s[j])
        target[j] = value
        t[j] += value
      }
    }
  }

  /// S ← S + blockᵀ·block, summed in Float over these rows.
  private func multiplyBlock(_ count: Int, _ moments: Moments) {
    guard let partial = floatProducts else { return }
    let d = columnCount
    partial.base.update(repeating: 0, count: d * d)
    context.rankUpdate(
      Matrix(floatBlock.base, rows: count, columns: d), into: Matrix(partial.base, rows: d, columns: d))
    context.parallel((d + 15) / 16) { group in
      for i in group * 16..<min(d, (group + 1) * 16) {
        let row = moments.products.base + i * d
        let sum = partial.base + i * d
        for j in i..<d { row[j] += Double(sum[j]) }
      }
    }
  }
}
