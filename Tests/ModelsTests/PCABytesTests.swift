import Models
import Statistics
import Tensors
import Testing

/// Bytes are summed in integers: against Int arithmetic, in any order, mixed with floats, and out of floats.
@Suite struct PCABytesTests {
  private struct Bytes: RowSource {
    let buffer: Buffer<UInt8>
    let columnCount: Int
    var range: Range<Int>
    var knownRowCount: Int? { range.count }

    init(rows: Int, columns: Int, seed: Int) throws {
      buffer = try Buffer(count: rows * columns)
      columnCount = columns
      range = 0..<rows
      var numbers = TestNumbers(seed: seed)
      for i in 0..<rows {
        let common = numbers.uniform()
        for j in 0..<columns {
          let value = 255 * (0.7 * common * Double(j % 3) / 2 + 0.3 * numbers.uniform())
          buffer.base[i * columns + j] = j % 7 == 6 ? 255 : UInt8(value)
        }
      }
    }

    func forEachBatch(_ body: (RowBatch) throws(GenerativeError) -> Void) throws(GenerativeError) {
      defer { withExtendedLifetime(buffer) {} }
      try body(.bytes(buffer.base + range.lowerBound * columnCount, rowCount: range.count))
    }

    subscript(_ part: Range<Int>) -> Bytes {
      var copy = self
      copy.range = part
      return copy
    }

    func floats() throws -> TestRows {
      let rows = try TestRows(rows: range.count, columns: columnCount)
      for i in 0..<range.count * columnCount {
        rows.buffer.base[i] = Float(buffer.base[range.lowerBound * columnCount + i]) / 255
      }
      return rows
    }
  }

  private func covariance(_ moments: Moments) throws -> [Double] {
    let d = moments.columnCount
    let c = try Buffer<Double>(count: d * d)
    try moments.covariance(into: c.base)
    return Array(c.elements)
  }

  private func add(_ source: Bytes, to moments: Moments) throws {
    try source.forEachBatch { batch throws(GenerativeError) in try moments.add(batch) }
  }

  @Test(arguments: [19, 270]) func `The covariance of bytes is the one of integers`(d: Int) throws {
    let n = 2100
    let bytes = try Bytes(rows: n, columns: d, seed: 1)
    let moments = try Moments(columns: d)
    try add(bytes, to: moments)
    let c = try covariance(moments)
    let b = bytes.buffer.elements.map { Int($0) }
    for i in stride(from: 0, to: d, by: 5) {
      for j in stride(from: i, to: d, by: 3) {
        var products = 0
        var sumI = 0
        var sumJ = 0
        for r in 0..<n {
          products += b[r * d + i] * b[r * d + j]
          sumI += b[r * d + i]
          sumJ += b[r * d + j]
        }
        let expected = Double(n * products - sumI * sumJ) / Double(n * (n - 1)) / (255 * 255)
        #expect(abs(c[i * d + j] - expected) <= 1e-13)
        if i == j && i % 7 == 6 { #expect(c[i * d + j] == 0) }
      }
    }
  }

  @Test(arguments: [19, 270]) func `Any order and batches of bytes give the same bits`(d: Int) throws {
    let bytes = try Bytes(rows: 2100, columns: d, seed: 2)
    let whole = try Moments(columns: d)
    try add(bytes, to: whole)
    let parts = try Moments(columns: d)
    let other = try Moments(columns: d)
    for part in [1500..<2100, 3..<300, 0..<1] { try add(bytes[part], to: parts) }
    for part in [300..<1500, 1..<3] { try add(bytes[part], to: other) }
    try parts.merge(other)
    #expect(try covariance(parts) == covariance(whole))
  }

  @Test func `Bytes and floats may be mixed`() throws {
    let bytes = try Bytes(rows: 900, columns: 23, seed: 3)
    let floats = try bytes.floats()
    let whole = try PCA()
    try whole.fit(floats)
    let expected = try whole.solution()
    let bytesFirst = try PCA()
    try bytesFirst.partialFit(bytes[0..<400])
    try bytesFirst.partialFit(floats.slice(400..<900))
    let floatsFirst = try PCA()
    try floatsFirst.partialFit(floats.slice(0..<500))
    try floatsFirst.partialFit(bytes[500..<900])
    let a = try PCA()
    let b = try PCA()
    try a.partialFit(floats.slice(0..<100))
    try b.partialFit(bytes[100..<900])
    let merged = try PCA()
    try merged.merge(b)
    try merged.merge(a)
    try a.merge(b)
    let gram = try PCA(
      {
        var options = PCA.Options()
        options.solver = .gram
        return options
      }())
    try gram.fit(bytes)
    for pca in [bytesFirst, floatsFirst, a, merged, gram] {
      let solution = try pca.solution()
      #expect(solution.rowCount == 900)
      for i in 0..<23 {
        #expect(
          abs(solution.explainedVariance[i] - expected.explainedVariance[i]) < 1e-7 * expected.totalVariance)
        #expect(abs(solution.mean[i] - expected.mean[i]) < 1e-6)
      }
    }
  }

  @Test func `Floats that bytes were divided into are summed as bytes`() throws {
    let d = 270
    let bytes = try Bytes(rows: 2100, columns: d, seed: 4)
    let whole = try Moments(columns: d)
    try add(bytes, to: whole)
    for makesFloat in [{ (b: UInt8) in Float(b) / 255 }, { Float($0) * (1 / 255) }] {
      let rows = try TestRows(rows: 2100, columns: d)
      for i in 0..<2100 * d { rows.buffer.base[i] = makesFloat(bytes.buffer.base[i]) }
      let parts = try Moments(columns: d)
      for part in [0..<1, 1..<300, 300..<2100] { try parts.add(rows.slice(part)) }
      #expect(parts.isExact)
      #expect(try covariance(parts) == covariance(whole))
      let inDouble = try Moments(columns: d, .double)
      try inDouble.add(rows.matrix)
      #expect(!inDouble.isExact)
      let ofFewColumns = try Moments(columns: 27)
      try ofFewColumns.add(Matrix(rows.buffer.base, rows: 21_000, columns: 27))
      #expect(!ofFewColumns.isExact)
    }
  }

  @Test(arguments: [0, 1300, 2099]) func `A row that is not of bytes ends that`(place: Int) throws {
    let d = 270
    let rows = try Bytes(rows: 2100, columns: d, seed: 5).floats()
    rows.buffer.base[place * d + 7] += 0.001
    let moments = try Moments(columns: d)
    try moments.add(rows.matrix)
    #expect(!moments.isExact)
    #expect(moments.rowCount == 2100)
    let inDouble = try Moments(columns: d, .double)
    try inDouble.add(rows.matrix)
    let (c, expected) = (try covariance(moments), try covariance(inDouble))
    let largest = expected.max() ?? 0
    for i in 0..<d {
      for j in i..<d { #expect(abs(c[i * d + j] - expected[i * d + j]) < 1e-6 * largest) }
    }
  }
}
