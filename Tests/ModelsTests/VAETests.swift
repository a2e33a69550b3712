import Glibc
import Models
import Networks
import Tensors
import Testing
import TestSupport
import Training

/// A VAE's inference and its loss beside sums in Double.
@Suite struct VAETests {
  private static let width = 7

  private func model(_ change: (inout VAE.Options) -> Void = { _ in }) throws -> VAE {
    var options = VAE.Options(shape: Shape(features: Self.width))
    options.latentSize = 3
    options.hidden = [6]
    options.activation = .tanh
    options.seed = 2
    change(&options)
    return try VAE(options)
  }

  private func encode(_ vae: VAE, _ x: [Float], rows: Int) throws -> (mean: [Float], logVariance: [Float]) {
    var mean = [Float](repeating: 0, count: rows * vae.options.latentSize)
    var logVariance = mean
    try vae.encode(x, rows: rows, mean: &mean, logVariance: &logVariance)
    return (mean, logVariance)
  }

  private func decode(_ vae: VAE, _ z: [Float], rows: Int) throws -> [Float] {
    var x = [Float](repeating: 0, count: rows * Self.width)
    try vae.decode(z, rows: rows, into: &x)
    return x
  }

  @Test func `The divergence agrees with a sampled estimate`() throws {
    let vae = try model()
    let wide = vae.encoder.weights.parameters.array.map { 4 * $0 }
    vae.encoder.weights.parameters.assign(wide)
    let x = uniforms(Self.width, seed: 1)
    let (mean, logVariance) = try encode(vae, x, rows: 1)
    var kl = [0.0]
    try vae.bound(x, rows: 1, samples: 1, seed: 0, reconstruction: nil, divergence: &kl)
    // E ln q(z) − ln p(z) over z = μ + σε, with antithetic ε: terms odd in ε cancel.
    let count = 200_000
    let noise = normals(count * 3, seed: 8)
    var total = 0.0
    for i in 0..<count {
      for sign in [1.0, -1.0] {
        for j in 0..<3 {
          let e = sign * Double(noise[3 * i + j])
          let z = Double(mean[j]) + exp(0.5 * Double(logVariance[j])) * e
          total += 0.5 * (z * z - e * e - Double(logVariance[j]))
        }
      }
    }
    #expect(abs(total / Double(2 * count) / kl[0] - 1) < 5e-3)
  }

  @Test(arguments: [VAE.Likelihood.bernoulli, .gaussian(variance: 0.2), .gaussian(variance: nil)])
  func `The bound's terms are sums in Double over the decoder's mean`(_ likelihood: VAE.Likelihood) throws {
    let vae = try model { $0.likelihood = likelihood }
    let rows = 5
    let x = uniforms(rows * Self.width, seed: 2)
    var reconstruction = [Double](repeating: 0, count: rows)
    var kl = reconstruction
    try vae.bound(x, rows: rows, samples: 4, seed: 7, reconstruction: &reconstruction, divergence: &kl)
    let (mean, logVariance) = try encode(vae, x, rows: rows)
    var expected = [Double](repeating: 0, count: rows)
    for sample in 0..<4 {
      var noise = [Float](repeating: 0, count: rows * 3)
      Context.standard.fillNormal(
        &noise, count: rows * 3, from: Random(seed: 7, purpose: .evaluation, step: UInt64(sample)))
      let z = mean.indices.map { mean[$0] + exp(0.5 * logVariance[$0]) * noise[$0] }
      let y = try decode(vae, z, rows: rows)
      for i in 0..<rows * Self.width {
        let (p, t) = (Double(y[i]), Double(x[i]))
        let nats =
          switch likelihood {
          case .bernoulli: -t * log(p) - (1 - t) * log(1 - p)
          // A fresh model's learned variance is 1.
          case .gaussian(let variance):
            0.5 * ((p - t) * (p - t) / Double(variance ?? 1) + log(2 * Double.pi * Double(variance ?? 1)))
          }
        expected[i / Self.width] += nats / 4
      }
    }
    for i in 0..<rows {
      #expect(abs(reconstruction[i] - expected[i]) < 1e-4)
      let sum = (0..<3).reduce(0.0) { sum, j in
        let (m, l) = (Double(mean[3 * i + j]), Double(logVariance[3 * i + j]))
        return sum + 0.5 * (m * m + exp(l) - l - 1)
      }
      #expect(abs(kl[i] - sum) < 1e-5)
    }
  }

  @Test func `A seed's row is the same in any batch`() throws {
    let vae = try model()
    let rows = 517
    let x = uniforms(rows * Self.width, seed: 3)
    var samples = [Float](repeating: 0, count: rows * Self.width)
    try vae.sample(rows: rows, seed: 4, into: &samples)
    var latents = [Float](repeating: 0, count: rows * 3)
    try vae.encodeSample(x, rows: rows, seed: 4, into: &latents)
    var terms = [Double](repeating: 0, count: rows)
    try vae.bound(x, rows: rows, samples: 2, seed: 4, reconstruction: &terms, divergence: nil)
    for few in [1, 13, 260] {
      var fewSamples = [Float](repeating: 0, count: few * Self.width)
      try vae.sample(rows: few, seed: 4, into: &fewSamples)
      #expect(fewSamples == Array(samples.prefix(few * Self.width)))
      var fewLatents = [Float](repeating: 0, count: few * 3)
      try vae.encodeSample(x, rows: few, seed: 4, into: &fewLatents)
      #expect(fewLatents == Array(latents.prefix(few * 3)))
      var fewTerms = [Double](repeating: 0, count: few)
      try vae.bound(x, rows: few, samples: 2, seed: 4, reconstruction: &fewTerms, divergence: nil)
      #expect(fewTerms == Array(terms.prefix(few)))
    }
    var others = [Float](repeating: 0, count: rows * Self.width)
    try vae.sample(rows: rows, seed: 5, into: &others)
    #expect(others != samples)
  }

  @Test func `Sampled latents have the encoder's moments`() throws {
    let vae = try model()
    let row = uniforms(Self.width, seed: 3)
    let count = 40_000
    let x = (0..<count).flatMap { _ in row }
    var z = [Float](repeating: 0, count: count * 3)
    try vae.encodeSample(x, rows: count, seed: 6, into: &z)
    let (mean, logVariance) = try encode(vae, row, rows: 1)
    for j in 0..<3 {
      let values = (0..<count).map { Double(z[3 * $0 + j]) }
      let m = values.reduce(0, +) / Double(count)
      let v = values.reduce(0) { $0 + ($1 - m) * ($1 - m) } / Double(count - 1)
      let variance = exp(Double(logVariance[j]))
      // Five standard errors.
      #expect(abs(m - Double(mean[j])) < 5 * (variance / Double(count)).squareRoot())
      #expect(abs(v / variance - 1) < 5 * (2 / Double(count)).squareRoot())
    }
  }

  @Test func `The manifold runs through the quantiles of N(0, 1)`() throws {
    let vae = try model()
    var images = [Float](repeating: 0, count: 3 * 4 * Self.width)
    try vae.manifold(latentX: 2, latentY: 0, gridRows: 3, gridColumns: 4, into: &images)
    // Quantiles from tables: of 1/6 and 5/6, and of 1/8, 3/8, 5/8, 7/8.
    let down: [Float] = [-0.967_421_57, 0, 0.967_421_57]
    let across: [Float] = [-1.150_349_4, -0.318_639_36, 0.318_639_36, 1.150_349_4]
    let z: [Float] = down.flatMap { y -> [Float] in across.flatMap { x -> [Float] in [y, 0, x] } }
    #expect(largestError(images, try decode(vae, z, rows: 12)) < 1e-6)
  }

  @Test func `Reconstructions are decoded means`() throws {
    let vae = try model()
    let x = uniforms(300 * Self.width, seed: 9)
    var y = [Float](repeating: 0, count: x.count)
    try vae.reconstruct(x, rows: 300, into: &y)
    #expect(y == (try decode(vae, try encode(vae, x, rows: 300).mean, rows: 300)))
  }

  @Test func `beta = b is C = 1 / b at a rate b times as large`() throws {
    let rows = 6
    let b: Float = 4
    func trained(_ c: Float, _ beta: Float, rate: Float) throws -> [Float] {
      let vae = try model { ($0.reconstructionWeight, $0.beta) = (c, beta) }
      let step = try VAEStep(vae, FitOptions(rule: .sgd(), batchRows: rows))
      for number in 1...5 {
        var x = uniforms(rows * Self.width, seed: 5)
        _ = try step.learn(&x, rows: rows, at: .step(number, rate: rate))
      }
      return vae.encoder.weights.parameters.array + vae.decoder.weights.parameters.array
    }
    let weighted = try trained(1, b, rate: 0.01)
    #expect(largestError(weighted, try trained(1 / b, 1, rate: 0.01 * b)) < 1e-5)
    #expect(largestError(weighted, try trained(1, 1, rate: 0.01 * b)) > 1e-3)
  }

  @Test func `The KL weight rises linearly, or in cycles`() {
    let linear = VAE.Annealing.linear(epochs: 4)
    #expect([0, 1, 2, 4, 9].map(linear.share) == [0, 0.25, 0.5, 1, 1])
    let cyclic = VAE.Annealing.cyclic(epochs: 4)
    #expect([0, 1, 2, 3, 4, 5, 6.5].map(cyclic.share) == [0, 0.5, 1, 1, 0, 0.5, 1])
    #expect(VAE.Annealing.constant.share(at: 0) == 1)
  }

  @Test func `Annealing weighs the KL term in training, not in validation`() throws {
    let vae = try model { $0.annealing = .linear(epochs: 2) }
    let step = try VAEStep(vae, FitOptions(batchRows: 4))
    var x = uniforms(4 * Self.width, seed: 5)
    let early = try step.learn(&x, rows: 4, at: StepTime(seed: 1, step: 1, epoch: 0.5, rate: 0))
    #expect(abs(early[.loss] - early[.reconstruction] - 0.25 * early[.kl]) < 1e-6)
    let validated = step.validate(&x, rows: 4, at: StepTime(seed: 1, step: 1, epoch: 0.5, rate: 0))
    #expect(abs(validated[.loss] - validated[.reconstruction] - validated[.kl]) < 1e-6)
  }

  @Test func `A learned variance becomes that of the noise`() throws {
    // Constant rows with noise of deviation 0.1: the decoder learns the rows, λ the noise.
    let count = 2000
    let noise = normals(count * Self.width, seed: 3)
    let rows = noise.indices.map { 0.5 + 0.1 * noise[$0] }
    let vae = try model { options in
      options.likelihood = .gaussian(variance: nil)
      options.latentSize = 1
      options.hidden = [4]
    }
    try Trainer.fit(
      vae, to: try dataset(rows, width: Self.width),
      FitOptions(learningRate: 1e-2, epochCount: 40, batchRows: 100))
    let logVariance = try #require(vae.decoder.weights.parameters.array.last)
    #expect(abs(exp(logVariance) - 0.01) < 0.001)
  }

  @Test func `Binarized pixels have the rows' probabilities`() throws {
    let vae = try model { $0.binarizes = true }
    let rows = 4000
    let step = try VAEStep(vae, FitOptions(batchRows: rows))
    let odds: [Float] = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1]
    var x = (0..<rows).flatMap { _ in odds }
    _ = try step.learn(&x, rows: rows, at: .step(1, rate: 0))
    #expect(x.allSatisfy { $0 == 0 || $0 == 1 })
    for (j, p) in odds.enumerated() {
      let share = (0..<rows).reduce(Float(0)) { $0 + x[$1 * Self.width + j] } / Float(rows)
      #expect(abs(share - p) <= 4 * (p * (1 - p) / Float(rows)).squareRoot())
    }
  }
}
