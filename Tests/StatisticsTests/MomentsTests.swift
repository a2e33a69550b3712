import Statistics
import Tensors
import TestSupport
import Testing

/// Bytes are summed in integers: against Int arithmetic, in any order, and out of floats.
@Suite struct MomentsTests {
  private func covariance(_ moments: Moments) throws -> [Double] {
    let d = moments.columnCount
    let c = try Buffer<Double>(count: d * d)
    try moments.covariance(into: c.base)
    return Array(c.elements)
  }

  private func add(_ source: ByteRows, to moments: Moments) throws {
    try source.forEachBatch { batch throws(GenerativeError) in try moments.add(batch) }
  }

  @Test(arguments: [19, 270]) func `The covariance of bytes equals exact integer arithmetic`(d: Int) throws {
    let n = 2100
    let bytes = try ByteRows(rows: n, columns: d, seed: 1)
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
    let bytes = try ByteRows(rows: 2100, columns: d, seed: 2)
    let whole = try Moments(columns: d)
    try add(bytes, to: whole)
    let parts = try Moments(columns: d)
    let other = try Moments(columns: d)
    for part in [1500..<2100, 3..<300, 0..<1] { try add(bytes[part], to: parts) }
    for part in [300..<1500, 1..<3] { try add(bytes[part], to: other) }
    try parts.merge(other)
    #expect(try covariance(parts) == covariance(whole))
  }

  @Test func `Floats that are bytes divided by 255 are summed as bytes`() throws {
    let d = 270
    let bytes = try ByteRows(rows: 2100, columns: d, seed: 4)
    let whole = try Moments(columns: d)
    try add(bytes, to: whole)
    for makesFloat in [{ (b: UInt8) in Float(b) / 255 }, { Float($0) * (1 / 255) }] {
      let rows = try TestRows(rows: 2100, columns: d)
      for i in 0..<2100 * d { rows.buffer.base[i] = makesFloat(bytes.buffer.base[i]) }
      let parts = try Moments(columns: d, .single)
      for part in [0..<1, 1..<300, 300..<2100] { try parts.add(rows.slice(part)) }
      #expect(parts.isExact)
      #expect(try covariance(parts) == covariance(whole))
      let inDouble = try Moments(columns: d, .double)
      try inDouble.add(rows.matrix)
      #expect(!inDouble.isExact)
      let ofFewColumns = try Moments(columns: 27, .single)
      try ofFewColumns.add(Matrix(rows.buffer.base, rows: 21_000, columns: 27))
      #expect(!ofFewColumns.isExact)
    }
  }

  @Test(arguments: [0, 1300, 2099]) func `A row that is not of bytes switches to float sums`(place: Int)
    throws
  {
    let d = 270
    let rows = try ByteRows(rows: 2100, columns: d, seed: 5).floats()
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

  /// About the first row, each sum would be 50,000 times as large as about the mean, and so would its rounding.
  @Test(arguments: [3, 70]) func `A first row far from all others costs no digits`(d: Int) throws {
    let n = 100_000
    let outlier = Float(1000) / 3
    let rows = try TestRows(rows: n, columns: d)
    let bytes = try ByteRows(rows: n, columns: d, seed: 6)
    var (sums, squares) = ([Int](repeating: 0, count: d), [Int](repeating: 0, count: d))
    for i in 0..<n {
      for j in 0..<d {
        let value = i == 0 ? 0 : Int(bytes.buffer[i * d + j] % 7) - 3
        rows.buffer.base[i * d + j] = i == 0 ? outlier : Float(value)
        sums[j] += value
        squares[j] += value * value
      }
    }
    let moments = try Moments(columns: d)
    try moments.add(rows.slice(0..<1))
    try moments.add(rows.slice(1..<n))
    let c = try covariance(moments)
    // The variance of the others, exactly, and the first one's distance from their mean.
    let m = Double(n - 1)
    for j in 0..<d {
      let inner = Double((n - 1) * squares[j] - sums[j] * sums[j]) / m
      let distance = Double(outlier) - Double(sums[j]) / m
      let expected = (inner + distance * distance * m / Double(n)) / m
      #expect(abs(c[j * d + j] / expected - 1) <= 1e-14)
    }
  }
}
