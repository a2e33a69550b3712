import Glibc
import Kernels
import LinearAlgebra
import Tensors
import Testing

/// The eigensolver against the definition A·v = λ·v, exact spectra, and a Jacobi solver.
@Suite struct SymmetricEigenTests {
  /// A symmetric matrix of normal numbers; row-major.
  private func randomMatrix(_ n: Int, seed: UInt64) -> [Double] {
    let random = Random(seed: seed, purpose: .test)
    var a = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in i..<n {
        let value = Double(random.uniform(at: i * n + j)) - 0.5 + (i == j ? 0.3 : 0)
        a[i * n + j] = value
        a[j * n + i] = value
      }
    }
    return a
  }

  /// Cyclic Jacobi rotations until the off-diagonal part vanishes: slow, simple, accurate.
  private func jacobiEigenvalues(_ matrix: [Double], _ n: Int) -> [Double] {
    var a = matrix
    for _ in 0..<60 {
      var off = 0.0
      for p in 0..<n {
        for q in p + 1..<max(n, p + 1) {
          let apq = a[p * n + q]
          off += apq * apq
          if apq == 0 { continue }
          let theta = (a[q * n + q] - a[p * n + p]) / (2 * apq)
          let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for k in 0..<n {
            let x = a[k * n + p]
            let y = a[k * n + q]
            a[k * n + p] = c * x - s * y
            a[k * n + q] = s * x + c * y
          }
          for k in 0..<n {
            let x = a[p * n + k]
            let y = a[q * n + k]
            a[p * n + k] = c * x - s * y
            a[q * n + k] = s * x + c * y
          }
        }
      }
      if off < 1e-40 { break }
    }
    return (0..<n).map { a[$0 * n + $0] }.sorted(by: >)
  }

  private func solve(_ matrix: [Double], _ n: Int, largest k: Int? = nil, threads: Int = 2) throws
    -> SymmetricEigen
  {
    let a = try matrix.withUnsafeBufferPointer { try Buffer(copying: $0) }
    return try SymmetricEigen(
      destroying: a.base, n: n, largest: k, in: Context(threadCount: threads))
  }

  @Test(arguments: [1, 2, 3, 5, 31, 32, 33, 64, 65, 97, 150, 229, 300])
  func `Every pair solves the equation and the vectors are orthonormal`(n: Int) throws {
    let a = randomMatrix(n, seed: UInt64(n))
    let (residual, overlap) = faults(a, n, try solve(a, n))
    #expect(residual < 1e-13 * Double(n))
    #expect(overlap < 1e-13 * Double(n).squareRoot() + 1e-14)
  }

  @Test(arguments: [4, 33, 71, 130])
  func `Eigenvalues equal those of Jacobi rotations`(n: Int) throws {
    let a = randomMatrix(n, seed: 7)
    let expected = jacobiEigenvalues(a, n)
    let eigen = try solve(a, n)
    for i in 0..<n { #expect(abs(eigen.values[i] - expected[i]) < 1e-13 * Double(n)) }
  }

  @Test func `The second difference has its known spectrum`() throws {
    let n = 201
    var a = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      a[i * n + i] = 2
      if i + 1 < n {
        a[i * n + i + 1] = -1
        a[(i + 1) * n + i] = -1
      }
    }
    let eigen = try solve(a, n)
    for k in 1...n {
      let s = sin(Double.pi * Double(n + 1 - k) / Double(2 * (n + 1)))
      #expect(abs(eigen.values[k - 1] - 4 * s * s) < 1e-13)
    }
    let (residual, overlap) = faults(a, n, eigen)
    #expect(residual < 1e-13 && overlap < 1e-12)
  }

  @Test func `Wilkinson's matrix with its nearly equal pairs keeps orthogonal vectors`() throws {
    let n = 121
    var a = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      a[i * n + i] = abs(Double(i - 60))
      if i + 1 < n {
        a[i * n + i + 1] = 1
        a[(i + 1) * n + i] = 1
      }
    }
    let (residual, overlap) = faults(a, n, try solve(a, n))
    #expect(residual < 1e-12 && overlap < 1e-12)
  }

  @Test func `Zero, identity, rank one and block matrices are solved`() throws {
    let n = 77
    let zero = [Double](repeating: 0, count: n * n)
    var identity = zero
    var rankOne = zero
    for i in 0..<n {
      identity[i * n + i] = 3
      for j in 0..<n { rankOne[i * n + j] = Double(i + 1) * Double(j + 1) }
    }
    for (a, first, second) in [(zero, 0.0, 0.0), (identity, 3, 3), (rankOne, 77.0 * 78 * 155 / 6, 0)] {
      let eigen = try solve(a, n)
      #expect(abs(eigen.values[0] - first) <= 1e-9)
      #expect(abs(eigen.values[1] - second) <= 1e-9)
      let (residual, overlap) = faults(a, n, eigen)
      #expect(residual < 1e-9 && overlap < 1e-12)
    }
  }

  @Test func `Huge and tiny matrices neither overflow nor vanish`() throws {
    for exponent in [-300.0, 300] {
      let a = randomMatrix(45, seed: 3)
      let factor = pow(10, exponent)
      let plain = try solve(a, 45)
      let scaled = try solve(a.map { $0 * factor }, 45)
      for i in 0..<45 { #expect(abs(scaled.values[i] / factor - plain.values[i]) < 1e-12) }
    }
  }

  @Test func `The largest pairs equal the first of all pairs`() throws {
    let n = 180
    let a = randomMatrix(n, seed: 11)
    let all = try solve(a, n)
    for k in [0, 1, 7, 100, 180] {
      let some = try solve(a, n, largest: k)
      #expect(some.vectorCount == k)
      for i in 0..<n { #expect(some.values[i] == all.values[i]) }
      for i in 0..<k * n { #expect(some.vectors[i] == all.vectors[i]) }
    }
  }

  @Test func `One and two threads give the same bits`() throws {
    let n = 333
    let a = randomMatrix(n, seed: 5)
    let one = try solve(a, n, threads: 1)
    let two = try solve(a, n, threads: 2)
    for i in 0..<n * n { #expect(one.vectors[i] == two.vectors[i]) }
  }

  @Test func `Every instruction set solves the problem equally`() throws {
    let n = 211
    let a = randomMatrix(n, seed: 6)
    for table in Kernels.allTables {
      let buffer = try a.withUnsafeBufferPointer { try Buffer(copying: $0) }
      let eigen = try SymmetricEigen(destroying: buffer.base, n: n, in: Context(kernels: table))
      let (residual, overlap) = faults(a, n, eigen)
      #expect(residual < 2e-11 && overlap < 2e-12, "\(table.name)")
    }
  }

  @Test func `A NaN is an error, and so are too many vectors`() throws {
    var a = randomMatrix(5, seed: 1)
    #expect(throws: GenerativeError.self) { try solve(a, 5, largest: 6) }
    a[7] = .nan
    #expect { try solve(a, 5) } throws: { ($0 as? GenerativeError)?.status == .nonfinite }
  }

  @Test(arguments: [(3, 5, 7), (4, 8, 256), (67, 41, 300), (1, 1, 1), (130, 9, 2)])
  func `The Double product equals three loops for any strides`(m: Int, n: Int, k: Int) throws {
    let a = randomMatrix(max(m, k), seed: 21)
    let b = randomMatrix(max(n, k), seed: 22)
    let aBuffer = try a.withUnsafeBufferPointer { try Buffer(copying: $0) }
    let bBuffer = try b.withUnsafeBufferPointer { try Buffer(copying: $0) }
    let c = try Buffer<Double>(count: m * n)
    let av = DoubleMatrix(aBuffer.base, rows: k, columns: m, rowStride: max(m, k)).transposed
    let bv = DoubleMatrix(bBuffer.base, rows: n, columns: k, rowStride: max(n, k)).transposed
    for table in Kernels.allTables {
      for i in 0..<m * n { c[i] = 0.001 * Double(i) }
      try DoubleProduct(rows: m, columns: n, in: Context(kernels: table)).add(
        av, bv, scale: -2, into: DoubleMatrix(c.base, rows: m, columns: n))
      check()
    }
    func check() {
      for i in 0..<m {
        for j in 0..<n {
          var sum = 0.001 * Double(i * n + j)
          for p in 0..<k { sum -= 2 * a[p * max(m, k) + i] * b[j * max(n, k) + p] }
          #expect(abs(c[i * n + j] - sum) < 1e-12)
        }
      }
    }
  }

  @Test(arguments: [(5, 9), (61, 61), (150, 143)])
  func `The upper triangle of a product is complete`(m: Int, k: Int) throws {
    let a = randomMatrix(max(m, k), seed: 23)
    let buffer = try a.withUnsafeBufferPointer { try Buffer(copying: $0) }
    let view = DoubleMatrix(buffer.base, rows: k, columns: m, rowStride: max(m, k))
    for table in Kernels.allTables {
      let c = try Buffer<Double>(count: m * m)
      try DoubleProduct(rows: m, columns: m, in: Context(kernels: table)).add(
        view.transposed, view, into: DoubleMatrix(c.base, rows: m, columns: m), upperOnly: true)
      for i in 0..<m {
        for j in i..<m {
          let sum = (0..<k).reduce(0.0) { $0 + a[$1 * max(m, k) + i] * a[$1 * max(m, k) + j] }
          #expect(abs(c[i * m + j] - sum) < 1e-12)
        }
      }
    }
  }
}

/// max |A·v − λ·v| and max |V·Vᵀ − I|.
func faults(_ a: [Double], _ n: Int, _ eigen: SymmetricEigen) -> (residual: Double, overlap: Double) {
  var residual = 0.0
  var overlap = 0.0
  let v = eigen.vectors.base
  for i in 0..<eigen.vectorCount {
    for r in 0..<n {
      var sum = 0.0
      for c in 0..<n { sum += a[r * n + c] * v[i * n + c] }
      residual = max(residual, abs(sum - eigen.values[i] * v[i * n + r]))
    }
    for j in 0...i {
      var sum = i == j ? -1.0 : 0
      for c in 0..<n { sum += v[i * n + c] * v[j * n + c] }
      overlap = max(overlap, abs(sum))
    }
  }
  return (residual, overlap)
}
