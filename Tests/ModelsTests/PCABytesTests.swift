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

  @Test func `After a fit to bytes, rows of 0 to 255 are an error`() throws {
    let bytes = try ByteRows(rows: 300, columns: 9, seed: 5)
    var options = PCA.Options()
    options.components = .count(3)
    let pca = try PCA(options)
    try pca.fit(bytes)
    let solution = try pca.solution()
    let (rows, latents) = (try bytes.floats(), try TestRows(rows: 300, columns: 3))
    let back = try TestRows(rows: 300, columns: 9)
    try solution.transform(rows.batch, into: latents.batch, in: pca.context)
    for p in 0..<300 * 9 { rows.buffer.base[p] *= 255 }
    let scores = try Buffer<Double>(count: 300)
    for call in [
      { try solution.transform(rows.batch, into: latents.batch, in: pca.context) },
      { try solution.reconstruct(rows.batch, into: back.batch, in: pca.context) },
      { try pca.scores(of: rows.batch, given: nil, into: scores.base) },
      { try solution.logLikelihood(rows.batch, into: scores.base, in: pca.context) },
    ] {
      let error = #expect(throws: GenerativeError.self) { try call() }
      #expect(error?.status == .argument)
      #expect(error?.message.hasSuffix("whose values are 0 to 1: divide rows by 255") == true)
    }
  }
}
