import Networks
import Tensors
import TestSupport
import Testing

@Suite("Losses")
struct LossTests {
  private let context = Context.standard
  private let rows = 5
  private let features = 7

  private func matrix(_ buffer: Buffer<Float>, _ columns: Int) -> Matrix {
    Matrix(buffer.base, rows: rows, columns: columns)
  }

  @Test(
    "reconstruction losses and gradients agree with PyTorch",
    arguments: [
      ("crossEntropy", ReconstructionLoss.crossEntropy), ("squaredError", .squaredError),
      ("logSquaredError", .logSquaredError), ("gaussian", .gaussian(variance: 0.3)),
    ])
  func reconstruction(name: String, loss: ReconstructionLoss) throws {
    let golden = try Golden("networks-losses")
    let y = try copy(golden("\(name).y"))
    let target = try copy(golden("target.values"))
    let losses = try Buffer<Float>(count: rows)
    let dy = try Buffer<Float>(count: rows * features)
    loss.evaluate(
      matrix(y, features), targets: matrix(target, features), losses: losses.base, gradientScale: 0.25,
      dy: matrix(dy, features), context: context)
    #expect(largestError(losses.elements, try golden("\(name).losses")) < 2e-6)
    #expect(largestError(dy.elements.map { 4 * $0 }, try golden("\(name).dy")) < 5e-6)
    loss.evaluate(
      matrix(y, features), targets: matrix(target, features), losses: losses.base, context: context)
    #expect(largestError(losses.elements, try golden("\(name).losses")) < 2e-6)
    if name == "gaussian" {
      let derivative = GaussianLikelihood.sharedLogVarianceGradient(
        losses: losses.base, rows: rows, features: features, variance: 0.3)
      #expect(largestError([Float(derivative)], try golden("gaussian.dLogVariance")) < 5e-6)
    }
  }

  @Test("a perfect row has a finite logarithmic loss and no gradient")
  func perfectRow() throws {
    let y = try copy(normals(rows * features, seed: 1))
    let losses = try Buffer<Float>(count: rows)
    let dy = try Buffer<Float>(count: rows * features)
    ReconstructionLoss.logSquaredError.evaluate(
      matrix(y, features), targets: matrix(y, features), losses: losses.base, dy: matrix(dy, features),
      context: context)
    #expect(losses.elements.allSatisfy { abs($0 + 18.420681) < 1e-5 })
    #expect(dy.elements.allSatisfy { $0 == 0 })
  }

  @Test("a Gaussian of learned variance agrees with PyTorch")
  func learnedGaussian() throws {
    let golden = try Golden("networks-losses")
    let mean = try copy(golden("learnedGaussian.mean"))
    let logVariance = try copy(golden("learnedGaussian.logVariance"))
    let target = try copy(golden("target.values"))
    let losses = try Buffer<Float>(count: rows)
    let dMean = try Buffer<Float>(count: rows * features)
    let dLogVariance = try Buffer<Float>(count: rows * features)
    GaussianLikelihood.evaluate(
      mean: matrix(mean, features), logVariance: matrix(logVariance, features),
      targets: matrix(target, features), losses: losses.base, gradientScale: 2,
      dMean: matrix(dMean, features),
      dLogVariance: matrix(dLogVariance, features), context: context)
    #expect(largestError(losses.elements, try golden("learnedGaussian.losses")) < 2e-6)
    #expect(largestError(dMean.elements.map { $0 / 2 }, try golden("learnedGaussian.dmean")) < 5e-6)
    #expect(
      largestError(dLogVariance.elements.map { $0 / 2 }, try golden("learnedGaussian.dlogVariance")) < 5e-6)
  }

  @Test("the latent's sample, divergence and gradients agree with PyTorch")
  func latent() throws {
    let golden = try Golden("networks-losses")
    let latent = 3
    let encoded = try copy(golden("latent.encoded"))
    let noise = try copy(golden("latent.noise"))
    let dz = try copy(golden("latent.dz"))
    let z = try Buffer<Float>(count: rows * latent)
    let deviation = try Buffer<Float>(count: rows * latent)
    let dEncoded = try Buffer<Float>(count: rows * 2 * latent)
    let losses = try Buffer<Float>(count: rows)
    func half(_ buffer: Buffer<Float>, _ index: Int) -> Matrix {
      Matrix(buffer.base + index * latent, rows: rows, columns: latent, rowStride: 2 * latent)
    }
    let gaussian = LatentGaussian(
      mean: half(encoded, 0), logVariance: half(encoded, 1), deviation: matrix(deviation, latent))
    gaussian.sample(noise: matrix(noise, latent), into: matrix(z, latent))
    #expect(largestError(z.elements, try golden("latent.z")) < 1e-6)
    gaussian.sampleBackward(
      matrix(dz, latent), noise: matrix(noise, latent), dMean: half(dEncoded, 0),
      dLogVariance: half(dEncoded, 1))
    gaussian.divergence(
      losses: losses.base, gradientScale: 0.7, dMean: half(dEncoded, 0), dLogVariance: half(dEncoded, 1))
    #expect(largestError(losses.elements, try golden("latent.losses")) < 2e-6)
    #expect(largestError(dEncoded.elements, try golden("latent.dEncoded")) < 2e-6)
  }

  @Test("a diverging log-variance stays finite and is pulled back")
  func runaway() throws {
    let mean = try copy([0, 0])
    let logVariance = try copy([500, -500])
    let deviation = try Buffer<Float>(count: 2)
    let gradients = try Buffer<Float>(count: 4)
    let losses = try Buffer<Float>(count: 1)
    func row(_ base: UnsafeMutablePointer<Float>) -> Matrix { Matrix(base, rows: 1, columns: 2) }
    let gaussian = LatentGaussian(
      mean: row(mean.base), logVariance: row(logVariance.base), deviation: row(deviation.base))
    gaussian.divergence(
      losses: losses.base, dMean: row(gradients.base), dLogVariance: row(gradients.base + 2))
    #expect(losses[0].isFinite)
    #expect(gradients[2] > 1e12 && gradients[3] == -0.5)
    let target = try copy([1, 1])
    GaussianLikelihood.evaluate(
      mean: row(mean.base), logVariance: row(logVariance.base), targets: row(target.base),
      losses: losses.base, dMean: row(gradients.base), dLogVariance: row(gradients.base + 2), context: context
    )
    #expect(losses[0].isFinite)
    #expect(gradients[2] > 0 && gradients[3] < -1e12)
  }

  @Test(
    "adversarial losses and gradients agree with PyTorch, at certain logits too",
    arguments: ["real", "smoothed", "generated", "minimax", "nonSaturating"])
  func adversarial(name: String) throws {
    let golden = try Golden("networks-losses")
    let logits = try golden("\(name).logits")
    let n = logits.count
    var losses = [Float](repeating: 0, count: n)
    var d = losses
    let loss: AdversarialLoss = name == "minimax" ? .minimax : .nonSaturating
    switch name {
    case "real": loss.real(logits: logits, rows: n, losses: &losses, gradientScale: 3, dLogits: &d)
    case "smoothed":
      loss.real(logits: logits, rows: n, smoothing: 0.1, losses: &losses, gradientScale: 3, dLogits: &d)
    case "generated": loss.generated(logits: logits, rows: n, losses: &losses, gradientScale: 3, dLogits: &d)
    default: loss.generator(logits: logits, rows: n, losses: &losses, gradientScale: 3, dLogits: &d)
    }
    #expect(largestError(losses, try golden("\(name).losses")) < 1e-6)
    #expect(largestError(d.map { $0 / 3 }, try golden("\(name).dlogits")) < 1e-6)
  }

  @Test(
    "each objective's gradients are those of finite differences",
    arguments: [AdversarialLoss.nonSaturating, .minimax, .leastSquares], ["real", "generated", "generator"])
  func adversarialGradients(loss: AdversarialLoss, name: String) {
    let logits: [Float] = [-2.5, -0.5, 0, 0.25, 1, 3]
    func evaluate(_ logits: [Float]) -> (losses: [Float], dLogits: [Float]) {
      var losses = [Float](repeating: 0, count: logits.count)
      var d = losses
      switch name {
      case "real": loss.real(logits: logits, rows: logits.count, smoothing: 0.1, losses: &losses, dLogits: &d)
      case "generated": loss.generated(logits: logits, rows: logits.count, losses: &losses, dLogits: &d)
      default: loss.generator(logits: logits, rows: logits.count, losses: &losses, dLogits: &d)
      }
      return (losses, d)
    }
    let step: Float = 0x1p-6
    let (above, below) = (
      evaluate(logits.map { $0 + step }).losses, evaluate(logits.map { $0 - step }).losses
    )
    for (i, d) in evaluate(logits).dLogits.enumerated() {
      #expect(abs(d - (above[i] - below[i]) / (2 * step)) < 1e-4)
    }
  }

  @Test("least squares uses the squared distance to the target")
  func leastSquares() {
    var losses: [Float] = [0, 0]
    AdversarialLoss.leastSquares.real(logits: [1, -1], rows: 2, losses: &losses)
    #expect(losses == [0, 2])
    AdversarialLoss.leastSquares.generated(logits: [1, -1], rows: 2, losses: &losses)
    #expect(losses == [0.5, 0.5])
    AdversarialLoss.leastSquares.generator(logits: [1, -1], rows: 2, losses: &losses)
    #expect(losses == [0, 2])
    AdversarialLoss.leastSquares.probabilities([0.25, 3], rows: 2, into: &losses, context: context)
    #expect(losses == [0.25, 1])
  }
}
