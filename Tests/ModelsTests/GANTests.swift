import Datasets
import Glibc
import Models
import Networks
import Tensors
import Testing
import TestSupport
import Training

/// GANs on targets whose answer is known.
@Suite struct GANTests {
  private func moments(_ x: [Float]) -> (mean: Double, deviation: Double) {
    let mean = x.reduce(0.0) { $0 + Double($1) } / Double(x.count)
    let variance = x.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(x.count)
    return (mean, variance.squareRoot())
  }

  private func samples(_ gan: GAN, _ rows: Int, seed: UInt64 = 99) throws -> [Float] {
    var x = [Float](repeating: 0, count: rows * gan.options.shape.count)
    try gan.sample(rows: rows, seed: seed, into: &x)
    return x
  }

  private func small(width: Int, _ change: (inout GAN.Options) -> Void = { _ in }) throws -> GAN {
    var options = GAN.Options(shape: Shape(features: width))
    options.latentSize = 4
    options.generatorHidden = [16]
    options.discriminatorHidden = [16]
    options.outputActivation = .identity
    options.seed = 1
    change(&options)
    return try GAN(options)
  }

  @Test(arguments: [AdversarialLoss.nonSaturating, .minimax, .leastSquares])
  func `A GAN of a Gaussian ends with a D that cannot discriminate`(_ objective: AdversarialLoss) throws {
    let rows = normals(20_000, seed: 2).map { 1.5 + 0.7 * $0 }
    let gan = try small(width: 1) { options in
      options.objective = objective
      options.generatorHidden = [32]
      options.discriminatorHidden = [32, 32]
      options.generatorActivation = .tanh
      options.discriminatorActivation = .tanh
      options.normalizesGenerator = false
      (options.averageDecay, options.rampsAverage, options.preparation) = (0.995, false, .none)
    }
    var fit = FitOptions(
      rule: .adam(beta1: 0.5), learningRate: 2e-3, epochCount: 40, batchRows: 256, seed: 3)
    fit.schedule = .linear(floor: 0.05)
    try Trainer.fit(gan, to: try dataset(rows, width: 1), fit)
    let (mean, deviation) = moments(try samples(gan, 50_000))
    #expect(abs(mean - 1.5) <= 0.05)
    #expect(abs(deviation - 0.7) <= 0.1)
    var probability = [Float](repeating: 0, count: 4000)
    try gan.discriminate(Array(rows.prefix(4000)), rows: 4000, into: &probability)
    #expect(abs(moments(probability).mean - 0.5) <= 0.05)
    try gan.discriminate(try samples(gan, 4000), rows: 4000, into: &probability)
    #expect(abs(moments(probability).mean - 0.5) <= 0.05)
  }

  @Test(.disabled(if: isWatchedForRaces, "found by a whole fit alone"))
  func `All eight modes of a ring are found`() throws {
    let count = 20_000
    let deviation = 0.05
    let noise = normals(2 * count, seed: 4)
    let places = uniforms(count, seed: 5)
    func center(_ mode: Int) -> (Double, Double) {
      (cos(Double(mode) * Double.pi / 4), sin(Double(mode) * Double.pi / 4))
    }
    let rows = (0..<count).flatMap { i -> [Float] in
      let (x, y) = center(Int(places[i] * 8))
      return [Float(x + deviation * Double(noise[2 * i])), Float(y + deviation * Double(noise[2 * i + 1]))]
    }
    let gan = try small(width: 2) { options in
      options.latentSize = 2
      options.generatorHidden = [128, 128, 128]
      options.discriminatorHidden = [128, 128, 128]
      options.normalizesGenerator = false
      options.averageDecay = 0.995
    }
    var fit = FitOptions(
      rule: .adam(beta1: 0.5), learningRate: 2e-3, epochCount: 60, batchRows: 256, seed: 6)
    fit.schedule = .linear(floor: 0.02)
    try Trainer.fit(gan, to: try dataset(rows, width: 2), fit)
    let x = try samples(gan, 4000)
    var found = [Int](repeating: 0, count: 8)
    var near = 0
    for i in 0..<4000 {
      for mode in 0..<8 {
        let (a, b) = center(mode)
        if hypot(Double(x[2 * i]) - a, Double(x[2 * i + 1]) - b) < 3 * deviation {
          found[mode] += 1
          near += 1
        }
      }
    }
    #expect(found.allSatisfy { $0 >= 40 }, "samples by mode: \(found)")
    #expect(near >= 3600, "of 4000 within 3 deviations: \(near)")
  }

  @Test(arguments: [Activation.sigmoid, .tanh, .identity])
  func `G starts at the mean row, and its average there too`(_ output: Activation) throws {
    let rows = uniforms(300, seed: 5, 0.1, 0.6).enumerated().map { $0.offset % 3 == 0 ? 0 : $0.element }
    let gan = try small(width: 3) { options in
      options.outputActivation = output
      options.generatorHidden = []
    }
    // A rate too small to move anything.
    try Trainer.fit(
      gan, to: try dataset(rows, width: 3), FitOptions(learningRate: 1e-30, epochCount: 1, batchRows: 64))
    let zeros = [Float](repeating: 0, count: 4)
    for which in [GAN.Generator.average, .last] {
      var x = [Float](repeating: -1, count: 3)
      try gan.generate(zeros, rows: 1, by: which, into: &x)
      for j in 0..<3 {
        let mean = stride(from: j, to: 300, by: 3).reduce(0.0) { $0 + Double(rows[$1]) } / 100
        // A pixel that is always 0 starts at 0.001, where a sigmoid still learns.
        #expect(abs(Double(x[j]) - (output == .identity ? mean : max(mean, 1e-3))) < 1e-5)
      }
    }
    let off = try small(width: 3) { ($0.startsAtMean, $0.generatorHidden) = (false, []) }
    try Trainer.fit(
      off, to: try dataset(rows, width: 3), FitOptions(learningRate: 1e-30, epochCount: 1, batchRows: 64))
    var x = [Float](repeating: -1, count: 3)
    try off.generate(zeros, rows: 1, into: &x)
    #expect(x.allSatisfy { abs($0) < 1e-20 })
  }

  @Test func `The average follows the generator with its decay`() throws {
    let gan = try small(width: 2) {
      ($0.averageDecay, $0.rampsAverage, $0.normalizesGenerator) = (0.9, false, false)
    }
    let step = try GANStep(gan, FitOptions(rule: .sgd(), batchRows: 8))
    var expected = gan.generator.weights.parameters.array.map(Double.init)
    for number in 1...4 {
      var x = uniforms(16, seed: UInt64(number))
      _ = try step.learn(&x, rows: 8, at: .step(number, rate: 0.05))
      // Σ 0.9ⁿ⁻ᵏ·wₖ / Σ 0.9ⁿ⁻ᵏ, step by step.
      let share = 0.1 / (1 - pow(0.9, Double(number)))
      for (i, value) in gan.generator.weights.parameters.array.enumerated() {
        expected[i] += share * (Double(value) - expected[i])
      }
    }
    let average = try #require(gan.average).weights.parameters.array
    #expect(zip(average, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 * max(1, abs($1)) })
    #expect(average != gan.generator.weights.parameters.array)
  }

  @Test func `D takes k steps with new noise for each step of G`() throws {
    // A rate of 0 keeps the players: what differs between turns are the latents drawn.
    let gan = try small(width: 2) { $0.discriminatorSteps = 20 }
    let step = try GANStep(gan, FitOptions(rule: .sgd(), batchRows: 4))
    var drawn: [[Float]] = []
    for number in 1...2 {
      var x = uniforms(8, seed: 1)
      _ = try step.play(&x, rows: 4, at: .step(number, rate: 0)) { z, own in
        Context.standard.fillNormal(z, count: 16, from: own.random(.latent))
        drawn.append(Array(UnsafeBufferPointer(start: z, count: 16)))
      }
    }
    #expect(drawn.count == 40)
    #expect(Set(drawn).count == 40)
  }

  @Test func `Discriminator steps train D further`() throws {
    func loss(k: Int) throws -> Double {
      let gan = try small(width: 2) { $0.discriminatorSteps = k }
      let step = try GANStep(gan, FitOptions(rule: .sgd(), batchRows: 64))
      var figures = Figures()
      for number in 1...10 {
        var x = uniforms(128, seed: 1, 3, 4)
        figures = try step.learn(&x, rows: 64, at: .step(number, rate: 0.05))
      }
      return figures[.discriminatorLoss]
    }
    #expect(try loss(k: 5) < 0.8 * (try loss(k: 1)))
  }

  /// D(x) = w·x + b under the Wasserstein objective has the gradient mean G(z) − mean x whatever w is, so that k
  /// steps of gradient descent before G moves add up: batches 1 and 2 in place of batch 0 again move w by
  /// rate·(mean x₁ + mean x₂ − 2·mean x₀).
  @Test(arguments: [0, 3]) func `Each step of D uses new real rows`(_ classCount: Int) throws {
    let (rows, width, rate) = (8, 2, Float(0.125))
    let x = uniforms(3 * rows * width, seed: 3)
    func fitted(_ batches: Int, isFresh: Bool) throws -> GAN {
      let gan = try small(width: width) { options in
        (options.objective, options.discriminatorSteps, options.hasFreshRows) = (.wasserstein, 3, isFresh)
        (options.discriminatorHidden, options.classCount, options.preparation) = ([], classCount, .none)
        (options.startsAtMean, options.normalizesGenerator) = (false, false)
      }
      let data = try Dataset.stream(
        shape: Shape(features: width), shuffleWindow: 1, hasLabels: classCount > 0, context: .standard
      ) { first, most, out, labels in
        let count = max(0, min(most, batches * rows - first))
        for i in 0..<count * width { out[i] = x[first * width + i] }
        for i in 0..<count { labels?[i] = Int32((first + i) % rows % 3) }
        return count
      }
      try Trainer.fit(
        gan, to: data, FitOptions(rule: .sgd(), learningRate: rate, epochCount: 1, batchRows: rows, seed: 4))
      #expect(gan.progress.stepCount == 1)
      return gan
    }
    let own = try fitted(3, isFresh: true).discriminator.weights.parameters.array
    let shared = try fitted(1, isFresh: false).discriminator.weights.parameters.array
    // Where an epoch has one batch, it serves again.
    #expect(try fitted(1, isFresh: true).discriminator.weights.parameters.array == shared)
    for j in 0..<width {
      func mean(_ batch: Int) -> Double {
        (0..<rows).reduce(0) { $0 + Double(x[(batch * rows + $1) * width + j]) } / Double(rows)
      }
      let expected = Double(rate) * (mean(1) + mean(2) - 2 * mean(0))
      #expect(abs(Double(own[j] - shared[j]) - expected) < 1e-6)
      #expect(abs(expected) > 1e-3)
    }
  }

  @Test(arguments: [(1, 10), (3, 4), (10, 1), (100, 1)])
  func `An epoch has one step per k batches, and the last may have fewer`(_ k: Int, _ steps: Int) throws {
    let gan = try small(width: 2) { $0.discriminatorSteps = k }
    // Ten batches, the last of four rows.
    try Trainer.fit(
      gan, to: try dataset(uniforms(2 * 76, seed: 5), width: 2), FitOptions(epochCount: 3, batchRows: 8))
    #expect(gan.progress.stepCount == 3 * steps)
  }

  @Test func `Label smoothing keeps D from certainty`() throws {
    // Real and generated rows lie far apart: D would go to 1, and stops at 1 − smoothing.
    let gan = try small(width: 1) { ($0.labelSmoothing, $0.startsAtMean) = (0.2, false) }
    let step = try GANStep(gan, FitOptions(rule: .adam(), batchRows: 32))
    let held = gan.generator.weights.parameters.array
    var figures = Figures()
    for number in 1...400 {
      var x = uniforms(32, seed: UInt64(number), 20, 21)
      figures = try step.learn(&x, rows: 32, at: .step(number, rate: 2e-3))
      gan.generator.weights.parameters.assign(held)
    }
    #expect(figures[.realScore] < 0.9)
    #expect(figures[.realScore] > 0.6)
  }

  @Test func `Noise and dropout affect training, not inference`() throws {
    let x = uniforms(64, seed: 1)
    func figures(_ change: (inout GAN.Options) -> Void, seed: UInt64) throws -> Double {
      let gan = try small(width: 2, change)
      var rows = x
      let step = try GANStep(gan, FitOptions(rule: .sgd(), batchRows: 32))
      return try step.learn(&rows, rows: 32, at: StepTime(seed: seed, step: 1, epoch: 0, rate: 0))[.realScore]
    }
    #expect(try figures({ _ in }, seed: 1) == figures({ _ in }, seed: 2))
    #expect(try figures({ $0.inputNoise = 0.5 }, seed: 1) != figures({ $0.inputNoise = 0.5 }, seed: 2))
    #expect(try figures({ $0.dropout = 0.5 }, seed: 1) != figures({ $0.dropout = 0.5 }, seed: 2))
    let gan = try small(width: 2) { ($0.inputNoise, $0.dropout) = (0.5, 0.5) }
    let plain = try small(width: 2)
    plain.discriminator.weights.parameters.assign(gan.discriminator.weights.parameters.array)
    var (a, b) = ([Float](repeating: 0, count: 32), [Float](repeating: 1, count: 32))
    try gan.discriminate(x, rows: 32, into: &a)
    try plain.discriminate(x, rows: 32, into: &b)
    #expect(a == b)
  }

  @Test func `A seed's row is the same in any batch, also when generated from its latents`() throws {
    let gan = try small(width: 5)
    let many = try samples(gan, 300)
    #expect(Array(many.prefix(5 * 11)) == (try samples(gan, 11)))
    var z = [Float](repeating: 0, count: 300 * 4)
    gan.latents(rows: 300, seed: 99, into: &z)
    var x = [Float](repeating: 0, count: 300 * 5)
    try gan.generate(z, rows: 300, into: &x)
    #expect(x == many)
    let uniform = try small(width: 5) { $0.latent = .uniform }
    uniform.latents(rows: 300, seed: 1, into: &z)
    #expect(z.allSatisfy { $0 >= -1 && $0 < 1 })
    #expect(moments(z).deviation > 0.5)
  }
}
