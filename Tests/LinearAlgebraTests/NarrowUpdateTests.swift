import Kernels
import LinearAlgebra
import Tensors
import TestSupport
import Testing

/// Sums over rows of few columns, beside plain loops.
@Suite struct NarrowUpdateTests {
  private func numbers(_ count: Int, seed: Int) throws -> Buffer<Double> {
    var random = TestNumbers(seed: seed)
    let buffer = try Buffer<Double>(count: count)
    for i in 0..<count { buffer.base[i] = random.uniform() - 0.5 }
    return buffer
  }

  @Test(arguments: [(1, 1), (3, 4), (63, 5), (64, 16), (65, 17), (1000, 31), (9000, 64)])
  func `Products and sums equal those of loops, for any instruction set and threads`(n: Int, d: Int) throws {
    let x = try numbers(n * d, seed: n + d)
    // The loops' own rounding.
    let rounding = 1e-14 * Double(n + 100)
    for table in Kernels.allTables {
      let bits = try [1, 2, 3].map { threads in
        let context = try Context(threadCount: threads, kernels: table)
        let (c, t) = (try Buffer<Double>(count: d * d), try Buffer<Double>(count: d))
        c.base[0] = 1
        let update = try NarrowUpdate(rows: n, columns: d, in: context)
        update.run(into: c.base, sums: t.base) { first, count, block, pitch in
          let rows = DoubleMatrix(x.base + first * d, rows: count, columns: d)
          context.centreColumns(rows, about: nil, into: block, pitch: pitch)
        }
        for i in 0..<d {
          let sum = (0..<n).reduce(0) { $0 + x[$1 * d + i] }
          #expect(abs(t[i] - sum) < rounding)
          for j in i..<d {
            let product = (0..<n).reduce(i + j == 0 ? 1 : 0) { $0 + x[$1 * d + i] * x[$1 * d + j] }
            #expect(abs(c[i * d + j] - product) < rounding)
          }
        }
        return (0..<d).flatMap { i in (i..<d).map { c[i * d + $0] } } + Array(t.elements)
      }
      #expect(bits[0] == bits[1] && bits[0] == bits[2])
    }
  }

  @Test(arguments: [(70, 9, 3), (300, 64, 64), (5, 40, 1)])
  func `Rows are rotated first`(n: Int, d: Int, m: Int) throws {
    let (x, v) = (try numbers(n * d, seed: 1), try numbers(m * d, seed: 2))
    for table in Kernels.allTables {
      let (c, t) = (try Buffer<Double>(count: m * m), try Buffer<Double>(count: m))
      let context = try Context(kernels: table)
      let update = try NarrowUpdate(
        rows: n, columns: d, rotatedBy: DoubleMatrix(v.base, rows: m, columns: d), in: context)
      update.run(into: c.base, sums: t.base) { first, count, block, pitch in
        let rows = DoubleMatrix(x.base + first * d, rows: count, columns: d)
        context.centreColumns(rows, about: nil, into: block, pitch: pitch)
      }
      let y = (0..<n).map { i in (0..<m).map { p in (0..<d).reduce(0) { $0 + x[i * d + $1] * v[p * d + $1] } }
      }
      for p in 0..<m {
        #expect(abs(t[p] - y.reduce(0) { $0 + $1[p] }) < 1e-11)
        for q in p..<m { #expect(abs(c[p * m + q] - y.reduce(0) { $0 + $1[p] * $1[q] }) < 1e-10) }
      }
    }
  }

  @Test(arguments: [(1, 1, 1), (7, 300, 5), (48, 784, 50), (13, 257, 33)])
  func `A packed right-hand side gives the same product as loops`(n: Int, k: Int, m: Int) throws {
    let (x, b) = (try numbers(n * k, seed: 3), try numbers(k * m, seed: 4))
    for table in Kernels.allTables {
      let context = try Context(kernels: table)
      let packed = try PackedDoubles(DoubleMatrix(b.base, rows: k, columns: m), in: context)
      let space = try Buffer<Double>(count: packed.spaceCount(n))
      let y = try Buffer<Double>(count: n * m)
      packed.multiply(x.base, n, into: y.base, space: space.base)
      for i in 0..<n {
        for j in 0..<m {
          let sum = (0..<k).reduce(0) { $0 + x[i * k + $1] * b[$1 * m + j] }
          #expect(abs(y[i * m + j] - sum) < 1e-12)
        }
      }
    }
  }
}
