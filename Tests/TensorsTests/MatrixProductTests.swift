import Kernels
import Tensors
import TestSupport
import Testing

/// m, n, k: none, one, skinny, odd, just past the tile, several blocks deep and wide.
private let shapes: [(Int, Int, Int)] = [
  (0, 5, 3), (5, 0, 3), (3, 7, 0), (1, 1, 1), (1, 7, 5), (1, 97, 33), (1, 400, 784), (2, 48, 20),
  (3, 20, 400),
  (4, 33, 17), (5, 16, 20), (6, 16, 4), (7, 17, 321), (13, 31, 640), (6, 32, 1000), (64, 20, 400),
  (128, 40, 20),
  (145, 65, 129), (290, 37, 330), (31, 1030, 1100),
]

private let contexts: [Context] = Kernels.allTables.flatMap { table in
  [1, 2, 3].compactMap { try? Context(threadCount: $0, kernels: table) }
}

@Suite struct MatrixProductTests {
  @Test(arguments: contexts.indices)
  func everyShapeAndOrientationAgreesWithDouble(_ index: Int) throws {
    let context = contexts[index]
    for (m, n, k) in shapes {
      // One float off the alignment, rows padded.
      let aData = try noise(m * (k + 3) + k * (m + 2) + 1, seed: 1)
      let bData = try noise(k * (n + 5) + n * (k + 1) + 1, seed: 2)
      for isATransposed in [false, true] {
        for isBTransposed in [false, true] {
          let a =
            isATransposed
            ? Matrix(aData.base + 1, rows: k, columns: m, rowStride: m + 2).transposed
            : Matrix(aData.base + 1, rows: m, columns: k, rowStride: k + 3)
          let b =
            isBTransposed
            ? Matrix(bData.base + 1, rows: n, columns: k, rowStride: k + 1).transposed
            : Matrix(bData.base + 1, rows: k, columns: n, rowStride: n + 5)
          let c = try Buffer<Float>(count: m * (n + 1))
          let cMatrix = Matrix(c.base, rows: m, columns: n, rowStride: n + 1)
          for i in 0..<c.count { c.base[i] = 77 }
          context.multiply(a, b, into: cMatrix)
          check(a, b, cMatrix, scale: 1, "\(m)×\(n)×\(k)")
          for i in 0..<m { #expect(c.base[i * (n + 1) + n] == 77, "wrote past row \(i) of \(m)×\(n)×\(k)") }
          context.multiply(a, b, into: cMatrix, accumulating: true)
          check(a, b, cMatrix, scale: 2, "\(m)×\(n)×\(k) accumulating")
        }
      }
    }
  }

  private func check(_ a: Matrix, _ b: Matrix, _ c: Matrix, scale: Double, _ name: String) {
    var worst = 0.0
    for i in 0..<c.rowCount {
      // Every element of small products, a spread of the large ones.
      for j in stride(from: i % 3, to: c.columnCount, by: c.rowCount * c.columnCount > 10_000 ? 7 : 1) {
        let reference = referenceProduct(a, b, row: i, column: j)
        let error = abs(Double(c.base[i * c.rowStride + j]) - scale * reference.value)
        worst = max(worst, error / max(scale * reference.scale, 1e-30))
        if a.columnCount == 0 { worst = max(worst, error) }
      }
    }
    #expect(worst < 2e-6, "\(name)")
  }

  @Test func aRowsBitsDependOnNeitherBatchNorThreadsNorPacking() throws {
    for table in Kernels.allTables {
      let one = try Context(threadCount: 1, kernels: table)
      let many = try Context(threadCount: 3, kernels: table)
      for (n, k) in [(400, 784), (20, 400), (33, 1001), (784, 20)] {
        let a = try noise(64 * k, seed: 3)
        let b = try noise(k * n, seed: 4)
        let bias = try noise(n, seed: 5)
        let bMatrix = Matrix(b.base, rows: k, columns: n)
        let packed = try PackedMatrix(bMatrix, in: many)
        let full = try Buffer<Float>(count: 64 * n)
        many.multiply(
          Matrix(a.base, rows: 64, columns: k), bMatrix, into: Matrix(full.base, rows: 64, columns: n),
          bias: bias.base, activation: .leakyReLU(slope: 0.2))
        for m in [1, 2, 3, 4, 5, 7, 23, 64] {
          let part = try Buffer<Float>(count: m * n)
          let aMatrix = Matrix(a.base, rows: m, columns: k)
          let c = Matrix(part.base, rows: m, columns: n)
          one.multiply(aMatrix, bMatrix, into: c, bias: bias.base, activation: .leakyReLU(slope: 0.2))
          #expect((0..<m * n).allSatisfy { part.base[$0] == full.base[$0] }, "\(table.name) \(m)×\(n)×\(k)")
          many.multiply(aMatrix, packed: packed, into: c, bias: bias.base, activation: .leakyReLU(slope: 0.2))
          #expect(
            (0..<m * n).allSatisfy { part.base[$0] == full.base[$0] }, "\(table.name) packed \(m)×\(n)×\(k)")
        }
      }
    }
  }
}
