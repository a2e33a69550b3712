import Kernels
import TestSupport
import Tensors
import Testing

private let contexts: [Context] = Kernels.allTables.flatMap { table in
  [1, 3].compactMap { try? Context(threadCount: $0, kernels: table) }
}

@Suite struct RankUpdateTests {
  @Test func sumsInDoubleStayCloseOverManyRows() throws {
    for context in contexts {
      for (m, n) in [(0, 3), (1, 1), (5, 7), (321, 33), (2_000, 50), (60_000, 19), (700, 131), (643, 1_700)] {
        let a = try noise(m * (n + 2), seed: 8, 0, 1)
        let shift = try noise(n, seed: 9, 0.3, 0.6)
        let c = try Buffer<Double>(count: n * n)
        let sums = try Buffer<Double>(count: n)
        for i in 0..<n * n { c[i] = 1 }
        let x = Matrix(a.base, rows: m, columns: n, rowStride: n + 2)
        context.rankUpdate(x, subtracting: shift.base, into: c.base, sums: sums.base)
        context.mirrorUpperTriangle(c.base, columns: n)
        var worst = 0.0
        var worstSum = 0.0
        var isSymmetric = true
        for i in 0..<n {
          var sum = 0.0
          for p in 0..<m { sum += Double(a[p * (n + 2) + i] - shift[i]) }
          worstSum = max(worstSum, abs(sums[i] - sum))
          for j in stride(from: i, to: n, by: 1 + n / 7) {
            var value = 0.0
            var scale = 1e-9
            for p in 0..<m {
              let product =
                (Double(a[p * (n + 2) + i]) - Double(shift[i]))
                * (Double(a[p * (n + 2) + j]) - Double(shift[j]))
              value += product
              scale += abs(product)
            }
            isSymmetric = isSymmetric && c[i * n + j] == c[j * n + i]
            worst = max(worst, abs(c[i * n + j] - 1 - value) / scale)
          }
        }
        #expect(worst < 1e-6, "\(context.kernels.name) \(m)×\(n)")
        #expect(worstSum <= 1e-9 * Double(m), "\(context.kernels.name) \(m)×\(n)")
        #expect(isSymmetric)
      }
    }
  }

  @Test func rowsWithoutGapsGiveTheBitsOfRowsWithGaps() throws {
    // Several slabs: of rows without gaps the next one is fetched ahead.
    let (m, n) = (2_700, 259)
    for context in contexts {
      let a = try noise(m * n, seed: 11)
      let spread = try Buffer<Float>(count: m * (n + 5))
      for i in 0..<m { (spread.base + i * (n + 5)).update(from: a.base + i * n, count: n) }
      let (packed, gaps) = (try Buffer<Double>(count: n * n), try Buffer<Double>(count: n * n))
      context.rankUpdate(Matrix(a.base, rows: m, columns: n), into: packed.base)
      context.rankUpdate(Matrix(spread.base, rows: m, columns: n, rowStride: n + 5), into: gaps.base)
      var differences = 0
      for i in 0..<n { for j in i..<n where packed[i * n + j] != gaps[i * n + j] { differences += 1 } }
      #expect(differences == 0, "\(context.kernels.name)")
    }
  }

  @Test func bytesAreMultipliedExactly() throws {
    for context in contexts {
      for (m, n) in [(0, 3), (1, 1), (5, 7), (2, 16), (641, 33), (1_283, 50), (40_001, 18), (2_571, 1_700)] {
        let a = try Buffer<UInt8>(count: m * (n + 3))
        let random = Random(seed: 10, purpose: .test)
        // The long one at the largest value, where a lane could overflow.
        for i in 0..<a.count {
          a[i] = m > 40_000 ? 255 : UInt8(truncatingIfNeeded: random.words(UInt64(i)).x)
        }
        let c = try Buffer<Double>(count: n * n)
        let sums = try Buffer<Double>(count: n)
        context.rankUpdate(
          bytes: a.base, rows: m, columns: n, rowStride: n + 3, into: c.base, sums: sums.base)
        context.mirrorUpperTriangle(c.base, columns: n)
        var differences = 0
        for i in 0..<n {
          var sum = 0
          for p in 0..<m { sum += Int(a[p * (n + 3) + i]) }
          if sums[i] != Double(sum) { differences += 1 }
          for j in stride(from: i, to: n, by: 1 + n / 7) {
            var value = 0
            for p in 0..<m { value += Int(a[p * (n + 3) + i]) * Int(a[p * (n + 3) + j]) }
            if c[i * n + j] != Double(value) || c[j * n + i] != Double(value) { differences += 1 }
          }
        }
        #expect(differences == 0, "\(context.kernels.name) \(m)×\(n)")
      }
    }
  }
}
