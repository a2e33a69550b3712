import Glibc
import Models
import Statistics
import Tensors
import Testing
import TestSupport

/// PCA on data whose components are known, and against a Jacobi singular value decomposition.
@Suite struct PCATests {
  private func fit(
    _ rows: [[Float]], _ components: PCA.Components = .all, _ solver: PCA.Solver = .automatic,
    whitens: Bool = false
  ) throws -> PCA.Solution {
    var options = PCA.Options()
    options.components = components
    options.solver = solver
    options.whitens = whitens
    let pca = try PCA(options)
    let data = try TestRows(rows)
    try pca.fit(data)
    return try pca.solution()
  }

  // MARK: - Shlens' examples

  @Test func `One motion recorded by three cameras is one component`() throws {
    var numbers = TestNumbers(seed: 1)
    // Each camera sees the spring's axis projected on its two image axes.
    let axis = (0..<6).map { _ in numbers.normal() }
    let length = axis.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let truth = axis.map { $0 / length }
    let rows = (0..<72_000).map { frame in
      let x = cos(2 * .pi * 0.7 * Double(frame) / 120)
      return truth.map { Float($0 * x + 0.01 * numbers.normal() / 2.5) }
    }
    let solution = try fit(rows)
    #expect(solution.explainedVariance[0] >= 0.999 * solution.totalVariance)
    let cosine = (0..<6).reduce(0.0) { $0 + truth[$1] * Double(solution.components[$1]) }
    #expect(abs(cosine) >= 1 - 1e-6)
  }

  @Test func `A ferris wheel's phase is not linear: two equal components`() throws {
    var numbers = TestNumbers(seed: 2)
    let rows = (0..<20_000).map { _ in
      let phase = 2 * .pi * numbers.uniform()
      return [Float(cos(phase)), Float(sin(phase))]
    }
    let solution = try fit(rows)
    #expect(abs(solution.explainedVariance[0] / solution.explainedVariance[1] - 1) < 0.02)
    #expect(abs(solution.explainedVariance[0] / solution.totalVariance - 0.5) < 0.01)
  }

  @Test func `Axes that are not orthogonal are missed`() throws {
    var numbers = TestNumbers(seed: 3)
    let angle = 35 * Double.pi / 180
    let rows = (0..<20_000).map { _ in
      let a = numbers.laplacian()
      let b = numbers.laplacian()
      return [Float(a + b * cos(angle)), Float(b * sin(angle))]
    }
    let solution = try fit(rows)
    for axis in [[1, 0], [cos(angle), sin(angle)]] {
      for i in 0..<2 {
        let cosine = abs(
          axis[0] * Double(solution.components[2 * i]) + axis[1] * Double(solution.components[2 * i + 1]))
        #expect(acos(min(cosine, 1)) * 180 / .pi > 10)
      }
    }
  }

  // MARK: - Against an independent decomposition

  @Test(arguments: 0..<200)
  func `Random matrices agree with a Jacobi decomposition`(index: Int) throws {
    var numbers = TestNumbers(seed: 100 + index)
    let n = 2 + Int(numbers.uniform() * 30)
    let d = 1 + Int(numbers.uniform() * 20)
    let full = min(n - 1, d)
    let rank = index % 5 == 1 ? max(1, full / 2) : full
    let condition = index % 5 == 2 ? 1e4 : 3  // of deviations: 1e8 of variances
    let offset = index % 5 == 4 ? 100.0 : 0
    var rows = numbers.mixedRows(n, d, rank: rank, condition: condition, offset: offset)
    if index % 5 == 3 { for i in 0..<n { rows[i][d / 2] = 0.7 } }
    let reference = PCAReference(rows)
    for solver in [PCA.Solver.covariance, .gram] {
      let solution = try fit(rows, .all, solver)
      #expect(solution.solver == solver)
      let k = solution.componentCount
      #expect(k == min(n, d))
      let largest = reference.variances[0]
      for i in 0..<k {
        let expected = reference.variances[i]
        #expect(abs(solution.explainedVariance[i] - expected) <= 1e-6 * expected + 1e-14 * largest)
        // Where the variance stands apart from its neighbours its direction is defined.
        let gap = min(
          i > 0 ? reference.variances[i - 1] - expected : largest,
          i + 1 < k ? expected - reference.variances[i + 1] : expected)
        guard expected > 1e-9 * largest, gap > 1e-3 * expected else { continue }
        let cosine = (0..<d).reduce(0.0) {
          $0 + reference.directions[i][$1] * Double(solution.components[i * d + $1])
        }
        #expect(abs(abs(cosine) - 1) < 1e-6)
      }
      // Orthonormal rows, also where there is no variance, with the sign rule.
      for i in 0..<k {
        for j in 0...i {
          let overlap = (0..<d).reduce(0.0) {
            $0 + Double(solution.components[i * d + $1]) * Double(solution.components[j * d + $1])
          }
          #expect(abs(overlap - (i == j ? 1 : 0)) < 1e-5)
        }
        let row = (0..<d).map { solution.components[i * d + $0] }
        #expect((row.max { abs($0) < abs($1) } ?? 0) > 0)
      }
    }
  }

  @Test func `Projected rows are uncorrelated`() throws {
    var numbers = TestNumbers(seed: 7)
    let rows = try TestRows(numbers.mixedRows(500, 13, rank: 13, condition: 10, offset: 2))
    let pca = try PCA()
    try pca.fit(rows.matrix)
    let solution = try pca.solution()
    let latents = try TestRows(rows: 500, columns: 13)
    try solution.transform(rows.batch, into: latents.batch, in: pca.context)
    for a in 0..<13 {
      for b in 0...a {
        let covariance =
          (0..<500).reduce(0.0) { $0 + Double(latents[$1][a]) * Double(latents[$1][b]) } / 499
        let expected = a == b ? solution.explainedVariance[a] : 0
        #expect(abs(covariance - expected) <= 1e-5 * solution.explainedVariance[0])
      }
    }
  }

  // MARK: - Batches

  @Test(arguments: [1, 7, 2000])
  func `Batches of any size give what one fit gives`(batch: Int) throws {
    var numbers = TestNumbers(seed: 8)
    let rows = try TestRows(numbers.mixedRows(4321, 11, rank: 11, condition: 100, offset: 50))
    let whole = try PCA()
    try whole.fit(rows.matrix)
    let parts = try PCA()
    for first in stride(from: 0, to: rows.rowCount, by: batch) {
      try parts.partialFit(rows.slice(first..<min(rows.rowCount, first + batch)))
    }
    try expectEqual(try parts.solution(), try whole.solution())
  }

  @Test func `Wide rows summed in Float agree with Double sums`() throws {
    let d = 301
    var numbers = TestNumbers(seed: 9)
    let list = numbers.mixedRows(2500, d, rank: 40, condition: 10, offset: 3)
    let rows = try TestRows(list)
    let moments = try Moments(columns: d)
    try moments.add(rows.matrix)
    let c = try Buffer<Double>(count: d * d)
    try moments.covariance(into: c.base)
    let mean = (0..<d).map { j in list.reduce(0.0) { $0 + Double($1[j]) } / 2500 }
    for i in stride(from: 0, to: d, by: 37) {
      for j in stride(from: i, to: d, by: 11) {
        let expected = list.reduce(0.0) { $0 + (Double($1[i]) - mean[i]) * (Double($1[j]) - mean[j]) } / 2499
        #expect(abs(c[i * d + j] - expected) < 2e-6)
      }
    }
  }

  @Test func `Gram and covariance agree on more rows than are summed in Double`() throws {
    var numbers = TestNumbers(seed: 16)
    let rows = numbers.mixedRows(290, 310, rank: 12, condition: 4, offset: 2)
    let gram = try fit(rows, .count(15), .gram)
    let covariance = try fit(rows, .count(15), .covariance)
    #expect(abs(gram.totalVariance / covariance.totalVariance - 1) < 1e-6)
    for i in 0..<12 {
      #expect(abs(gram.explainedVariance[i] / covariance.explainedVariance[i] - 1) < 1e-5)
      let cosine = (0..<310).reduce(0.0) {
        $0 + Double(gram.components[i * 310 + $1]) * Double(covariance.components[i * 310 + $1])
      }
      #expect(abs(cosine - 1) < 1e-5)
    }
  }

  @Test func `Merged parts equal one fit, and can be continued`() throws {
    var numbers = TestNumbers(seed: 10)
    let rows = try TestRows(numbers.mixedRows(900, 9, rank: 9, condition: 5, offset: -20))
    let whole = try PCA()
    try whole.fit(rows.matrix)
    let a = try PCA()
    let b = try PCA()
    try a.partialFit(rows.slice(0..<1))
    try b.partialFit(rows.slice(1..<700))
    try a.merge(b)
    try a.partialFit(rows.slice(700..<900))
    #expect(a.rowCount == 900 && b.rowCount == 699)
    try expectEqual(try a.solution(), try whole.solution())
    let empty = try PCA()
    try empty.merge(whole)
    try expectEqual(try empty.solution(), try whole.solution())
  }

  private func expectEqual(_ a: PCA.Solution, _ b: PCA.Solution) throws {
    #expect(a.rowCount == b.rowCount && a.componentCount == b.componentCount)
    for i in 0..<a.componentCount {
      #expect(abs(a.explainedVariance[i] / b.explainedVariance[i] - 1) < 1e-9)
    }
    for i in 0..<a.components.count { #expect(abs(a.components[i] - b.components[i]) < 2e-6) }
    for i in 0..<a.columnCount { #expect(abs(a.mean[i] - b.mean[i]) <= 4e-6) }
  }

  @Test func `One and two threads give the same bits`() throws {
    var numbers = TestNumbers(seed: 11)
    let rows = try TestRows(numbers.mixedRows(700, 270, rank: 60, condition: 10))
    for solver in [PCA.Solver.covariance, .gram] {
      var options = PCA.Options()
      options.solver = solver
      let solutions = try [1, 2].map { threads in
        let pca = try PCA(options, in: Context(threadCount: threads))
        try pca.fit(rows.matrix)
        return try pca.solution()
      }
      for i in 0..<solutions[0].components.count {
        #expect(solutions[0].components[i] == solutions[1].components[i])
      }
    }
  }

  // MARK: - Transforms

  @Test func `Whitened latents have unit variance and are inverted`() throws {
    var numbers = TestNumbers(seed: 12)
    let rows = try TestRows(numbers.mixedRows(400, 6, rank: 4, condition: 20, offset: 1))
    var options = PCA.Options()
    options.whitens = true
    let pca = try PCA(options)
    try pca.fit(rows.matrix)
    let solution = try pca.solution()
    let latents = try TestRows(rows: 400, columns: 6)
    try solution.transform(rows.batch, into: latents.batch, in: pca.context)
    for a in 0..<6 {
      let variance = (0..<400).reduce(0.0) { $0 + Double(latents[$1][a]) * Double(latents[$1][a]) } / 399
      #expect(abs(variance - (a < 4 ? 1 : 0)) < 1e-4)
    }
    let back = try TestRows(rows: 400, columns: 6)
    try solution.inverseTransform(latents.batch, into: back.batch, in: pca.context)
    for i in 0..<400 * 6 { #expect(abs(back.buffer[i] - rows.buffer[i]) < 1e-5) }
  }

  @Test func `A reconstruction loses the variance that was left out`() throws {
    var numbers = TestNumbers(seed: 13)
    let rows = try TestRows(numbers.mixedRows(350, 8, rank: 8, condition: 5))
    var options = PCA.Options()
    options.components = .count(3)
    let pca = try PCA(options)
    try pca.fit(rows.matrix)
    let solution = try pca.solution()
    let back = try TestRows(rows: 350, columns: 8)
    try solution.reconstruct(rows.batch, into: back.batch, in: pca.context)
    var lost = 0.0
    for i in 0..<350 * 8 { lost += pow(Double(back.buffer[i] - rows.buffer[i]), 2) }
    #expect(abs(lost / 349 / (solution.noiseVariance * 5) - 1) < 1e-4)
  }

  @Test func `A ratio keeps the fewest components that reach it`() throws {
    var numbers = TestNumbers(seed: 14)
    let rows = numbers.mixedRows(200, 10, rank: 10, condition: 50)
    let reference = PCAReference(rows)
    let total = reference.variances.reduce(0, +)
    let solution = try fit(rows, .varianceRatio(0.9))
    let k = solution.componentCount
    #expect(reference.variances[..<k].reduce(0, +) >= 0.9 * total)
    #expect(reference.variances[..<(k - 1)].reduce(0, +) < 0.9 * total)
    #expect(abs(solution.noiseVariance - reference.variances[k...].reduce(0, +) / Double(10 - k)) < 1e-9)
  }

  @Test func `Without centering, the second moments about zero are decomposed`() throws {
    var options = PCA.Options()
    options.centres = false
    for solver in [PCA.Solver.covariance, .gram] {
      options.solver = solver
      let pca = try PCA(options)
      try pca.fit(TestRows([[3, 0], [3, 0], [3, 1]]))
      let solution = try pca.solution()
      // Σ x·xᵀ / 2 = [13.5 1.5; 1.5 0.5]
      let root = (6.5 * 6.5 + 1.5 * 1.5).squareRoot()
      #expect(abs(solution.explainedVariance[0] - (7 + root)) < 1e-9)
      #expect(abs(solution.explainedVariance[1] - (7 - root)) < 1e-9)
      #expect(solution.mean[0] == 0)
    }
  }

  // MARK: - Edges and errors

  @Test func `Constant, single-column and duplicate rows are fitted`() throws {
    let constant = try fit([[2, 2, 2], [2, 2, 2], [2, 2, 2], [2, 2, 2]])
    #expect(constant.totalVariance == 0 && constant.explainedVariance[0] == 0)
    let column = try fit([[1], [4], [7]])
    #expect(abs(column.explainedVariance[0] - 9) < 1e-12 && column.components[0] == 1)
    let twice = try fit([[1, 5], [1, 5], [3, 9], [3, 9]])
    #expect(abs(twice.explainedVariance[0] - 20.0 / 3) < 1e-12)
    #expect(twice.explainedVariance[1] < 1e-12)
  }

  @Test func `Bad input is refused with the argument, its value and the limit`() throws {
    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch let error as GenerativeError {
        return "\(error.status): \(error.message)"
      } catch {}
      return "no error"
    }
    var numbers = TestNumbers(seed: 15)
    let rows = numbers.mixedRows(8, 4, rank: 4, condition: 2)
    #expect(
      message { _ = try fit(rows, .count(900)) } == "argument: n_components must be between 0 and 4, not 900")
    #expect(message { _ = try fit(rows, .count(-1)) } == "argument: n_components must be at least 0, not -1")
    #expect(
      message { _ = try fit(rows, .varianceRatio(.nan)) }
        == "argument: variance_ratio must be between 0 and 1, not nan")
    #expect(message { _ = try fit([[1, 2]]) } == "argument: n_rows must be at least 2 to fit a PCA, not 1")
    var bad = rows
    bad[5][2] = .infinity
    for solver in [PCA.Solver.covariance, .gram] {
      #expect(
        message { _ = try fit(bad, .all, solver) }
          == "nonfinite: row 5, column 2 is inf; data must hold no NaN and no inf")
    }
    #expect(message { _ = try PCA().solution() } == "state: this PCA is not fitted yet")
    let pca = try PCA()
    try pca.fit(TestRows(rows))
    #expect(message { try pca.partialFit(TestRows([[1, 2]])) } == "mismatch: n_features must be 4, not 2")
    #expect(message { try pca.partialFit(TestRows(bad)) }.hasPrefix("nonfinite"))
    #expect(pca.rowCount == 8)
  }
}
