import Models
import Ranks
import Statistics
import Tensors
import Testing
import TestSupport

/// A PCA over ranks is the one of all rows on one machine.
@Suite struct PCARanksTests {
  private static let columns = 21

  /// Rows of bytes, or of floats far from zero, in one piece.
  private struct Rows: RowSource, Sendable {
    let bytes: Buffer<UInt8>
    let floats: Buffer<Float>
    var range: Range<Int>
    var areBytes = true
    var columnCount: Int
    var knownRowCount: Int? { range.count }
    var element: RowElement { areBytes ? .byte : .float }

    init(rows: Int, columns: Int = columns) throws {
      bytes = try Buffer(count: rows * columns)
      floats = try Buffer(count: rows * columns)
      range = 0..<rows
      columnCount = columns
      var numbers = TestNumbers(seed: 5)
      for i in 0..<rows {
        let (a, b) = (numbers.uniform(), numbers.uniform())
        for j in 0..<columns {
          let value = 120 * a * Double(j) / Double(columns) + 60 * b * Double(j % 3) + 10 * numbers.uniform()
          bytes.base[i * columns + j] = UInt8(min(value, 255))
          floats.base[i * columns + j] = Float(value + Double(100 * j))
        }
      }
    }

    func forEachBatch(_ body: (RowBatch) throws(GenerativeError) -> Void) throws(GenerativeError) {
      guard !range.isEmpty else { return }
      defer { withExtendedLifetime((bytes, floats)) {} }
      let start = range.lowerBound * columnCount
      if areBytes {
        try body(.bytes(bytes.base + start, rowCount: range.count))
      } else {
        try body(.floats(Matrix(floats.base + start, rows: range.count, columns: columnCount)))
      }
    }

    func part(_ range: Range<Int>, bytes: Bool) -> Rows {
      var part = self
      (part.range, part.areBytes) = (range, bytes)
      return part
    }
  }

  private struct Found: Sendable, Equatable {
    var variances: [Double]
    var components: [Double]
    var mean: [Double]
    var total: Double
    var rowCount: Int

    init(_ pca: PCA) throws(GenerativeError) {
      let solution = try pca.solution()
      variances = Array(solution.explainedVariance.elements)
      components = Array(solution.components.elements)
      mean = Array(solution.mean.elements)
      total = solution.totalVariance
      rowCount = solution.rowCount
    }
  }

  /// What each rank finds.
  private func fit(
    _ parts: [Rows], _ options: [PCA.Options], failure: ThreadRanks.Failure? = nil
  ) -> [Result<Found, GenerativeError>] {
    let threads = ThreadRanks(parts.count, failure: failure)
    let found = Guarded([Result<Found, GenerativeError>?](repeating: nil, count: parts.count))
    threads.run { rank in
      let result = Result { () throws(GenerativeError) -> Found in
        let pca = try PCA(
          options[rank % options.count], ranks: { () throws(GenerativeError) in threads.ranks(rank) },
          in: try Context(threadCount: 1))
        try pca.fit(parts[rank])
        return try Found(pca)
      }
      found.withLock { $0[rank] = result }
    }
    return found.withLock { $0.compactMap { $0 } }
  }

  private func options(_ solver: PCA.Solver = .automatic, _ k: Int = 4) -> PCA.Options {
    var options = PCA.Options()
    options.components = .count(k)
    options.solver = solver
    options.seed = 9
    return options
  }

  private static let cuts = [[0, 500], [0, 7, 500], [0, 300, 301, 320, 500]]

  @Test(arguments: [PCA.Solver.automatic, .sketch], cuts) func `Bytes give one machine's bits on every rank`(
    solver: PCA.Solver, cuts: [Int]
  ) throws {
    let rows = try Rows(rows: 500)
    let alone = try PCA(options(solver))
    try alone.fit(rows)
    let expected = try Found(alone)
    let parts = zip(cuts, cuts.dropFirst()).map { rows.part($0..<$1, bytes: true) }
    for found in fit(parts, [options(solver)]) { #expect(try found.get() == expected) }
  }

  @Test(arguments: [PCA.Solver.automatic, .sketch], cuts.dropFirst()) func `Floats agree to 1e-12`(
    solver: PCA.Solver, cuts: [Int]
  ) throws {
    let rows = try Rows(rows: 500)
    let alone = try PCA(options(solver))
    try alone.fit(rows.part(0..<500, bytes: false))
    let expected = try Found(alone)
    let parts = zip(cuts, cuts.dropFirst()).map { rows.part($0..<$1, bytes: false) }
    let all = try fit(parts, [options(solver)]).map { try $0.get() }
    for found in all {
      #expect(found == all[0])
      // A second pass rounds the first one's directions, which a last bit may move.
      let tolerance = solver == .sketch ? 1e-9 : 1e-12
      for (a, b) in zip(found.variances, expected.variances) { #expect(abs(a - b) <= tolerance * b) }
      #expect(abs(found.total - expected.total) <= 1e-12 * expected.total)
      #expect(found.rowCount == 500)
    }
  }

  @Test func `Ranks with bytes and ranks with floats meet as floats`() throws {
    let rows = try Rows(rows: 60)
    let parts = [rows.part(0..<40, bytes: true), rows.part(0..<40, bytes: false)]
    let all = try fit(parts, [options()]).map { try $0.get() }
    #expect(all[0] == all[1] && all[0].rowCount == 80)
    for j in 0..<Self.columns {
      let sum = (0..<40).reduce(0.0) {
        let place = $1 * Self.columns + j
        return $0 + Double(rows.bytes.base[place]) / 255 + Double(rows.floats.base[place])
      }
      #expect(abs(Double(all[0].mean[j]) - sum / 80) <= 1e-4)
    }
  }

  @Test func `A fault on one rank is an error on all`() throws {
    let rows = try Rows(rows: 90)
    let (part, none) = (rows.part(0..<45, bytes: true), rows.part(0..<0, bytes: true))
    func statuses(_ parts: [Rows], _ options: [PCA.Options]) -> Set<String> {
      Set(
        fit(parts, options).map {
          if case .failure(let error) = $0 { "\(error.status) \(error.message.isEmpty)" } else { "none" }
        })
    }
    #expect(statuses([part, none, part], [options()]) == ["argument false"])
    #expect(statuses([part, part], [options(), options(.sketch)]) == ["mismatch false"])
    #expect(statuses([part, part], [options(), options(.automatic, 5)]) == ["mismatch false"])
    let narrow = try Rows(rows: 30, columns: 20)
    #expect(statuses([part, narrow, part], [options()]) == ["mismatch false"])
    #expect(statuses([part, part], [options(.gram)]) == ["unsupported false"])
    #expect(statuses([part, part], [options(.automatic, 22)]) == ["argument false"])
    var broken = rows.part(45..<90, bytes: false)
    #expect(statuses([part, broken], [options()]) == ["none"])
    broken.floats.base[50 * Self.columns + 3] = .nan
    broken.areBytes = false
    #expect(statuses([part, broken, part], [options()]) == ["nonfinite false"])
  }

  @Test(arguments: [PCA.Solver.automatic, .sketch]) func `A collective that fails ends the fit on all ranks`(
    solver: PCA.Solver
  ) throws {
    let rows = try Rows(rows: 90)
    let parts = [rows.part(0..<40, bytes: false), rows.part(40..<90, bytes: false)]
    var call = 0
    while true {
      let found = fit(parts, [options(solver)], failure: .init(rank: 1, call: call))
      let statuses = found.map { if case .failure(let error) = $0 { "\(error.status)" } else { "ok" } }
      if statuses == ["ok", "ok"] { break }
      #expect(statuses == ["comm", "comm"], "call \(call)")
      call += 1
    }
    #expect(call > 10)
  }
}
