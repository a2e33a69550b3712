import Glibc
import Models
import Networks
import Tensors
import Testing
import TestSupport
import Training

@Suite struct AutoencoderTests {
  @Test func `A linear autoencoder reaches PCA's optimum`() throws {
    // 20 columns of falling variance, turned by a fixed product of reflections.
    let (count, width, k) = (2000, 20, 4)
    let z = normals(count * width, seed: 1)
    let v = normals(width, seed: 2)
    let square = v.reduce(0) { $0 + $1 * $1 }
    var rows = [Float](repeating: 0, count: count * width)
    for i in 0..<count {
      let x = (0..<width).map { z[i * width + $0] * 2 / Float($0 + 1) }
      let share = 2 * (0..<width).reduce(0) { $0 + x[$1] * v[$1] } / square
      for j in 0..<width { rows[i * width + j] = x[j] - share * v[j] }
    }
    for j in 0..<width {
      let mean = (0..<count).reduce(0.0) { $0 + Double(rows[$1 * width + j]) } / Double(count)
      for i in 0..<count { rows[i * width + j] -= Float(mean) }
    }
    let data = try dataset(rows, width: width)
    var pcaOptions = PCA.Options()
    pcaOptions.components = .count(k)
    let pca = try PCA(pcaOptions)
    try pca.fit(data)
    let solution = try pca.solution()

    var options = Autoencoder.Options(shape: Shape(features: width))
    options.latentSize = k
    options.hidden = []
    options.outputActivation = .identity
    options.hasBias = false
    options.preparation = .none
    let autoencoder = try Autoencoder(options)
    var fit = FitOptions(learningRate: 2e-2, epochCount: 60, batchRows: 100)
    fit.schedule = .cosine(floor: 0)
    try Trainer.fit(autoencoder, to: data, fit)

    var y = [Float](repeating: 0, count: rows.count)
    try autoencoder.reconstruct(rows, rows: count, into: &y)
    let error = zip(rows, y).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) } / Double(count)
    // The residue of projecting on the components.
    var optimum = 0.0
    for i in 0..<count {
      optimum += (0..<width).reduce(0.0) { $0 + Double(rows[i * width + $1] * rows[i * width + $1]) }
      for c in 0..<k {
        let dot = (0..<width).reduce(0.0) {
          $0 + Double(rows[i * width + $1]) * Double(solution.components[c * width + $1])
        }
        optimum -= dot * dot
      }
    }
    optimum /= Double(count)
    #expect(error >= optimum * (1 - 1e-5))
    #expect(error / optimum - 1 < 1e-3)

    // The decoder's columns span the components: of each, the part outside is sin of the angle.
    let decoder = autoencoder.decoder.weights.parameters.array
    var basis = (0..<k).map { c in (0..<width).map { Double(decoder[$0 * k + c]) } }
    for c in 0..<k {
      for other in 0..<c {
        let dot = zip(basis[c], basis[other]).reduce(0) { $0 + $1.0 * $1.1 }
        for j in 0..<width { basis[c][j] -= dot * basis[other][j] }
      }
      let norm = basis[c].reduce(0) { $0 + $1 * $1 }.squareRoot()
      for j in 0..<width { basis[c][j] /= norm }
    }
    for c in 0..<k {
      let component = (0..<width).map { Double(solution.components[c * width + $0]) }
      let inside = basis.reduce(0.0) { sum, b in
        let dot = zip(component, b).reduce(0) { $0 + $1.0 * $1.1 }
        return sum + dot * dot
      }
      #expect(acos(min(inside.squareRoot(), 1)) * 180 / Double.pi < 1)
    }
  }

  private func corrupt(_ kind: Corruption, _ x: [Float], width: Int, seed: UInt64 = 3) throws -> [Float] {
    var y = [Float](repeating: -1, count: x.count)
    try kind.apply(x, rows: x.count / width, width: width, into: &y, seed: seed, context: .standard)
    return y
  }

  @Test func `Corruptions have their probabilities, and are the same for a row in any batch`() throws {
    let width = 101
    let x = [Float](repeating: 0.6, count: 400 * width)
    let n = Double(x.count)
    for kind in [
      Corruption.gaussian(deviation: 0.1), .masking(share: 0.3), .saltAndPepper(share: 0.3),
    ] {
      let y = try corrupt(kind, x, width: width)
      #expect(y == (try corrupt(kind, x, width: width)))
      #expect(y != (try corrupt(kind, x, width: width, seed: 4)))
      #expect(Array(y.prefix(3 * width)) == (try corrupt(kind, Array(x.prefix(3 * width)), width: width)))
      #expect(Array(y[0..<width]) != Array(y[width..<2 * width]))
      let mean = y.reduce(0.0) { $0 + Double($1) } / n
      let zeros = Double(y.count { $0 == 0 }) / n
      let ones = Double(y.count { $0 == 1 }) / n
      switch kind {
      case .gaussian:
        let variance = y.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / n
        #expect(abs(mean - 0.6) < 5 * 0.1 / n.squareRoot())
        #expect(abs(variance.squareRoot() - 0.1) < 0.002)
      case .masking:
        #expect(abs(zeros - 0.3) < 5 * (0.21 / n).squareRoot())
        #expect(y.allSatisfy { $0 == 0 || $0 == 0.6 })
      case .saltAndPepper:
        #expect(abs(zeros - 0.15) < 5 * (0.1275 / n).squareRoot())
        #expect(abs(ones - 0.15) < 5 * (0.1275 / n).squareRoot())
        #expect(y.allSatisfy { $0 == 0 || $0 == 1 || $0 == 0.6 })
      case .none: break
      }
    }
    let wide = try corrupt(.gaussian(deviation: 3), x, width: width)
    #expect(wide.allSatisfy { $0 >= 0 && $0 <= 1 })
    #expect(try corrupt(.none, x, width: width) == x)
  }

  @Test func `A denoiser's output is nearer to clean rows than the corrupted rows are`() throws {
    // Rows on a line through the cube: a latent of 1 is enough.
    let (count, width) = (3000, 9)
    let places = uniforms(count, seed: 4)
    let rows = (0..<count * width).map { i in
      let a = places[i / width]
      return i % width % 2 == 0 ? 0.2 + 0.6 * a : 0.8 - 0.6 * a
    }
    var options = Autoencoder.Options(shape: Shape(features: width))
    options.latentSize = 2
    options.hidden = [16]
    options.corruption = .gaussian(deviation: 0.2)
    let autoencoder = try Autoencoder(options)
    try Trainer.fit(
      autoencoder, to: try dataset(rows, width: width), FitOptions(epochCount: 20, batchRows: 50))
    let noisy = try corrupt(options.corruption, rows, width: width, seed: 77)
    var clean = [Float](repeating: 0, count: rows.count)
    try autoencoder.reconstruct(noisy, rows: count, into: &clean)
    func error(_ x: [Float]) -> Float { zip(x, rows).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
    #expect(error(clean) < 0.3 * error(noisy))
  }

  @Test func `Encoder and decoder drop different units`() throws {
    var options = Autoencoder.Options(shape: Shape(features: 6))
    options.latentSize = 6
    options.hidden = [5]
    options.dropout = 0.5
    let autoencoder = try Autoencoder(options)
    var fit = FitOptions(rule: .sgd(), learningRate: 1e-2, epochCount: 1, batchRows: 1, seed: 3)
    // One row per step: a dropped hidden unit's outgoing weights get no gradient.
    var alike = 0
    for step in 0..<8 {
      fit.seed = UInt64(step)
      let before = (
        autoencoder.encoder.weights.parameters.array, autoencoder.decoder.weights.parameters.array
      )
      try Trainer.fit(autoencoder, to: try dataset(uniforms(6, seed: 1), width: 6), fit)
      let after = (autoencoder.encoder.weights.parameters.array, autoencoder.decoder.weights.parameters.array)
      // The second dense layers: 6 × 5 after 5 × 6 + 5 numbers.
      let dropped = [(before.0, after.0), (before.1, after.1)].map { before, after in
        (0..<5).map { unit in before[35 + unit] == after[35 + unit] }
      }
      if dropped[0] == dropped[1] { alike += 1 }
    }
    #expect(alike < 4)
  }
}
