import Evaluation
import Statistics
import Tensors
import TestSupport
import Testing

/// The distance by products of rows beside the one by covariances.
@Suite struct FrechetDistanceTests {
  /// Numbers of columns and of rows of both sets.
  private static let sizes = [
    (31, 5, 7), (31, 7, 5), (31, 2, 3), (31, 2, 200), (31, 20, 23), (530, 17, 12), (1030, 40, 40),
  ]

  private func rows(_ n: Int, _ d: Int, seed: Int, offset: Double) throws -> Buffer<Float> {
    var numbers = TestNumbers(seed: seed)
    let rows = numbers.mixedRows(n, d, rank: min(d, 25), condition: 30, offset: offset)
    return try rows.flatMap { $0 }.withUnsafeBufferPointer { try Buffer(copying: $0) }
  }

  private func byRows(
    _ a: Buffer<Float>, _ b: Buffer<Float>, columns d: Int, in context: Context = .standard
  ) throws(GenerativeError) -> Double {
    try FrechetDistance.between(
      Matrix(a.base, rows: a.count / d, columns: d), Matrix(b.base, rows: b.count / d, columns: d),
      context: context)
  }

  private func byCovariances(_ a: Buffer<Float>, _ b: Buffer<Float>, columns d: Int) throws -> Double {
    let (first, second) = (try Moments(columns: d), try Moments(columns: d))
    try first.add(Matrix(a.base, rows: a.count / d, columns: d))
    try second.add(Matrix(b.base, rows: b.count / d, columns: d))
    return try FrechetDistance.between(first, second, context: .standard)
  }

  @Test(arguments: sizes) func `Distances from rows and from covariances agree`(_ d: Int, _ n: Int, _ m: Int)
    throws
  {
    for offset in [0, 0.5, 40] {
      let (a, b) = (try rows(n, d, seed: 1, offset: offset), try rows(m, d, seed: 2, offset: 1.1 * offset))
      let (found, wanted) = (try byRows(a, b, columns: d), try byCovariances(a, b, columns: d))
      #expect(abs(found / wanted - 1) < 1e-9, "\(found), not \(wanted)")
      #expect(try byRows(b, a, columns: d) == found || n == m)
    }
  }

  /// Of points ±p on one axis and ±q on another the means are 0, the variances p²·2 and q²·2, and no axis
  /// is shared: the distance is their sum. On one axis it is (p − q)²·2.
  @Test func `Sets of two points match the closed form`() throws {
    let d = 9
    func points(_ axis: Int, _ size: Float) throws -> Buffer<Float> {
      let rows = try Buffer<Float>(count: 2 * d)
      (rows[axis], rows[d + axis]) = (size, -size)
      return rows
    }
    let (a, b, c) = (try points(2, 3), try points(7, 0.5), try points(2, 0.5))
    #expect(abs(try byRows(a, b, columns: d) - (18 + 0.5)) < 1e-13)
    #expect(abs(try byRows(a, c, columns: d) - 2 * 2.5 * 2.5) < 1e-13)
  }

  @Test func `A set is at distance zero from itself, and repeated rows count`() throws {
    let d = 300
    let a = try rows(11, d, seed: 3, offset: 2)
    #expect(try byRows(a, a, columns: d) < 1e-12)
    let twice = try Buffer<Float>(count: 2 * a.count)
    for i in 0..<twice.count { twice[i] = a[i % a.count] }
    // Of every row twice the covariance is 20/21 of the other.
    let ratio = (20.0 / 21).squareRoot()
    let (first, second) = (try byRows(a, twice, columns: d), try byCovariances(a, twice, columns: d))
    var trace = 0.0
    for j in 0..<d {
      let mean = (0..<11).reduce(0) { $0 + Double(a[$1 * d + j]) } / 11
      for i in 0..<11 { trace += (Double(a[i * d + j]) - mean) * (Double(a[i * d + j]) - mean) / 10 }
    }
    #expect(abs(first - (1 - ratio) * (1 - ratio) * trace) < 1e-12 * trace)
    #expect(abs(second - first) < 1e-6 * trace)
  }

  @Test func `The number of threads has no effect, and few rows give a warning`() throws {
    let d = 600
    let (a, b) = (try rows(70, d, seed: 4, offset: 0), try rows(90, d, seed: 5, offset: 0.1))
    let told = Guarded([String]())
    let found = try [1, 2].map { threads in
      try byRows(
        a, b, columns: d,
        in: Context(
          threadCount: threads,
          log: { level, message in if level == .warning { told.withLock { $0.append(message) } } }))
    }
    #expect(found[0] == found[1])
    let messages = told.withLock { $0 }
    #expect(messages.count == 2 && messages.allSatisfy { $0.contains("70 rows of 600 features") })
  }

  @Test func `It can be cancelled, and refuses NaN`() throws {
    let (a, b) = (try rows(5, 31, seed: 1, offset: 0), try rows(7, 31, seed: 2, offset: 0))
    for last in 0..<3 {
      var calls = 0
      let run = Run({ _, _, _ in true }) {
        calls += 1
        return calls > last + 1
      }
      do throws(GenerativeError) {
        try run.during { () throws(GenerativeError) in _ = try byRows(a, b, columns: 31) }
        Issue.record("call \(last) was not asked")
      } catch {
        #expect(error.status == .cancelled)
      }
    }
    a[40] = .nan
    #expect(throws: GenerativeError.self) { try byRows(a, b, columns: 31) }
  }

  @Test func `It needs no matrix of columns × columns`() throws {
    let d = 20_000
    let (a, b) = (try rows(6, d, seed: 1, offset: 0), try rows(4, d, seed: 2, offset: 0))
    let context = try Context(threadCount: 1, memory: Memory())
    let before = context.memory.usedByteCount
    _ = try byRows(a, b, columns: d, in: context)
    #expect(context.memory.peakByteCount - before < 2 << 20)
  }
}
