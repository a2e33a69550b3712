import Glibc
import Models
import Tensors
import TestSupport
import Testing

private let fashionFolder = "/usr/share/datasets/fashion-mnist/"

/// PCA of the 60,000 Fashion-MNIST images, where Debian's dataset-fashion-mnist is installed.
@Suite(
  .serialized, .enabled(if: access(fashionFolder + "train-images-idx3-ubyte.gz", R_OK) == 0),
  .disabled(if: isWatchedForRaces, "of 60,000 rows alone the figures are known"))
struct PCAFashionTests {
  private static func images(_ name: String, count: Int) throws -> TestRows {
    let stream = try #require(popen("gzip -dc " + fashionFolder + name, "r"))
    defer { pclose(stream) }
    let bytes = try Buffer<UInt8>(count: 16 + count * 784)
    #expect(fread(bytes.base, 1, bytes.count, stream) == bytes.count)
    let rows = try TestRows(rows: count, columns: 784)
    for i in 0..<count * 784 { rows.buffer.base[i] = Float(bytes.base[16 + i]) / 255 }
    return rows
  }

  @Test func `The variances and errors equal those computed in Double`() throws {
    let train = try Self.images("train-images-idx3-ubyte.gz", count: 60_000)
    let test = try Self.images("t10k-images-idx3-ubyte.gz", count: 10_000)
    var options = PCA.Options()
    options.components = .count(200)
    let pca = try PCA(options)
    let clock = ContinuousClock()
    let fitTime = try clock.measure {
      try pca.fit(train)
      _ = try pca.solution()
    }
    print("PCA of 60,000 × 784, 200 components:", fitTime)
    let solution = try pca.solution()
    // The table's variances have divisor n.
    let toDivisorN = 59_999.0 / 60_000
    #expect(abs(solution.totalVariance * toDivisorN - 68.2163) < 6e-5)
    for (i, variance) in [19.8095, 12.1120, 4.1061, 3.3818, 2.6247].enumerated() {
      #expect(abs(solution.explainedVariance[i] * toDivisorN - variance) < 6e-5)
    }
    // Squared error per test image, and the training variance explained, by components kept.
    let table: [(k: Int, error: Double, explained: Double)] = [
      (1, 48.119, 0.2904), (2, 36.139, 0.4679), (5, 26.097, 0.6162), (10, 19.092, 0.7199),
      (16, 16.030, 0.7652), (20, 14.664, 0.7851), (30, 12.243, 0.8207), (32, 11.872, 0.8261),
      (50, 9.396, 0.8627), (64, 8.129, 0.8813), (100, 6.005, 0.9123), (128, 4.949, 0.9280),
      (200, 3.202, 0.9537),
    ]
    let latents = try TestRows(rows: 10_000, columns: 200)
    try solution.transform(test.batch, into: latents.batch, in: pca.context)
    // ‖x − x̂‖² = ‖x − μ‖² − Σ yᵢ²
    var error = 0.0
    for i in 0..<10_000 {
      for j in 0..<784 {
        error += pow(Double(test.buffer.base[i * 784 + j]) - Double(solution.mean.base[j]), 2)
      }
    }
    var explained = 0.0
    var k = 0
    for row in table {
      while k < row.k {
        for i in 0..<10_000 { error -= pow(Double(latents.buffer.base[i * 200 + k]), 2) }
        explained += solution.explainedVariance[k] / solution.totalVariance
        k += 1
      }
      #expect(abs(error / 10_000 - row.error) < 6e-4)
      #expect(abs(explained - row.explained) < 6e-5)
    }
    // The same error from the reconstructions themselves.
    let back = try TestRows(rows: 10_000, columns: 784)
    try solution.reconstruct(test.batch, into: back.batch, in: pca.context)
    var direct = 0.0
    for i in 0..<10_000 * 784 { direct += pow(Double(back.buffer.base[i] - test.buffer.base[i]), 2) }
    #expect(abs(direct / 10_000 - 3.202) < 6e-4)

    // scikit-learn's components, as angles.
    let components = try golden("pca-fashion-components.f32", as: Float.self)
    for i in 0..<10 {
      var difference = 0.0
      for j in 0..<784 {
        difference += pow(Double(components[i * 784 + j]) - solution.components.base[i * 784 + j], 2)
      }
      #expect(difference.squareRoot() < 1e-3)
    }
  }

  // Tipping & Bishop's model: figures computed in Double with numpy, noise the mean of all 784 − k.
  @Test func `The likelihood of test images equals the one computed in Double`() throws {
    let train = try Self.images("train-images-idx3-ubyte.gz", count: 60_000)
    let test = try Self.images("t10k-images-idx3-ubyte.gz", count: 10_000)
    for (k, noise, likelihood) in [(2, 0.046413, 86.933), (20, 0.019188, 396.699)] {
      var options = PCA.Options()
      options.components = .count(k)
      let pca = try PCA(options)
      try pca.fit(train)
      let solution = try pca.solution()
      #expect(abs(solution.noiseVariance - noise) < 1e-6)
      let likelihoods = try Buffer<Double>(count: test.matrix.rowCount)
      try solution.logLikelihood(test.batch, into: likelihoods.base, in: pca.context)
      #expect(abs(likelihoods.elements.reduce(0, +) / Double(likelihoods.count) - likelihood) < 0.01)
    }
  }
}
