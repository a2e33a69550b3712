import Glibc
import Models
import Networks
import Tensors
import Testing
import TestSupport
import Training

/// VAEs that learn from the importance-weighted bound.
@Suite struct ImportanceTests {
  private static let width = 7

  private func model(_ samples: Int, _ change: (inout VAE.Options) -> Void = { _ in }) throws -> VAE {
    var options = VAE.Options(shape: Shape(features: Self.width))
    (options.latentSize, options.hidden, options.activation) = (3, [6], .tanh)
    (options.importanceSamples, options.seed) = (samples, 2)
    change(&options)
    let vae = try VAE(options)
    // Posteriors that differ from the prior.
    let wide = vae.encoder.weights.parameters.array.map { 2 * $0 }
    vae.encoder.weights.parameters.assign(wide)
    return vae
  }

  @Test(arguments: [VAE.Likelihood.bernoulli, .gaussian(variance: 0.2)], [1, 5])
  func `The loss is the bound in Double`(_ likelihood: VAE.Likelihood, _ samples: Int) throws {
    let (rows, c, beta) = (4, 0.8, 1.3)
    let vae = try model(samples) {
      $0.likelihood = likelihood
      ($0.reconstructionWeight, $0.beta) = (Float(c), Float(beta))
    }
    let step = try VAEStep(vae, FitOptions(batchRows: rows))
    let noise = normals(samples * rows * 3, seed: 3)
    step.noise.assign(noise)
    var x = uniforms(rows * Self.width, seed: 4)
    let figures = step.differentiate(&x, rows: rows, beta: Float(beta), .inference, .inference)
    var mean = [Float](repeating: 0, count: rows * 3)
    var logVariance = mean
    try vae.encode(x, rows: rows, mean: &mean, logVariance: &logVariance)
    var (bound, reconstruction, divergence) = (0.0, 0.0, 0.0)
    for i in 0..<rows {
      var logWeights: [Double] = []
      for k in 0..<samples {
        var (z, ratio) = ([Float](), 0.0)
        for j in 0..<3 {
          let (m, l) = (Double(mean[3 * i + j]), Double(logVariance[3 * i + j]))
          let e = Double(noise[(k * rows + i) * 3 + j])
          let value = m + exp(0.5 * l) * e
          z.append(Float(value))
          // ln N(z; 0, 1) − ln N(z; m, eˡ)
          ratio += -0.5 * value * value + 0.5 * (value - m) * (value - m) / exp(l) + 0.5 * l
        }
        var y = [Float](repeating: 0, count: Self.width)
        try vae.decode(z, rows: 1, into: &y)
        let nats = (0..<Self.width).reduce(0.0) { sum, j in
          let (p, t) = (Double(y[j]), Double(x[i * Self.width + j]))
          if case .gaussian = likelihood {
            return sum + 0.5 * ((p - t) * (p - t) / 0.2 + log(2 * Double.pi * 0.2))
          }
          return sum - t * log(p) - (1 - t) * log(1 - p)
        }
        reconstruction += nats / Double(samples * rows)
        logWeights.append(-c * nats + beta * ratio)
      }
      bound += log(logWeights.reduce(0) { $0 + exp($1) } / Double(samples)) / Double(rows)
      divergence += (0..<3).reduce(0.0) { sum, j in
        let (m, l) = (Double(mean[3 * i + j]), Double(logVariance[3 * i + j]))
        return sum + 0.5 * (m * m + exp(l) - l - 1) / Double(rows)
      }
    }
    #expect(abs(figures[.reconstruction] - reconstruction) < 1e-5)
    #expect(abs(figures[.kl] - divergence) < 1e-5)
    // One sample is the VAE, whose divergence is in closed form.
    let wanted = samples == 1 ? c * reconstruction + beta * divergence : -bound
    #expect(abs(figures[.loss] - wanted) < 2e-5)
  }

  @Test func `The bound grows with the samples, as the estimator's does`() throws {
    let rows = 2000
    var x = uniforms(rows * Self.width, seed: 5).map { $0 < 0.5 ? Float(0) : 1 }
    var losses: [Double] = []
    for samples in [1, 5, 50] {
      let vae = try model(samples)
      let step = try VAEStep(vae, FitOptions(batchRows: rows))
      losses.append(step.validate(&x, rows: rows, at: .step(1))[.loss])
      var likelihoods = [Double](repeating: 0, count: rows)
      try vae.logLikelihood(x, rows: rows, samples: samples, seed: 3, into: &likelihoods)
      let mean = likelihoods.reduce(0, +) / Double(rows)
      let variance = likelihoods.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)
      // Other latents of the same rows: within five standard errors of a difference.
      #expect(abs((losses.last ?? 0) + mean) < 5 * (2 * variance / Double(rows)).squareRoot())
    }
    #expect(losses[0] > losses[1] + 0.01 && losses[1] > losses[2], "\(losses)")
  }

  @Test func `More latents than fit in memory are an error at the start`() throws {
    let context = try Context(threadCount: 1, memory: Memory(limit: 1 << 24))
    var options = VAE.Options(shape: Shape(features: Self.width))
    options.importanceSamples = 10_000
    let vae = try VAE(options, context: context)
    let data = try dataset(uniforms(60 * Self.width, seed: 9), width: Self.width)
    #expect(failure { try Trainer.fit(vae, to: data, FitOptions(batchRows: 60)) }?.status == .memory)
    #expect(vae.progress.stepCount == 0)
  }
}
