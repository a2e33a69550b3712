import Models
import Networks
import Tensors
import Testing
import Training

/// What a GAN's events tell of its health.
@Suite struct DCGANHealthTests {
  @Test func `Distances are those between pairs of rows`() throws {
    let (n, width) = (5, 3)
    var options = GAN.Options(shape: Shape(features: width))
    (options.generatorHidden, options.discriminatorHidden) = ([4], [4])
    let gan = try GAN(options)
    let x = uniforms(n * width, seed: 7)
    var events: [Event] = []
    var fit = FitOptions(epochCount: 1, batchRows: n)
    fit.observer.tell = {
      events.append($0)
      return .goOn
    }
    try Trainer.fit(gan, to: try dataset(x, width: width), fit)
    var sum = 0.0
    for i in 0..<n {
      for j in 0..<n {
        for k in 0..<width {
          sum += Double((x[i * width + k] - x[j * width + k])) * Double((x[i * width + k] - x[j * width + k]))
        }
      }
    }
    let figures = try #require(events.last { $0.kind == .epoch }).figures
    #expect(abs(figures[.realDistance] - (sum / Double(n * (n - 1))).squareRoot()) < 1e-5)
    #expect(figures[.sampleDistance] > 0)
    #expect(figures[.discriminatorGradientNorm] > 0)
  }

  /// Warnings of a fit on two far clusters, by name.
  private func warnings(_ change: (inout GAN.Options, inout FitOptions) -> Void) throws -> Set<Warning> {
    let width = 8
    let x = uniforms(256 * width, seed: 3, 0, 0.2).enumerated().map { $1 + Float($0 / width % 2) * 0.8 }
    var options = GAN.Options(shape: Shape(features: width))
    options.latentSize = 4
    (options.generatorHidden, options.discriminatorHidden) = ([32], [32])
    var fit = FitOptions(rule: .adam(beta1: 0.5), learningRate: 1e-3, epochCount: 80, batchRows: 32)
    change(&options, &fit)
    var warnings: Set<Warning> = []
    fit.observer.tell = {
      if let warning = $0.warning { warnings.insert(warning) }
      return .goOn
    }
    try Trainer.fit(try GAN(options), to: try dataset(x.map { min($0, 1) }, width: width), fit)
    return warnings
  }

  @Test func `A healthy game raises no warning`() throws {
    #expect(try warnings { options, _ in options.averageDecay = nil } == [])
  }

  /// What is warned of after the steps: the ratio of generated to real distance at steps 0, 25, 50 ...,
  /// a line in between, the last to `end`.
  private func warnings(ofRatios ratios: [Double], to end: Int) -> Set<Warning> {
    var health = GANHealth()
    var raised: Set<Warning> = []
    for step in 0..<end {
      let (at, part) = (step / 25, Double(step % 25) / 25)
      let ratio =
        at + 1 < ratios.count ? ratios[at] + part * (ratios[at + 1] - ratios[at]) : ratios[ratios.count - 1]
      var figures = Figures()
      (figures[.realScore], figures[.fakeScore]) = (0.6, 0.4)
      (figures[.realDistance], figures[.sampleDistance]) = (10, 10 * ratio)
      health.add(figures)
      raised.formUnion(health.warnings)
    }
    return raised
  }

  @Test func `Similar rows in a DCGAN's first steps are not a collapse`() {
    // Recorded from a fit on Fashion-MNIST that ended well.
    let ratios = [
      0.085, 0.079, 0.073, 0.07, 0.073, 0.076, 0.103, 0.182, 0.299, 0.486, 0.684, 0.758, 0.743, 0.829, 0.843,
      0.854, 0.859, 0.821, 0.876,
    ]
    #expect(warnings(ofRatios: ratios, to: 2000) == [])
    // The same until they fall together, or never drawn apart.
    let fallen = ratios + Array(repeating: 0.05, count: 12)
    #expect(warnings(ofRatios: fallen, to: 700) == [.collapsedGenerator])
    #expect(warnings(ofRatios: [0.08], to: 600) == [.collapsedGenerator])
    #expect(warnings(ofRatios: [0.08], to: 400) == [])
  }

  @Test func `Mode collapse forced on purpose raises the warning`() throws {
    // A generator whose only hidden unit sees a latent that hardly varies cannot but repeat itself.
    let raised = try warnings { options, _ in
      options.normalizesGenerator = false
      options.weights = .normal002
      (options.latentSize, options.generatorHidden) = (1, [1, 1, 1])
    }
    #expect(raised.contains(.collapsedGenerator))
  }

  @Test func `A hinge's loss near zero raises the warning, a critic's does not`() {
    for (objective, loss, expected) in [
      (AdversarialLoss.hinge, 0.01, true), (.hinge, 0.2, false), (.wasserstein, -30, false),
    ] {
      var health = GANHealth()
      var figures = Figures()
      (figures[.realScore], figures[.fakeScore], figures[.discriminatorLoss]) = (0.9999, 0.0001, loss)
      (figures[.realDistance], figures[.sampleDistance]) = (1, 1)
      for _ in 0..<149 { health.add(figures, objective) }
      #expect(health.warnings == [])
      health.add(figures, objective)
      #expect(health.warnings == (expected ? [.saturatedDiscriminator] : []))
    }
  }

  @Test func `A discriminator that knows every row raises the warning`() throws {
    // A generator of one hidden unit starts between the clusters, and moves a thousandth a step.
    let raised = try warnings { options, _ in
      (options.normalizesGenerator, options.startsAtMean) = (false, false)
      (options.weights, options.generatorHidden) = (.normal002, [1])
      (options.objective, options.discriminatorSteps, options.hasFreshRows) = (.minimax, 20, false)
    }
    #expect(raised.contains(.saturatedDiscriminator))
  }
}
