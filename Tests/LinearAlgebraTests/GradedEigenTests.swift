import Foundation
import LinearAlgebra
import Tensors
import TestSupport
import Testing

/// Eigenvalues that are right relative to themselves.
@Suite struct GradedEigenTests {
  @Test(arguments: [1.0, 1e-4, 1e-9, 1e-14]) func `A small eigenvalue is accurate to all digits`(g: Double)
    throws
  {
    // Of (1, g; g, 2·g²) the product is the determinant g², whatever g.
    let h = try Buffer<Double>(count: 4)
    (h.base[0], h.base[1], h.base[3]) = (1, g, 2 * g * g)
    let eigen = try GradedEigen(destroying: h.base, n: 2, in: .standard)
    let largest = (1 + 2 * g * g + ((1 - 2 * g * g) * (1 - 2 * g * g) + 4 * g * g).squareRoot()) / 2
    #expect(abs(eigen.values[0] / largest - 1) < 4e-16)
    #expect(abs(eigen.values[1] / (g * g / largest) - 1) < 1e-15)
  }

  @Test(arguments: [1, 2, 5, 64, 131]) func `Vectors are orthonormal and diagonalize`(n: Int) throws {
    // H = D·(I + E)·D with D falling over 24 decades of H and E small.
    var random = TestNumbers(seed: n)
    let scales = (0..<n).map { pow(10, -12 * Double($0) / Double(max(n - 1, 1))) }
    let h = try Buffer<Double>(count: n * n)
    for i in 0..<n {
      for j in i..<n {
        let e = i == j ? 1 : 0.3 / Double(n) * (random.uniform() - 0.5)
        h.base[i * n + j] = scales[i] * scales[j] * e
      }
    }
    let copy = Array(h.elements)
    let results = try [1, 2].map { threads in
      for p in 0..<n * n { h.base[p] = copy[p] }
      return try GradedEigen(destroying: h.base, n: n, in: Context(threadCount: threads))
    }
    let eigen = results[0]
    #expect((0..<n).allSatisfy { eigen.values[$0] == results[1].values[$0] })
    #expect((0..<n * n).allSatisfy { eigen.vectors[$0] == results[1].vectors[$0] })
    func element(_ i: Int, _ j: Int) -> Double { copy[min(i, j) * n + max(i, j)] }
    for p in 0..<n {
      let w = eigen.vectors.base + p * n
      for q in 0..<n {
        let other = eigen.vectors.base + q * n
        let dot = (0..<n).reduce(0) { $0 + w[$1] * other[$1] }
        #expect(abs(dot - (p == q ? 1 : 0)) < 1e-13)
        // Off the diagonal relative to both, which no error of ε·‖H‖ would pass.
        let size = (eigen.values[p] * eigen.values[q]).squareRoot()
        let product = (0..<n).reduce(0.0) { sum, i in
          sum + w[i] * (0..<n).reduce(0.0) { $0 + element(i, $1) * other[$1] }
        }
        #expect(abs(product - (p == q ? eigen.values[p] : 0)) < 1e-12 * size)
      }
    }
  }

  @Test func `Rows in the span of others have no eigenvalue`() throws {
    let n = 6
    let h = try Buffer<Double>(count: n * n)
    for p in 0..<n * n { h.base[p] = 1 }
    let eigen = try GradedEigen(destroying: h.base, n: n, in: .standard)
    #expect(abs(eigen.values[0] - 6) < 1e-14)
    for i in 1..<n { #expect(abs(eigen.values[i]) < 1e-30) }
  }
}
