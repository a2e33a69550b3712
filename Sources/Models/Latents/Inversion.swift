import Datasets
import Glibc
import Networks
import Tensors
import Training

/// Finds the latents of given rows by gradient descent through a frozen network (Creswell & Bharath,
/// "Inverting the generator of a generative adversarial network", 2018; the objective with the prior is that
/// of Zhu et al., "Generative visual manipulation on the natural image manifold", ECCV 2016):
///
///     minimize over z:  |G(z) − x|² + weight·|z|²/2
///
/// For a masked row, the error counts only known values. The optimizer is Adam on z, with a rate that falls
/// to zero along half a cosine, from one or several starts. The result for a row is the latent with the
/// smallest objective in any step of any start. Rows are independent: each gives the same result in any
/// batch.
package final class Inversion {
  package struct Options {
    /// The number of steps per start.
    package var stepCount = 200
    /// The number of starts per row.
    package var startCount = 1
    /// Adam's learning rate at the first step, in latent units.
    package var learningRate: Float = 0.05
    /// The weight of |z|²/2.
    ///
    /// nil: 0, except for masked rows. For those of a VAE, it is the weight for which the result is the most
    /// likely latent; for those of a GAN, it is `usualWeight`.
    package var priorWeight: Float?
    /// The seed of the drawn starts.
    package var seed: UInt64 = 0
    /// Which values of the rows are known; nil: all of them.
    package var mask: Mask?
    package var observer = Observer()

    package init() {}
  }

  /// How a network's output relates to the caller's rows.
  enum Rendering { case asIs, sigmoid, halved }

  /// How starts are drawn, and which latents are allowed.
  enum Latents { case normal, uniform }

  /// The weight of the prior for masked rows of a model without a variance. On digits with 20, 50 and 80 of
  /// 100 pixels known, 0.03 ... 0.1 gives the smallest error of the hidden pixels.
  static let usualWeight: Float = 0.05

  private let network: Network
  private let weights: Weights
  private let rendering: Rendering
  private let latents: Latents
  private let options: Options
  private let context: Context
  /// The labels of all rows, if the network uses labels.
  private let labels: UnsafePointer<Int32>?
  /// The first row of the current block.
  private var first = 0
  private let block: Int
  private let workspace: Workspace
  private let optimizer: Optimizer
  /// For one block: latents, their gradient, rendered rows, their gradient, and squared errors.
  private let z: Buffer<Float>
  private let dz: Buffer<Float>
  private let y: Buffer<Float>
  private let dy: Buffer<Float>
  private let errors: Buffer<Float>
  /// The targets of masked rows.
  private let targets: Buffer<Float>
  private let priorWeight: Float
  private let clock = Clock()
  private var pace: Pace

  /// - Parameters:
  ///   - labels: for a model with classes, one class per row, which must outlive this object; otherwise nil.
  ///   - maskedWeight: the weight of the prior for masked rows, unless the options set it.
  /// - Throws: `.memory`.
  init(
    _ network: Network, _ weights: Weights, _ rendering: Rendering, _ latents: Latents, rows: Int,
    given labels: UnsafePointer<Int32>?, latentSize: Int, maskedWeight: Float = 0, _ options: Options,
    context: Context
  ) throws(GenerativeError) {
    self.labels = labels
    let width = network.output.count
    pace = Pace(clock, isDueAtOnce: true)
    self.network = network
    self.weights = weights
    self.rendering = rendering
    self.latents = latents
    self.options = options
    self.context = context
    block = max(min(rows, Inference.blockRows), 1)
    workspace = try Workspace(network, rows: block, .training, context: context)
    optimizer = try Optimizer(.adam(), parameterCount: block * latentSize, context: context)
    z = try Buffer(count: block * latentSize, in: context.memory)
    dz = try Buffer(count: block * latentSize, in: context.memory)
    y = try Buffer(count: block * width, in: context.memory)
    dy = try Buffer(count: block * width, in: context.memory)
    errors = try Buffer(count: block, in: context.memory)
    targets = try Buffer(count: options.mask == nil ? 0 : block * width, in: context.memory)
    priorWeight = options.priorWeight ?? (options.mask == nil ? 0 : maskedWeight)
  }

  /// Computes latents and squared errors |G(z) − x|² of `rows` rows.
  ///
  /// - Parameters:
  ///   - start: the first start of each row, rows × latent.
  ///   - best: receives the latents, rows × latent.
  ///   - error: receives the squared error of each row.
  /// - Throws: `.cancelled` if the observer requests it; `.nonfinite` if a row has no finite objective;
  ///   `.memory`.
  func run(
    _ x: UnsafePointer<Float>, rows: Int, from start: UnsafePointer<Float>, best: Buffer<Float>,
    error: Buffer<Float>
  ) throws(GenerativeError) {
    let objective = try Buffer<Float>(count: rows, in: context.memory)
    for row in 0..<rows { objective.base[row] = .infinity }
    let blockCount = (rows + block - 1) / block
    for startNumber in 0..<options.startCount {
      for number in 0..<blockCount {
        let first = number * block
        let count = min(block, rows - first)
        begin(start, first: first, rows: count, number: startNumber)
        // There is one more evaluation than steps, so that the latents of the last step count too.
        for step in 0...options.stepCount {
          if options.observer.isCancelled() { throw Self.stopped }
          differentiate(x + first * network.output.count, first: first, rows: count)
          keep(objective, best, error, first: first, rows: count)
          if step < options.stepCount { descend(step, rows: count) }
          var event = Event(.step)
          event.step = number * options.stepCount + step
          guard pace.isDue else { continue }
          event.learningRate = Double(rate(min(step, options.stepCount - 1)))
          event.figures[.reconstruction] = context.sum(errors.base, count: count) / Double(count)
          if tell(event, startNumber, blockCount) == .stopNow { throw Self.stopped }
        }
      }
      var event = Event(.epoch)
      event.step = blockCount * options.stepCount
      event.figures[.loss] = context.sum(objective.base, count: rows) / Double(rows)
      event.figures[.reconstruction] = context.sum(error.base, count: rows) / Double(rows)
      let answer = tell(event, startNumber, blockCount)
      if answer == .stopNow { throw Self.stopped }
      if answer == .stopAfterEpoch { break }
    }
    for row in 0..<rows where !objective.base[row].isFinite {
      throw GenerativeError(
        .nonfinite, "the objective of row \(row) is not finite: a lower learning_rate may help")
    }
  }

  /// The objectives of given latents and their gradients, for at most one block of rows.
  package func evaluate(
    at latents: UnsafePointer<Float>, of x: UnsafePointer<Float>, rows: Int, objectives: Buffer<Float>,
    gradient: Buffer<Float>
  ) {
    precondition(rows <= block)
    z.base.update(from: latents, count: rows * network.input.count)
    differentiate(x, first: 0, rows: rows)
    for row in 0..<rows { objectives[row] = objective(row) }
    gradient.base.update(from: dz.base, count: rows * network.input.count)
  }

  // MARK: - One step

  /// z ← start `number` of a block's rows: first the given one, then drawn ones.
  private func begin(_ start: UnsafePointer<Float>, first: Int, rows: Int, number: Int) {
    self.first = first
    let latent = network.input.count
    let (count, offset) = (rows * latent, first * latent)
    for state in optimizer.state { state.values.base.update(repeating: 0, count: state.values.count) }
    guard number > 0 else { return z.base.update(from: start + offset, count: count) }
    let random = Random(
      seed: options.seed, purpose: .inversion, step: UInt64(truncatingIfNeeded: number))
    switch latents {
    case .normal: context.fillNormal(z.base, count: count, from: random, offset: offset)
    case .uniform:
      context.fillUniform(z.base, count: count, from: random, offset: offset, low: -1, high: 1)
    }
  }

  /// errors ← |G(z) − x|²; dz ← the gradient of the objective.
  private func differentiate(_ x: UnsafePointer<Float>, first: Int, rows: Int) {
    let width = network.output.count
    let count = rows * width
    let given = labels.map { $0 + first }
    let output = network.forward(z.base, rows: rows, given: given, weights, workspace, .inference)
    switch rendering {
    case .asIs: y.base.update(from: output, count: count)
    case .sigmoid: context.activate(output, count: count, .sigmoid, into: y.base)
    case .halved: context.scale(output, by: 0.5, adding: 0.5, count: count, into: y.base)
    }
    var x = x
    if let mask = options.mask {
      // Unknown values are taken from the network's output.
      targets.base.update(from: y.base, count: count)
      mask.copy(x, first: first, rows: rows, into: targets.base)
      x = UnsafePointer(targets.base)
    }
    context.squaredError(
      Matrix(y.base, rows: rows, columns: width), targets: Matrix(reading: x, rows: rows, columns: width),
      losses: errors.base, gradientScale: rendering == .halved ? 0.5 : 1,
      dy: Matrix(dy.base, rows: rows, columns: width))
    if rendering == .sigmoid {
      context.activateBackward(dy.base, saved: y.base, count: count, .sigmoid, into: dy.base)
    }
    network.backward(
      dy.base, x: z.base, rows: rows, given: given, weights, workspace, .inference, gradient: nil,
      inputGradient: dz.base)
    if priorWeight > 0 {
      context.combine(priorWeight, z.base, 1, into: dz.base, count: rows * network.input.count)
    }
  }

  /// Keeps the latents of rows whose objective is smaller than all before.
  private func keep(
    _ objective: Buffer<Float>, _ best: Buffer<Float>, _ error: Buffer<Float>, first: Int, rows: Int
  ) {
    let latent = network.input.count
    for row in 0..<rows {
      let value = self.objective(row)
      guard value < objective.base[first + row] else { continue }
      objective.base[first + row] = value
      error.base[first + row] = errors.base[row]
      (best.base + (first + row) * latent).update(from: z.base + row * latent, count: latent)
    }
  }

  /// The objective of a row of the block, after `differentiate`.
  private func objective(_ row: Int) -> Float {
    guard priorWeight > 0 else { return errors.base[row] }
    let latent = network.input.count
    let size = length(z.base + row * latent, latent)
    return errors.base[row] + priorWeight * Float(size * size / 2)
  }

  private func descend(_ step: Int, rows: Int) {
    optimizer.step(step + 1, z.base, gradient: dz.base, rate: rate(step), context: context)
    // Restricts latents to the range on which the generator was trained.
    if latents == .uniform {
      context.clamp(z.base, to: -1, 1, count: rows * network.input.count, into: z.base)
    }
  }

  private func rate(_ step: Int) -> Float {
    options.learningRate * 0.5 * (1 + cosf(.pi * Float(step) / Float(options.stepCount)))
  }

  // MARK: - Events

  private func tell(_ told: Event, _ start: Int, _ blockCount: Int) -> Observer.Answer {
    guard let tell = options.observer.tell else { return .goOn }
    pace.begin()
    var event = told
    event.epoch = start + 1
    event.epochCount = options.startCount
    event.stepCount = blockCount * options.stepCount
    event.seconds = clock.seconds
    return tell(event)
  }

  private static var stopped: GenerativeError {
    GenerativeError(.cancelled, "the inversion was stopped")
  }
}
