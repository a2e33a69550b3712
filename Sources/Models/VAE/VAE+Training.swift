import Datasets
import Glibc
import Networks
import Tensors
import Training

extension VAE: Trainable {
  package var rowShape: Shape { options.shape }
  package var requiresUnitRange: Bool { options.likelihood == .bernoulli }
  package var usesBatchNorm: Bool { options.stack.normalizes }
  package var classCount: Int { options.classCount }

  package func prepare(
    _ fit: FitOptions, _ dataset: Dataset?
  ) throws(GenerativeError) -> any TrainingStep {
    try Labels.check(dataset, "dataset", classCount: options.classCount)
    if let validation = fit.validation {
      try Labels.check(validation, "validation", classCount: options.classCount)
    }
    return try VAEStep(self, fit)
  }
}

/// One step: minimize C · reconstruction + β · KL over the weights of encoder and decoder. With K > 1 latents
/// per row, minimize the negative of the importance-weighted bound.
package final class VAEStep: TrainingStep {
  private let model: VAE
  private let context: Context
  package let turns: [Turn]
  package let clipNorm: Float?
  private let encoder: Player
  private let decoder: Player
  /// K
  private let samples: Int
  /// ε for the current rows: K times rows × latent, like z and everything that is decoded.
  package let noise: Buffer<Float>
  private let deviation: Buffer<Float>
  private let z: Buffer<Float>
  private let dz: Buffer<Float>
  private let dPosterior: Buffer<Float>
  private let dOutput: Buffer<Float>
  private let uniforms: Buffer<Float>
  private let losses: Buffer<Float>
  /// The weights of the importance-weighted bound; nil if K = 1.
  private let importance: ImportanceWeights?
  /// The KL term as a running mean over about 50 steps; nil before the first step.
  private var recentDivergence: Double?
  /// Whether `noise` is given instead of drawn.
  private var isNoiseGiven = false
  /// The classes of a conditional model's rows, repeated K times.
  package let labels: Buffer<Int32>?

  package init(_ model: VAE, _ fit: FitOptions) throws(GenerativeError) {
    let context = model.context
    let (rows, latent, width) = (fit.batchRows, model.options.latentSize, model.options.shape.count)
    samples = model.options.importanceSamples
    guard let decodedRows = checkedProduct(rows, samples) else {
      throw GenerativeError(.memory, "\(samples) latents of \(rows) rows do not fit in memory")
    }
    self.model = model
    self.context = context
    clipNorm = fit.clipNorm
    turns = [try Turn(of: model, fit.rule)]
    labels = model.options.classCount > 0 ? try Buffer(count: decodedRows, in: context.memory) : nil
    encoder = try Player(model.encoder, rows: rows, labels: labels, context: context)
    decoder = try Player(model.decoder, rows: decodedRows, labels: labels, context: context)
    noise = try Buffer(count: decodedRows * latent, in: context.memory)
    deviation = try Buffer(count: rows * latent, in: context.memory)
    z = try Buffer(count: decodedRows * latent, in: context.memory)
    dz = try Buffer(count: decodedRows * latent, in: context.memory)
    dPosterior = try Buffer(count: rows * 2 * latent, in: context.memory)
    dOutput = try Buffer(count: decodedRows * width, in: context.memory)
    uniforms = try Buffer(count: model.options.binarizes ? rows * width : 0, in: context.memory)
    losses = try Buffer(count: decodedRows, in: context.memory)
    importance = samples > 1 ? try ImportanceWeights(rows: rows, samples: samples, context: context) : nil
  }

  package var warnings: [Warning] {
    guard model.progress.stepCount >= 500, model.options.beta > 0, let recentDivergence else { return [] }
    return recentDivergence < 0.1 ? [.deadLatents] : []
  }

  package func finish(_ figures: inout Figures, at time: StepTime) {
    let recent = recentDivergence ?? figures[.kl]
    recentDivergence = recent + (figures[.kl] - recent) / 50
  }

  /// One step with the noise in `noise`.
  package func descend(
    _ x: UnsafeMutablePointer<Float>, rows: Int, at time: StepTime
  ) throws(Runaway) -> Figures {
    isNoiseGiven = true
    defer { isNoiseGiven = false }
    return try learn(x, rows: rows, at: time)
  }

  package func differentiate(
    _ x: UnsafeMutablePointer<Float>, rows: Int, turn: Int, at time: StepTime
  ) throws(Runaway) -> Figures {
    if !isNoiseGiven {
      if model.options.binarizes { binarize(x, rows: rows, time.random(.binarisation), at: time) }
      draw(time.random(.reparameterisation), rows: rows, at: time)
    }
    let figures = differentiate(
      x, rows: rows, beta: model.options.beta * Float(model.options.annealing.share(at: time.epoch)),
      rowScale: time.rowScale(rows), time.training(.dropout, pass: 0),
      time.training(.dropout, pass: 1, rowsEach: samples))
    try Runaway.check("loss", figures[.loss], [encoder, decoder], at: time)
    return figures
  }

  /// The loss of rows with the noise in `noise`. Adds its gradients to those of the networks.
  ///
  /// - Parameters:
  ///   - beta: the current weight of the KL term.
  ///   - rowScale: the weight of a row's gradient; nil: 1 / rows.
  ///   - mode, decoderMode: the modes of the encoder and the decoder, whose dropout must differ.
  package func differentiate(
    _ x: UnsafeMutablePointer<Float>, rows: Int, beta: Float, rowScale: Float? = nil, _ mode: Mode,
    _ decoderMode: Mode
  ) -> Figures {
    let perRow = rowScale ?? 1 / Float(rows)
    let reconstructionScale = model.options.reconstructionWeight * perRow
    // q(z|x), z = μ + σ·ε, p(x|z)
    let q = encode(x, rows: rows, mode)
    let output = decode(q, rows: rows, decoderMode)
    let reconstruction = reconstruct(output, x, rows: rows, gradientScale: reconstructionScale)
    let bound = weigh(q, rows: rows, beta: beta, isLearning: true)

    // d(C · reconstruction)/dz, through the decoder
    addVarianceGradient(x, output, rows: rows, scale: reconstructionScale)
    decoder.backward(dOutput.base, into: dz.base)

    // d/dμ and d/d ln σ² of both terms, through the encoder
    let (dMean, dLogVariance) = halves(dPosterior.base, rows)
    if let importance {
      importance.backward(
        q, noise: noise.base, z: z.base, dz: dz.base, gradientScale: beta * perRow, dMean: dMean,
        dLogVariance: dLogVariance)
      q.divergence(losses: losses.base)
    } else {
      q.sampleBackward(
        latentMatrix(dz, rows), noise: latentMatrix(noise, rows), dMean: dMean, dLogVariance: dLogVariance)
      q.divergence(
        losses: losses.base, gradientScale: beta * perRow, dMean: dMean, dLogVariance: dLogVariance)
    }
    let divergence = context.sum(losses.base, count: rows) / Double(rows)
    encoder.backward(dPosterior.base)

    return figures(reconstruction, divergence, bound, beta: beta)
  }

  package func validate(_ x: UnsafeMutablePointer<Float>, rows: Int, at time: StepTime) -> Figures {
    let beta = model.options.beta
    if model.options.binarizes {
      binarize(x, rows: rows, time.random(.evaluation).row(~time.step), at: time)
    }
    draw(time.random(.evaluation), rows: rows, at: time)
    let q = encode(x, rows: rows, .inference)
    let reconstruction = reconstruct(decode(q, rows: rows, .inference), x, rows: rows)
    let bound = weigh(q, rows: rows, beta: beta, isLearning: false)
    q.divergence(losses: losses.base)
    let divergence = context.sum(losses.base, count: rows) / Double(rows)
    return figures(reconstruction, divergence, bound, beta: beta)
  }

  /// - Parameter bound: the importance-weighted bound, if it is the loss.
  private func figures(
    _ reconstruction: Double, _ divergence: Double, _ bound: Double?, beta: Float
  ) -> Figures {
    var figures = Figures()
    figures[.loss] =
      bound.map { -$0 }
      ?? Double(model.options.reconstructionWeight) * reconstruction + Double(beta) * divergence
    figures[.reconstruction] = reconstruction
    figures[.kl] = divergence
    return figures
  }

  private func encode(_ x: UnsafePointer<Float>, rows: Int, _ mode: Mode) -> LatentGaussian {
    let (mean, logVariance) = halves(encoder.forward(x, rows: rows, mode), rows)
    return LatentGaussian(mean: mean, logVariance: logVariance, deviation: latentMatrix(deviation, rows))
  }

  /// The decoder's output for K latents per row: the first latents of all rows, then the second ones, and so
  /// on.
  private func decode(_ q: LatentGaussian, rows: Int, _ mode: Mode) -> UnsafeMutablePointer<Float> {
    for sample in 0..<samples {
      q.sample(noise: latentMatrix(noise, rows, sample), into: latentMatrix(z, rows, sample))
      if let labels, sample > 0 { (labels.base + sample * rows).update(from: labels.base, count: rows) }
    }
    return decoder.forward(z.base, rows: samples * rows, mode)
  }

  /// The mean of −ln p(x|z) over rows and latents, whose values are written to `losses`. With a scale, writes
  /// the gradient to `dOutput`.
  private func reconstruct(
    _ output: UnsafeMutablePointer<Float>, _ x: UnsafeMutablePointer<Float>, rows: Int,
    gradientScale: Float? = nil
  ) -> Double {
    let (width, targets) = (model.options.shape.count, x)
    for sample in 0..<samples {
      let offset = sample * rows * width
      model.evaluateReconstruction(
        Matrix(output + offset, rows: rows, columns: width),
        targets: Matrix(targets, rows: rows, columns: width), losses: losses.base + sample * rows,
        gradientScale: gradientScale ?? 1,
        dOutput: gradientScale.map { _ in Matrix(dOutput.base + offset, rows: rows, columns: width) })
    }
    return context.sum(losses.base, count: samples * rows) / Double(samples * rows)
  }

  /// The importance-weighted bound, or nil if K = 1. When learning, its weights are applied to `dOutput` and
  /// to `losses`, where the latents of each row are combined into one.
  private func weigh(_ q: LatentGaussian, rows: Int, beta: Float, isLearning: Bool) -> Double? {
    guard let importance else { return nil }
    let bound = importance.evaluate(
      q, noise: noise.base, z: z.base, losses: losses.base,
      reconstructionWeight: model.options.reconstructionWeight, beta: beta)
    if isLearning {
      context.scaleRows(
        Matrix(dOutput.base, rows: samples * rows, columns: model.options.shape.count),
        by: importance.normalized)
    }
    return bound
  }

  /// If λ = ln σ² is learned: adds its gradient, which is not part of the gradient of the rows. For variances
  /// that `willUpdate` computes, adds the squared errors in its place.
  private func addVarianceGradient(
    _ x: UnsafePointer<Float>, _ output: UnsafePointer<Float>, rows: Int, scale: Float
  ) {
    guard let errors = varianceGradient else { return }
    let width = model.options.shape.count
    switch model.options.learnedVariance {
    case .gradient:
      errors[0] +=
        scale
        * Float(
          GaussianLikelihood.sharedLogVarianceGradient(
            losses: losses.base, rows: rows, features: width, variance: model.variance))
    case .shared:
      errors[0] +=
        scale / model.options.reconstructionWeight
        * Float(
          GaussianLikelihood.squaredErrors(
            losses: losses.base, rows: rows, features: width, variance: model.variance))
    case .pixel:
      // The gradient of the output is scale · (y − t) / σ², weighted if a row has several latents.
      for row in 0..<samples * rows {
        let (y, dy, target) = (output + row * width, dOutput.base + row * width, x + row % rows * width)
        for j in 0..<width {
          errors[j] +=
            dy[j] * (y[j] - target[j]) * expf(model.logVariances[j]) / model.options.reconstructionWeight
        }
      }
    }
  }

  /// σ² ← the mean squared error of about the last hundred steps, or of all steps if there are few. The
  /// optimizer is not involved.
  package func willUpdate(_ turn: Int, at time: StepTime, divisor: Double) {
    guard model.options.learnedVariance != .gradient, let errors = varianceGradient else { return }
    let count = model.varianceCount
    let features = Double(model.options.shape.count / count)
    let share = max(0.01, 2 / Double(time.step + 1))
    for j in 0..<count {
      let old = exp(Double(model.logVariances[j]))
      let variance = old + share * (Double(errors[j]) / (divisor * features) - old)
      model.logVariances[j] = Float(log(max(variance, Self.leastVariance)))
      errors[j] = 0
    }
  }

  /// The part of the gradient that belongs to λ; nil if no variance is learned.
  private var varianceGradient: UnsafeMutablePointer<Float>? {
    guard model.options.likelihood == .gaussian(variance: nil), let gradient = model.decoder.gradient
    else { return nil }
    return gradient.base + (gradient.count - model.varianceCount)
  }

  /// Minimum variance, which keeps exactly reproduced columns from getting all of the weight.
  private static let leastVariance = 1e-6

  /// Fills `noise`.
  private func draw(_ random: Random, rows: Int, at time: StepTime) {
    let latent = model.options.latentSize
    let total = time.slice?.totalRows ?? rows
    for sample in 0..<samples {
      context.fillNormal(
        noise.base + sample * rows * latent, count: rows * latent, from: random,
        offset: (sample * total + time.firstRow) * latent)
    }
  }

  /// x ← 1 with probability x, otherwise 0.
  private func binarize(_ x: UnsafeMutablePointer<Float>, rows: Int, _ random: Random, at time: StepTime) {
    let width = model.options.shape.count
    let count = rows * width
    context.fillUniform(uniforms.base, count: count, from: random, offset: time.firstRow * width)
    for i in 0..<count { x[i] = uniforms.base[i] < x[i] ? 1 : 0 }
  }

  /// Latent number `sample` of each row.
  private func latentMatrix(_ buffer: Buffer<Float>, _ rows: Int, _ sample: Int = 0) -> Matrix {
    let latent = model.options.latentSize
    return Matrix(buffer.base + sample * rows * latent, rows: rows, columns: latent)
  }

  /// μ and ln σ², stored next to each other in rows of twice the latent size.
  private func halves(_ posterior: UnsafeMutablePointer<Float>, _ rows: Int) -> (Matrix, Matrix) {
    let latent = model.options.latentSize
    return (
      Matrix(posterior, rows: rows, columns: latent, rowStride: 2 * latent),
      Matrix(posterior + latent, rows: rows, columns: latent, rowStride: 2 * latent)
    )
  }
}
