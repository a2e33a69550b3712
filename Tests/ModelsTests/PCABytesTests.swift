import Models
import Statistics
import Tensors
import TestSupport
import Testing

@Suite struct PCABytesTests {
  @Test func `Bytes and floats may be mixed`() throws {
    let bytes = try ByteRows(rows: 900, columns: 23, seed: 3)
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
}
