import Datasets
import Networks
import Tensors
import Training

extension Autoencoder: Trainable {
  package var rowShape: Shape { options.shape }
  package var requiresUnitRange: Bool { options.outputActivation != .identity }
  package var usesBatchNorm: Bool { options.stack.normalizes }

  package func prepare(
    _ fit: FitOptions, _ dataset: Dataset?
  ) throws(GenerativeError) -> any TrainingStep {
    try AutoencoderStep(self, fit, isPaired: dataset?.targets != nil)
  }
}

/// One step: minimize L(t, g(f(c(x)))) plus the penalties on the latents h of f, over the weights of f and g.
/// t is the target of row x, or x itself if there are no targets.
private final class AutoencoderStep: TrainingStep {
  let turns: [Turn]
  let clipNorm: Float?
  let targets: Buffer<Float>?
  private let model: Autoencoder
  private let encoder: Player
  private let decoder: Player
  private let corrupted: Buffer<Float>
  private let noise: Buffer<Float>
  private let dOutput: Buffer<Float>
  private let dLatent: Buffer<Float>
  private let losses: Buffer<Float>
  private let sparsity: SparsityPenalty?
  /// One number per latent for the sparsity penalty.
  private let means: Buffer<Float>
  private let contraction: JacobianPenalty?

  init(_ model: Autoencoder, _ fit: FitOptions, isPaired: Bool) throws(GenerativeError) {
    let context = model.context
    let rows = fit.batchRows
    let width = model.options.shape.count
    self.model = model
    clipNorm = fit.clipNorm
    turns = [try Turn(of: model, fit.rule)]
    encoder = try Player(model.encoder, rows: rows, context: context)
    decoder = try Player(model.decoder, rows: rows, context: context)
    targets = isPaired ? try Buffer(count: rows * width, in: context.memory) : nil
    corrupted = try Buffer(count: rows * width, in: context.memory)
    noise = try Buffer(count: rows * width, in: context.memory)
    dOutput = try Buffer(count: rows * width, in: context.memory)
    dLatent = try Buffer(count: rows * model.decoder.network.input.count, in: context.memory)
    losses = try Buffer(count: rows, in: context.memory)
    sparsity = model.options.sparsity
    means = try Buffer(count: sparsity == nil ? 0 : model.options.latentSize, in: context.memory)
    contraction =
      model.options.contraction > 0
      ? try JacobianPenalty(model.encoder.network, rows: rows, context: context) : nil
  }

  func begin(_ dataset: Dataset) { model.isPaired = targets != nil }

  func differentiate(
    _ x: UnsafeMutablePointer<Float>, rows: Int, turn: Int, at time: StepTime
  ) throws(Runaway) -> Figures {
    let input = corrupt(x, rows: rows, time.random(.corruption), at: time)
    // z = f(c(x)), y = g(z)
    let z = encoder.forward(input, rows: rows, time.training(.dropout, pass: 0))
    let y = decoder.forward(z, rows: rows, time.training(.dropout, pass: 1))
    let reconstruction = evaluate(y, targets?.base ?? x, rows: rows, gradientScale: time.rowScale(rows))
    try Runaway.check("loss", reconstruction, [encoder, decoder], at: time)
    decoder.backward(dOutput.base, tiedTo: model.encoder, into: dLatent.base)
    let penalty = penalize(z, input, rows: rows, at: time, isLearning: true)
    try Runaway.check("loss", penalty, [encoder], at: time)
    encoder.backward(dLatent.base)
    var figures = Figures()
    figures[.loss] = reconstruction + penalty
    figures[.reconstruction] = reconstruction
    return figures
  }

  func validate(_ x: UnsafeMutablePointer<Float>, rows: Int, at time: StepTime) -> Figures {
    let input = corrupt(x, rows: rows, time.random(.evaluation), at: time)
    let z = encoder.forward(input, rows: rows, .inference)
    let y = decoder.forward(z, rows: rows, .inference)
    var figures = Figures()
    figures[.reconstruction] = evaluate(y, targets?.base ?? x, rows: rows)
    figures[.loss] =
      figures[.reconstruction] + penalize(z, input, rows: rows, at: time, isLearning: false)
    return figures
  }

  private func corrupt(
    _ x: UnsafeMutablePointer<Float>, rows: Int, _ random: Random, at time: StepTime
  ) -> UnsafePointer<Float> {
    guard model.options.corruption != .none else { return UnsafePointer(x) }
    let width = model.options.shape.count
    model.options.corruption.apply(
      x, count: rows * width, into: corrupted.base, from: random, offset: time.firstRow * width,
      scratch: noise.base, context: model.context)
    return UnsafePointer(corrupted.base)
  }

  /// The mean loss of rows. With a scale, writes its gradient to `dOutput`.
  private func evaluate(
    _ y: UnsafeMutablePointer<Float>, _ x: UnsafeMutablePointer<Float>, rows: Int,
    gradientScale: Float? = nil
  ) -> Double {
    let width = model.options.shape.count
    model.options.loss.evaluate(
      Matrix(y, rows: rows, columns: width), targets: Matrix(x, rows: rows, columns: width),
      losses: losses.base, gradientScale: gradientScale ?? 1,
      dy: gradientScale.map { _ in Matrix(dOutput.base, rows: rows, columns: width) },
      context: model.context)
    return model.context.sum(losses.base, count: rows) / Double(rows)
  }

  /// The penalties on the latents h of rows. When learning, adds the sparsity penalty's gradient to `dLatent`,
  /// and the contraction penalty's to the encoder's gradient.
  private func penalize(
    _ h: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, rows: Int, at time: StepTime,
    isLearning: Bool
  ) -> Double {
    var penalty = 0.0
    if let sparsity {
      penalty += sparsity.evaluate(
        Matrix(h, rows: rows, columns: model.options.latentSize), means: means.base,
        dh: isLearning ? dLatent.base : nil, rowScale: time.rowScale(rows), of: time.slice,
        context: model.context)
    }
    if let contraction {
      let weight = model.options.contraction
      contraction.evaluate(
        x, rows: rows, firstRow: time.firstRow, model.encoder.weights, encoder.workspace,
        time.random(.contraction), losses: losses.base, gradientScale: weight * time.rowScale(rows),
        gradient: isLearning ? model.encoder.gradient?.base : nil)
      penalty += Double(weight) * model.context.sum(losses.base, count: rows) / Double(rows)
    }
    return penalty
  }
}
