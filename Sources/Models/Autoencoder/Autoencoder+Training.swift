import Datasets
import Networks
import Tensors

extension Autoencoder: Trainable {
  package var rowShape: Shape { options.shape }
  package var requiresUnitRange: Bool { options.loss == .crossEntropy }

  package func prepare(
    _ fit: FitOptions, _ dataset: Dataset
  ) throws(GenerativeError) -> any TrainingStep {
    if options.stack.normalizes, fit.batchRows < 2 {
      throw GenerativeError(.argument, "batch_size must be at least 2 with batch norm, not \(fit.batchRows)")
    }
    return try AutoencoderStep(self, fit)
  }
}

/// One step: minimise L(x, g(f(c(x)))) over the weights of f and g.
private final class AutoencoderStep: TrainingStep {
  private let model: Autoencoder
  private let clipNorm: Float?
  private let encoder: Workspace
  private let decoder: Workspace
  private let corrupted: Buffer<Float>
  private let noise: Buffer<Float>
  private let dOutput: Buffer<Float>
  private let dLatent: Buffer<Float>
  private let losses: Buffer<Float>

  init(_ model: Autoencoder, _ fit: FitOptions) throws(GenerativeError) {
    let context = model.context
    let rows = fit.batchRows
    let width = model.options.shape.count
    self.model = model
    clipNorm = fit.clipNorm
    try model.encoder.prepare(fit.rule, after: model.progress.stepCount)
    try model.decoder.prepare(fit.rule, after: model.progress.stepCount)
    encoder = try Workspace(model.encoder.network, rows: rows, .training, context: context)
    decoder = try Workspace(model.decoder.network, rows: rows, .training, context: context)
    corrupted = try Buffer(count: rows * width, in: context.memory)
    noise = try Buffer(count: rows * width, in: context.memory)
    dOutput = try Buffer(count: rows * width, in: context.memory)
    dLatent = try Buffer(count: rows * model.decoder.network.input.count, in: context.memory)
    losses = try Buffer(count: rows, in: context.memory)
  }

  var minimumRows: Int { model.options.stack.normalizes ? 2 : 1 }

  func learn(
    _ x: UnsafeMutablePointer<Float>, rows: Int, at moment: Moment
  ) throws(Runaway) -> Figures {
    let mode = Mode.training(moment.random(.dropout).pass(0))
    let decoderMode = Mode.training(moment.random(.dropout).pass(1))
    model.weightsChange()
    model.encoder.zeroGradient()
    model.decoder.zeroGradient()
    let input = corrupt(x, rows: rows, moment.random(.corruption))
    // z = f(c(x)), y = g(z)
    let z = model.encoder.network.forward(input, rows: rows, model.encoder.weights, encoder, mode)
    let y = model.decoder.network.forward(
      z, rows: rows, model.decoder.weights, decoder, decoderMode)
    let loss = evaluate(y, x, rows: rows, isLearning: true)
    try Runaway.check(
      "loss", loss, [(model.encoder.network, encoder), (model.decoder.network, decoder)], rows: rows)
    model.decoder.network.backward(
      dOutput.base, x: z, rows: rows, model.decoder.weights, decoder, decoderMode,
      gradient: model.decoder.gradient?.base, inputGradient: dLatent.base)
    model.encoder.network.backward(
      dLatent.base, x: input, rows: rows, model.encoder.weights, encoder, mode,
      gradient: model.encoder.gradient?.base)
    var figures = Figures()
    figures[.loss] = loss
    figures[.reconstruction] = loss
    figures[.gradientNorm] = try model.learners.update(
      step: moment.step, rate: moment.rate, clipNorm: clipNorm)
    return figures
  }

  func validate(_ x: UnsafeMutablePointer<Float>, rows: Int, at moment: Moment) -> Figures {
    let input = corrupt(x, rows: rows, moment.random(.evaluation))
    let z = model.encoder.network.forward(input, rows: rows, model.encoder.weights, encoder, .inference)
    let y = model.decoder.network.forward(z, rows: rows, model.decoder.weights, decoder, .inference)
    var figures = Figures()
    figures[.loss] = evaluate(y, x, rows: rows, isLearning: false)
    figures[.reconstruction] = figures[.loss]
    return figures
  }

  private func corrupt(
    _ x: UnsafeMutablePointer<Float>, rows: Int, _ random: Random
  ) -> UnsafePointer<Float> {
    guard model.options.corruption != .none else { return UnsafePointer(x) }
    model.options.corruption.apply(
      x, count: rows * model.options.shape.count, into: corrupted.base, from: random, scratch: noise.base,
      context: model.context)
    return UnsafePointer(corrupted.base)
  }

  /// The mean loss of rows and, when learning, its gradient into `dOutput`.
  private func evaluate(
    _ y: UnsafeMutablePointer<Float>, _ x: UnsafeMutablePointer<Float>, rows: Int, isLearning: Bool
  ) -> Double {
    let width = model.options.shape.count
    model.options.loss.evaluate(
      Matrix(y, rows: rows, columns: width), targets: Matrix(x, rows: rows, columns: width),
      losses: losses.base, gradientScale: 1 / Float(rows),
      dy: isLearning ? Matrix(dOutput.base, rows: rows, columns: width) : nil, context: model.context)
    return model.context.sum(losses.base, count: rows) / Double(rows)
  }
}
