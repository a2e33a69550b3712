import Glibc
import Kernels
import LinearAlgebra
import Tensors
import Testing

/// The leading eigenpairs of matrices whose spectrum is given, and when all pairs are found instead.
@Suite struct LanczosTests {
  /// H·diag(λ)·H with H a product of three reflections, row-major.
  private func matrix(_ values: [Double], seed: UInt64 = 1) -> [Double] {
    let n = values.count
    let random = Random(seed: seed, purpose: .test)
    var a = [Double](repeating: 0, count: n * n)
    for i in 0..<n { a[i * n + i] = values[i] }
    for reflection in 0..<3 {
      var v = (0..<n).map { Double(random.uniform(at: reflection * n + $0)) - 0.5 }
      let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for i in 0..<n { v[i] /= length }
      // A ← A − 2·v·wᵀ − 2·w·vᵀ with w = A·v − (vᵀ·A·v)·v
      var w = (0..<n).map { i in (0..<n).reduce(0) { $0 + a[i * n + $1] * v[$1] } }
      let inner = (0..<n).reduce(0) { $0 + v[$1] * w[$1] }
      for i in 0..<n { w[i] -= inner * v[i] }
      for i in 0..<n { for j in 0..<n { a[i * n + j] -= 2 * (v[i] * w[j] + w[i] * v[j]) } }
    }
    return a
  }

  private func leading(_ k: Int, of a: [Double], threads: Int = 2, _ table: KernelTable = Kernels.table)
    throws
    -> SymmetricEigen
  {
    let n = Int(Double(a.count).squareRoot())
    let buffer = try a.withUnsafeBufferPointer { try Buffer(copying: $0) }
    // Only what stands above the diagonal may count.
    for i in 0..<n { for j in 0..<i { buffer.base[i * n + j] = .nan } }
    return try SymmetricEigen(
      destroying: buffer.base, n: n, leading: k, in: Context(threadCount: threads, kernels: table))
  }

  /// Expects the k largest of `values`, vectors that solve the equation, and that they are orthonormal.
  private func check(_ eigen: SymmetricEigen, _ k: Int, of a: [Double], values: [Double], _ note: String = "")
  {
    let n = values.count
    let sorted = values.sorted(by: >)
    let rounding = 1e-15 * Double(n) * (values.map { abs($0) }.max() ?? 0)
    let value = (0..<k).reduce(0.0) { max($0, abs(eigen.values[$1] - sorted[$1])) }
    let (residual, overlap) = faults(a, n, eigen)
    #expect(eigen.vectorCount == k)
    #expect(value < rounding && residual < rounding && overlap < 1e-12, "\(note)")
  }

  @Test(arguments: [(256, 1, 1.0), (301, 12, 1.5), (400, 20, 1.0), (500, 38, 1.5), (301, 12, 4.0)])
  func `A few pairs of a decaying spectrum are found without the rest`(n: Int, k: Int, power: Double) throws {
    let values = (0..<n).map { (i: Int) -> Double in 3 * pow(Double(i + 1), -power) }
    let a = matrix(values)
    for table in Kernels.allTables {
      let eigen = try leading(k, of: a, table)
      #expect(eigen.values.count == k && eigen.vectorCount == k, "\(table.name)")
      check(eigen, k, of: a, values: values, table.name)
    }
  }

  @Test func `Values may be negative, small, and equal in pairs`() throws {
    for scale in [1e-200, 1, 1e200] {
      let values = (0..<300).map { (i: Int) -> Double in
        scale * (i < 60 ? pow(0.8, Double(i / 2)) : -0.01 * Double(i % 7))
      }
      let a = matrix(values)
      let eigen = try leading(15, of: a)
      #expect(eigen.values.count == 15)
      check(eigen, 15, of: a, values: values)
    }
  }

  /// Spectra that fall too slowly, have fewer directions than are looked at first, or more equal values than
  /// a block has rows.
  private static func awkward(_ i: Int, _ kind: String) -> Double {
    switch kind {
    case "all equal": 2.5
    case "flat": 1 - 1e-3 * Double(i)
    case "few": i < 12 ? Double(20 - i) : 0
    default: i < 12 ? 2 : 1 / Double(i)
    }
  }

  @Test(arguments: ["all equal", "flat", "few", "12 equal"])
  func `All pairs are found where Lanczos might miss one`(kind: String) throws {
    let values = (0..<300).map { Self.awkward($0, kind) }
    let a = matrix(values)
    let eigen = try leading(15, of: a)
    // Rounding may bring out the copies that no block has room for.
    if kind != "12 equal" { #expect(eigen.values.count == 300) }
    check(eigen, 15, of: a, values: values)
  }

  @Test func `The largest few of a large flat matrix are found without the others`() throws {
    // Two above those of noise.
    let n = 1603
    let values = (0..<n).map { $0 < 2 ? 5 - 0.5 * Double($0) : 4 - 4 * pow(Double($0) / Double(n), 2.0 / 3) }
    let a = matrix(values)
    let eigen = try leading(2, of: a)
    #expect(eigen.values.count == 2)
    check(eigen, 2, of: a, values: values)
  }

  @Test func `A missed pair is detected`() throws {
    let (n, k) = (300, 12)
    let a = matrix((0..<n).map { 1 / Double($0 + 1) })
    let found = try leading(k, of: a)
    let matrix = try a.withUnsafeBufferPointer { try Buffer(copying: $0) }
    let space = try Buffer<Double>(count: n * n)
    let product = try DoubleProduct(rows: n, columns: n, in: .standard)
    for missed in [nil, 0, 5, k - 2] {
      let rows = (0..<k).filter { $0 != missed }
      let values = try Buffer<Double>(count: rows.count)
      let vectors = try Buffer<Double>(count: rows.count * n)
      for (i, row) in rows.enumerated() {
        values[i] = found.values[row]
        (vectors.base + i * n).update(from: found.vectors.base + row * n, count: n)
      }
      let isProven = try SymmetricEigen.Lanczos(values: values, vectors: vectors).hasNoneAbove(
        of: matrix.base, n: n, margin: 1e-12, using: space, product: product, in: .standard)
      #expect(isProven == (missed == nil), "\(String(describing: missed))")
    }
  }

  @Test func `One and two threads give the same bits`() throws {
    let a = matrix((0..<420).map { 1 / Double($0 + 1) })
    let one = try leading(30, of: a, threads: 1)
    let two = try leading(30, of: a, threads: 2)
    #expect(one.values.count == 30)
    #expect(Array(one.values.elements) == Array(two.values.elements))
    #expect(Array(one.vectors.elements) == Array(two.vectors.elements))
  }

  @Test(arguments: [1, 5, 47, 48, 49, 130])
  func `A factor reproduces the matrix, or is reported missing`(
    n: Int
  ) throws {
    let a = matrix((0..<n).map { 0.1 + Double($0) })
    for table in Kernels.allTables {
      let context = try Context(kernels: table)
      let product = try DoubleProduct(rows: n, columns: n, in: context)
      let r = try a.withUnsafeBufferPointer { try Buffer(copying: $0) }
      #expect(Cholesky.factorUpper(DoubleMatrix(r.base, rows: n, columns: n), product: product, in: context))
      for i in 0..<n {
        for j in i..<n {
          let sum = (0...i).reduce(0) { $0 + r[$1 * n + i] * r[$1 * n + j] }
          #expect(abs(sum - a[i * n + j]) < 1e-13 * Double(n * n))
        }
      }
      for i in 0..<n * n { r[i] = a[i] }
      for i in 0..<n { r[i * n + i] -= 0.1 + 1e-9 }
      #expect(!Cholesky.factorUpper(DoubleMatrix(r.base, rows: n, columns: n), product: product, in: context))
    }
  }
}
