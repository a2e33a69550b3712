import Datasets
import Networks
import Tensors

extension VAE: Trainable {
  package var rowShape: Shape { options.shape }
  package var requiresUnitRange: Bool { options.likelihood == .bernoulli }

  package func prepare(
    _ fit: FitOptions, _ dataset: Dataset
  ) throws(GenerativeError) -> any TrainingStep {
    if options.stack.normalizes, fit.batchRows < 2 {
      throw GenerativeError(.argument, "batch_size must be at least 2 with batch norm, not \(fit.batchRows)")
    }
    try Labels.check(dataset, "dataset", classCount: options.classCount)
    if let validation = fit.validation {
      try Labels.check(validation, "validation", classCount: options.classCount)
    }
    return try VAEStep(self, fit)
  }
}

/// One step: minimise C · reconstruction + β · KL over the weights of encoder and decoder.
package final class VAEStep: TrainingStep {
  private let model: VAE
  private let context: Context
  private let clipNorm: Float?
  private let encoder: Workspace
  private let decoder: Workspace
  /// ε of the rows at work, rows × latent.
  package let noise: Buffer<Float>
  private let deviation: Buffer<Float>
  private let z: Buffer<Float>
  private let dz: Buffer<Float>
  private let dMoments: Buffer<Float>
  private let dOutput: Buffer<Float>
  private let uniforms: Buffer<Float>
  private let losses: Buffer<Float>
  /// The classes of a conditional model's rows.
  package let labels: Buffer<Int32>?

  package init(_ model: VAE, _ fit: FitOptions) throws(GenerativeError) {
    let context = model.context
    let (rows, latent, width) = (fit.batchRows, model.options.latentSize, model.options.shape.count)
    self.model = model
    self.context = context
    clipNorm = fit.clipNorm
    try model.encoder.prepare(fit.rule, after: model.progress.stepCount)
    try model.decoder.prepare(fit.rule, after: model.progress.stepCount)
    encoder = try Workspace(model.encoder.network, rows: rows, .training, context: context)
    decoder = try Workspace(model.decoder.network, rows: rows, .training, context: context)
    noise = try Buffer(count: rows * latent, in: context.memory)
    deviation = try Buffer(count: rows * latent, in: context.memory)
    z = try Buffer(count: rows * latent, in: context.memory)
    dz = try Buffer(count: rows * latent, in: context.memory)
    labels = model.options.classCount > 0 ? try Buffer(count: rows, in: context.memory) : nil
    dMoments = try Buffer(count: rows * 2 * latent, in: context.memory)
    dOutput = try Buffer(count: rows * width, in: context.memory)
    uniforms = try Buffer(count: model.options.binarizes ? rows * width : 0, in: context.memory)
    losses = try Buffer(count: rows, in: context.memory)
    model.weightsChange()
  }

  package var minimumRows: Int { model.options.stack.normalizes ? 2 : 1 }

  package func learn(
    _ x: UnsafeMutablePointer<Float>, rows: Int, at moment: Moment
  ) throws(Runaway) -> Figures {
    let latent = model.options.latentSize
    if model.options.binarizes { binarize(x, rows: rows, moment.random(.binarisation)) }
    context.fillNormal(noise.base, count: rows * latent, from: moment.random(.reparameterisation))
    return try descend(x, rows: rows, at: moment)
  }

  /// One step under the noise in `noise`.
  package func descend(
    _ x: UnsafeMutablePointer<Float>, rows: Int, at moment: Moment
  ) throws(Runaway) -> Figures {
    var figures = differentiate(
      x, rows: rows, beta: model.options.beta * Float(model.options.annealing.share(at: moment.epoch)),
      .training(moment.random(.dropout).pass(0)), .training(moment.random(.dropout).pass(1)))
    try Runaway.check(
      "loss", figures[.loss], [(model.encoder.network, encoder), (model.decoder.network, decoder)],
      rows: rows)
    figures[.gradientNorm] = try model.learners.update(
      step: moment.step, rate: moment.rate, clipNorm: clipNorm)
    return figures
  }

  /// The loss of rows under the noise in `noise`, and its gradients.
  ///
  /// - Parameters:
  ///   - beta: the weight of the KL term now.
  ///   - mode, decoderMode: of the encoder and the decoder, whose dropout must not be alike.
  package func differentiate(
    _ x: UnsafeMutablePointer<Float>, rows: Int, beta: Float, _ mode: Mode, _ decoderMode: Mode
  ) -> Figures {
    let width = model.options.shape.count
    let perRow = 1 / Float(rows)
    model.weightsChange()
    model.encoder.zeroGradient()
    model.decoder.zeroGradient()

    // q(z|x), z = μ + σ·ε, p(x|z)
    let q = encode(x, rows: rows, mode)
    q.sample(noise: latentMatrix(noise, rows), into: latentMatrix(z, rows))
    let output = decode(rows: rows, decoderMode)

    // d(C · reconstruction)/dz, through the decoder
    let reconstructionScale = model.options.reconstructionWeight * perRow
    model.reconstructionLoss.evaluate(
      Matrix(output, rows: rows, columns: width), targets: Matrix(x, rows: rows, columns: width),
      losses: losses.base, gradientScale: reconstructionScale,
      dy: Matrix(dOutput.base, rows: rows, columns: width), context: context)
    let reconstruction = context.sum(losses.base, count: rows) / Double(rows)
    addVarianceGradient(rows: rows, scale: reconstructionScale)
    model.decoder.network.backward(
      dOutput.base, x: z.base, rows: rows, given: givenLabels, model.decoder.weights, decoder, decoderMode,
      gradient: model.decoder.gradient?.base, inputGradient: dz.base)

    // d/dμ and d/d ln σ², of both terms, through the encoder
    let (dMean, dLogVariance) = halves(dMoments.base, rows)
    q.sampleBackward(
      latentMatrix(dz, rows), noise: latentMatrix(noise, rows), dMean: dMean, dLogVariance: dLogVariance)
    q.divergence(
      losses: losses.base, gradientScale: beta * perRow, dMean: dMean, dLogVariance: dLogVariance)
    let divergence = context.sum(losses.base, count: rows) / Double(rows)
    model.encoder.network.backward(
      dMoments.base, x: x, rows: rows, given: givenLabels, model.encoder.weights, encoder, mode,
      gradient: model.encoder.gradient?.base)

    return figures(reconstruction, divergence, beta: beta)
  }

  package func validate(_ x: UnsafeMutablePointer<Float>, rows: Int, at moment: Moment) -> Figures {
    let (latent, width) = (model.options.latentSize, model.options.shape.count)
    if model.options.binarizes { binarize(x, rows: rows, moment.random(.evaluation).row(~moment.step)) }
    context.fillNormal(noise.base, count: rows * latent, from: moment.random(.evaluation))
    let q = encode(x, rows: rows, .inference)
    q.sample(noise: latentMatrix(noise, rows), into: latentMatrix(z, rows))
    q.divergence(losses: losses.base)
    let divergence = context.sum(losses.base, count: rows) / Double(rows)
    let output = decode(rows: rows, .inference)
    model.reconstructionLoss.evaluate(
      Matrix(output, rows: rows, columns: width), targets: Matrix(x, rows: rows, columns: width),
      losses: losses.base, context: context)
    let reconstruction = context.sum(losses.base, count: rows) / Double(rows)
    return figures(reconstruction, divergence, beta: model.options.beta)
  }

  private func figures(_ reconstruction: Double, _ divergence: Double, beta: Float) -> Figures {
    var figures = Figures()
    figures[.loss] = Double(model.options.reconstructionWeight) * reconstruction + Double(beta) * divergence
    figures[.reconstruction] = reconstruction
    figures[.kl] = divergence
    return figures
  }

  private var givenLabels: UnsafePointer<Int32>? { labels.map { UnsafePointer($0.base) } }

  private func encode(_ x: UnsafePointer<Float>, rows: Int, _ mode: Mode) -> LatentGaussian {
    let moments = model.encoder.network.forward(
      x, rows: rows, given: givenLabels, model.encoder.weights, encoder, mode)
    let (mean, logVariance) = halves(moments, rows)
    return LatentGaussian(mean: mean, logVariance: logVariance, deviation: latentMatrix(deviation, rows))
  }

  /// The decoder's output for the latents in `z`.
  private func decode(rows: Int, _ mode: Mode) -> UnsafeMutablePointer<Float> {
    model.decoder.network.forward(
      z.base, rows: rows, given: givenLabels, model.decoder.weights, decoder, mode)
  }

  /// Where λ = ln σ² is learned: dλ, which the rows' gradient does not carry.
  private func addVarianceGradient(rows: Int, scale: Float) {
    guard model.options.likelihood == .gaussian(variance: nil), let gradient = model.decoder.gradient
    else { return }
    let dLogVariance = GaussianLikelihood.sharedLogVarianceGradient(
      losses: losses.base, rows: rows, features: model.options.shape.count,
      variance: SharedVariance.variance(model.decoder))
    gradient.base[gradient.count - 1] += scale * Float(dLogVariance)
  }

  /// x ← 1 with probability x, else 0.
  private func binarize(_ x: UnsafeMutablePointer<Float>, rows: Int, _ random: Random) {
    let count = rows * model.options.shape.count
    context.fillUniform(uniforms.base, count: count, from: random)
    for i in 0..<count { x[i] = uniforms.base[i] < x[i] ? 1 : 0 }
  }

  private func latentMatrix(_ buffer: Buffer<Float>, _ rows: Int) -> Matrix {
    Matrix(buffer.base, rows: rows, columns: model.options.latentSize)
  }

  /// μ and ln σ² side by side in rows of twice the latent size.
  private func halves(_ moments: UnsafeMutablePointer<Float>, _ rows: Int) -> (Matrix, Matrix) {
    let latent = model.options.latentSize
    return (
      Matrix(moments, rows: rows, columns: latent, rowStride: 2 * latent),
      Matrix(moments + latent, rows: rows, columns: latent, rowStride: 2 * latent)
    )
  }
}
