import Datasets
import Evaluation
import Tensors
import Testing

@Suite struct NearestRowsTests {
  private func dataset(_ rows: [Float], width: Int) throws -> Dataset {
    try rows.withUnsafeBytes { bytes in
      try Dataset.memory(
        try #require(bytes.baseAddress), .float32, rowCount: rows.count / width,
        shape: Shape(features: width), ownership: .copied)
    }
  }

  @Test func `The nearest rows equal those of an exhaustive search`() throws {
    let width = 5
    // More rows than a block holds.
    let data = uniforms(1100 * width, seed: 3)
    let x = uniforms(9 * width, seed: 4) + Array(data[7 * width..<8 * width])
    var indices = [Int64](repeating: -1, count: 10 * 4)
    var distances = [Float](repeating: -1, count: 10 * 4)
    try NearestRows.find(
      x, count: 10, neighbours: 4, in: try dataset(data, width: width), indices: &indices,
      distances: &distances)
    for i in 0..<10 {
      let all = (0..<1100).map { squaredDistance(x, i, data, $0, width: width) }
      let order = all.indices.sorted { (all[$0], $0) < (all[$1], $1) }
      for k in 0..<4 {
        #expect(indices[4 * i + k] == Int64(order[k]))
        #expect(abs(Double(distances[4 * i + k]) - all[order[k]].squareRoot()) < 1e-6)
      }
    }
    // A row of the data is its own nearest, at no distance.
    #expect(indices[36] == 7)
    #expect(distances[36] == 0)
  }

  @Test func `Ties go to the lower row, and all rows may be requested`() throws {
    let data: [Float] = [1, 0, 0, 1, 1, 0]
    var indices = [Int64](repeating: -1, count: 6)
    try NearestRows.find(
      [0.5], count: 1, neighbours: 6, in: try dataset(data, width: 1), indices: &indices, distances: nil)
    #expect(indices == [0, 1, 2, 3, 4, 5])
    try NearestRows.find(
      [1], count: 1, neighbours: 6, in: try dataset(data, width: 1), indices: &indices, distances: nil)
    #expect(indices == [0, 3, 4, 1, 2, 5])
  }

  @Test func `A row far from the origin is at distance zero from its copy`() throws {
    // ‖a‖² + ‖b‖² − 2 a·b alone would lose all digits of so small a difference.
    let data = uniforms(50 * 3, seed: 1).map { 1000 + $0 }
    var indices = [Int64](repeating: -1, count: 2)
    var distances = [Float](repeating: -1, count: 2)
    try NearestRows.find(
      Array(data[33..<36]), count: 1, neighbours: 2, in: try dataset(data, width: 3), indices: &indices,
      distances: &distances)
    #expect(indices[0] == 11)
    #expect(distances[0] == 0)
  }
}
