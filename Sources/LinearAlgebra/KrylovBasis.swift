import Kernels
import Tensors

/// An orthonormal basis of the span of X₀, A·X₀, A²·X₀, … for a symmetric A and a block X₀ of random rows.
///
///     Xᵢ·A = H·Q + R·Xᵢ₊₁        H = Xᵢ·A·Qᵀ, which are rows of T = Q·A·Qᵀ
///
/// The rows of Q are the blocks so far. Every block is orthogonalized against all of them, twice. Products
/// have one tile of rows: with A, with Qᵀ for H, and with Q to subtract H·Q. A and Q are therefore stored as
/// the product's panels, Q both ways, and each is read once for all rows of a block.
final class KrylovBasis {
  /// The number of rows in a block.
  static let block = DoubleKernels.tileRows

  /// m: the number of rows of Q.
  private(set) var count = 0

  private let n: Int
  private let capacity: Int
  /// The number of columns in a panel, in the panels for n columns, and in the panels for `capacity` columns.
  private let width: Int
  private let paddedColumns: Int
  private let paddedRows: Int
  private let context: Context

  /// A, in panels of n × width.
  private let a: Buffer<Double>
  /// Q, in panels of capacity × width.
  private let rows: Buffer<Double>
  /// Qᵀ, in panels of n × width.
  private let columns: Buffer<Double>
  /// T, up to its diagonal.
  private let t: Buffer<Double>
  /// Xᵢ₊₁, rows `paddedColumns` apart.
  private let next: Buffer<Double>
  /// H, rows `paddedRows` apart.
  private let h: Buffer<Double>
  /// R, and its factors from the first and the second orthogonalization; lower triangular.
  private let r: Buffer<Double>
  /// A block, packed as the product's left-hand side.
  private let packed: Buffer<Double>
  /// One tile per slot.
  private let tiles: Buffer<Double>

  /// Allocates buffers for `capacity` rows. The basis starts empty.
  ///
  /// - Throws: `.memory`.
  init(
    of matrix: UnsafePointer<Double>, n: Int, capacity: Int, in context: Context
  ) throws(GenerativeError) {
    let block = Self.block
    let width = context.kernels.doubles.tileColumns
    let memory = context.memory
    self.n = n
    self.capacity = capacity
    self.width = width
    self.context = context
    paddedColumns = roundUp(n, width)
    paddedRows = roundUp(capacity, width)
    a = try Buffer(uninitializedCount: paddedColumns * n, in: memory)
    rows = try Buffer(uninitializedCount: paddedColumns * capacity, in: memory)
    columns = try Buffer(count: paddedRows * n, in: memory)
    t = try Buffer(uninitializedCount: capacity * capacity, in: memory)
    next = try Buffer(count: block * paddedColumns, in: memory)
    h = try Buffer(count: block * paddedRows, in: memory)
    r = try Buffer(count: 3 * block * block, in: memory)
    packed = try Buffer(count: block * max(n, capacity), in: memory)
    tiles = try Buffer(count: context.threadCount * block * width, in: memory)
    packMatrix(matrix)
    let random = Random(seed: 0, purpose: .eigenvectors)
    for i in 0..<block {
      for j in 0..<n { next.base[i * paddedColumns + j] = Double(random.uniform(at: i * n + j)) - 0.5 }
    }
    _ = orthonormalise(into: r.base, least: 0)
  }

  private func packMatrix(_ matrix: UnsafePointer<Double>) {
    context.parallel(paddedColumns / width) { panel in
      let j = panel * width
      let count = min(width, n - j)
      for p in 0..<n {
        let target = a.base + (j * n + p * width)
        target.update(from: matrix + p * n + j, count: count)
        (target + count).update(repeating: 0, count: width - count)
      }
    }
  }

  // MARK: - Growing

  /// Adds blocks until the basis has at least `dimensions` rows. Returns false if there is no room for them,
  /// or if a block adds nothing new: the basis then spans everything that X₀ can reach.
  func grow(to dimensions: Int) -> Bool {
    while count < dimensions {
      guard count + Self.block <= capacity, addBlock() else { return false }
    }
    return true
  }

  /// Appends Xᵢ to Q; computes Xᵢ₊₁ and R.
  private func addBlock() -> Bool {
    let block = Self.block
    let first = count
    append()
    multiplyByMatrix()
    var largest = 0.0
    for i in 0..<block {
      let row = next.base + i * paddedColumns
      largest = max(largest, context.dot(row, row, count: n))
    }
    takeOffBasis()
    for i in 0..<block {
      (t.base + (first + i) * capacity).update(from: h.base + i * paddedRows, count: first + i + 1)
    }
    // Below these lengths, the remainder of a row is rounding error or, after the second pass, no longer
    // orthogonal.
    let (once, twice) = (r.base + block * block, r.base + 2 * block * block)
    let rounding = Double(n) * 0x1p-52 * largest.squareRoot()
    guard orthonormalise(into: once, least: rounding) else { return false }
    takeOffBasis()
    guard orthonormalise(into: twice, least: 0.5) else { return false }
    for i in 0..<block {
      for j in 0..<block {
        r.base[i * block + j] = (0..<block).reduce(0) { $0 + once[i * block + $1] * twice[$1 * block + j] }
      }
    }
    return true
  }

  /// Appends Xᵢ₊₁ to Q.
  private func append() {
    for i in 0..<Self.block {
      let row = next.base + i * paddedColumns
      let p = count + i
      for j in stride(from: 0, to: paddedColumns, by: width) {
        (rows.base + (j * capacity + p * width)).update(from: row + j, count: width)
      }
      let column = columns.base + (p / width * width * n + p % width)
      for j in 0..<n { column[j * width] = row[j] }
    }
    count += Self.block
  }

  /// Xᵢ₊₁ ← Xᵢ₊₁·A
  private func multiplyByMatrix() {
    pack(next.base, paddedColumns, depth: n)
    next.base.update(repeating: 0, count: Self.block * paddedColumns)
    multiplyPanels(a, depth: n, panelDepth: n, columns: paddedColumns, into: next.base, paddedColumns)
  }

  /// H ← Xᵢ₊₁·Qᵀ; Xᵢ₊₁ ← Xᵢ₊₁ − H·Q
  private func takeOffBasis() {
    pack(next.base, paddedColumns, depth: n)
    h.base.update(repeating: 0, count: Self.block * paddedRows)
    multiplyPanels(columns, depth: n, panelDepth: n, columns: roundUp(count, width), into: h.base, paddedRows)
    pack(h.base, paddedRows, depth: count, scale: -1)
    multiplyPanels(
      rows, depth: count, panelDepth: capacity, columns: paddedColumns, into: next.base, paddedColumns)
  }

  /// Makes the rows of the next block orthonormal, with X = R·X′. Returns false if a row is not longer than
  /// `least`.
  private func orthonormalise(into r: UnsafeMutablePointer<Double>, least: Double) -> Bool {
    for i in 0..<Self.block {
      let x = next.base + i * paddedColumns
      for j in 0..<i {
        let other = next.base + j * paddedColumns
        let overlap = context.dot(other, x, count: n)
        context.add(-overlap, other, to: x, count: n)
        r[i * Self.block + j] = overlap
      }
      let length = context.dot(x, x, count: n).squareRoot()
      guard length > least else { return false }
      let scale = 1 / length
      for j in 0..<n { x[j] *= scale }
      r[i * Self.block + i] = length
    }
    return true
  }

  // MARK: - Products of a block

  private func pack(_ x: UnsafePointer<Double>, _ rowStride: Int, depth: Int, scale: Double = 1) {
    DoubleProduct.packSixRows(x, rowStride, depth, scale: scale, into: packed.base)
  }

  /// C ← C + the packed block times panels that are `panelDepth` × width doubles apart.
  private func multiplyPanels(
    _ panels: Buffer<Double>, depth: Int, panelDepth: Int, columns: Int, into c: UnsafeMutablePointer<Double>,
    _ rowStride: Int
  ) {
    let multiply = context.kernels.doubles.multiplyBlock
    // About 10 µs of work per share.
    let share = max(1, 40_000 / (Self.block * width * depth)) * width
    context.parallelSlots((columns + share - 1) / share) { slot, index in
      for j in stride(from: index * share, to: min(columns, (index + 1) * share), by: width) {
        multiply(
          packed.base, Self.block, panels.base + j * panelDepth, width, depth, c + j, rowStride, Int.min,
          tiles.base + slot * Self.block * width)
      }
    }
  }

  // MARK: - Results

  /// The buffer that holds A: at least n × n doubles, free for other uses once the basis no longer grows.
  var matrixSpace: Buffer<Double> { a }

  /// The k largest eigenpairs of T, and the largest residual |v·A − θ·v| of the vectors v = s·Q that they
  /// represent: |s·(0, …, 0, R)ᵀ|.
  ///
  /// - Throws: `.memory`; `.internalFault`.
  func ritzPairs(_ k: Int) throws(GenerativeError) -> (pairs: SymmetricEigen, residual: Double) {
    let m = count
    let upper = try Buffer<Double>(uninitializedCount: m * m, in: context.memory)
    for i in 0..<m {
      for j in i..<m { upper.base[i * m + j] = t.base[j * capacity + i] }
    }
    let pairs = try SymmetricEigen(destroying: upper.base, n: m, largest: k, in: context)
    var largest = 0.0
    for i in 0..<k {
      let last = pairs.vectors.base + ((i + 1) * m - Self.block)
      var square = 0.0
      for j in 0..<Self.block {
        let element = (0..<Self.block).reduce(0) { $0 + last[$1] * r.base[$1 * Self.block + j] }
        square += element * element
      }
      largest = max(largest, square)
    }
    return (pairs, largest.squareRoot())
  }

  /// S·Q for a k × m matrix S.
  ///
  /// - Throws: `.memory`.
  func combine(_ s: DoubleMatrix) throws(GenerativeError) -> Buffer<Double> {
    let result = try Buffer<Double>(uninitializedCount: s.rowCount * n, in: context.memory)
    let rowsOfBlock = try Buffer<Double>(count: Self.block * max(count, paddedColumns), in: context.memory)
    for first in stride(from: 0, to: s.rowCount, by: Self.block) {
      let height = min(Self.block, s.rowCount - first)
      for i in 0..<height {
        (rowsOfBlock.base + i * count).update(from: s.base + (first + i) * s.rowStride, count: count)
      }
      pack(rowsOfBlock.base, count, depth: count)
      rowsOfBlock.base.update(repeating: 0, count: Self.block * paddedColumns)
      multiplyPanels(
        rows, depth: count, panelDepth: capacity, columns: paddedColumns, into: rowsOfBlock.base,
        paddedColumns)
      for i in 0..<height {
        (result.base + (first + i) * n).update(from: rowsOfBlock.base + i * paddedColumns, count: n)
      }
    }
    return result
  }
}
