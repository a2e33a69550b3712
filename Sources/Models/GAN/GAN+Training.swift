import Datasets
import Glibc
import Networks
import Tensors

extension GAN: Trainable {
  package var rowShape: Shape { options.shape }
  package var requiresUnitRange: Bool { options.outputActivation != .identity }

  package func prepare(
    _ fit: FitOptions, _ dataset: Dataset
  ) throws(GenerativeError) -> any TrainingStep {
    if options.normalizes, fit.batchRows < 2 {
      throw GenerativeError(.argument, "batch_size must be at least 2 with batch norm, not \(fit.batchRows)")
    }
    try Labels.check(dataset, "dataset", classCount: options.classCount)
    if let validation = fit.validation {
      try Labels.check(validation, "validation", classCount: options.classCount)
    }
    return try GANStep(self, fit)
  }

  /// Sets the generator's last bias b to act(b) = the mean row, where training would spend its first
  /// steps going.
  fileprivate func startAtMean(of dataset: Dataset) throws(GenerativeError) {
    let width = options.shape.count
    let batches = try Batches(
      dataset, rows: Self.meanBatchRows, minimumRows: 1, seed: nil, context: context)
    let sums = try Buffer<Float>(count: width, in: context.memory)
    let mean = try Buffer<Double>(count: width, in: context.memory)
    var count = 0
    batches.start(epoch: 0)
    while true {
      let rows = try batches.next()
      if rows == 0 { break }
      context.columnSums(Matrix(batches.base, rows: rows, columns: width), into: sums.base)
      for j in 0..<width { mean.base[j] += Double(sums.base[j]) }
      count += rows
    }
    guard count > 0 else { return }
    // Behind it lie the classes' biases, where there are any.
    let bias =
      generator.weights.parameters.base + generator.network.parameterCount - (1 + options.classCount) * width
    for j in 0..<width {
      let x = mean.base[j] / Double(count)
      switch options.outputActivation {
      case .sigmoid, .tanh:
        // tanh(b) = 2σ(2b) − 1 meets 2x − 1 where σ(2b) = x.
        let share = min(max(x, 1e-3), 1 - 1e-3)
        let logit = log(share / (1 - share))
        bias[j] = Float(options.outputActivation == .tanh ? logit / 2 : logit)
      default: bias[j] = Float(x)
      }
    }
    average?.weights.copy(generator.weights)
  }
}

/// One step of the game: k steps of D, then one of G.
///
///     D ascends  ln D(x) + ln(1 − D(G(z)))
///     G descends ln(1 − D(G(z))), or −ln D(G(z))
///
/// The rows generated for D's last step serve G's too.
package final class GANStep: TrainingStep {
  private let model: GAN
  private let context: Context
  private let clipNorm: Float?
  private let generator: Workspace
  private let discriminator: Workspace
  private let z: Buffer<Float>
  private let dGenerated: Buffer<Float>
  private let dLogits: Buffer<Float>
  private let losses: Buffer<Float>
  private let sums: Buffer<Float>
  private var health = GANHealth()
  /// The classes of a conditional model's rows, real and generated.
  package let labels: Buffer<Int32>?

  package init(_ model: GAN, _ fit: FitOptions) throws(GenerativeError) {
    let context = model.context
    let (rows, width) = (fit.batchRows, model.options.shape.count)
    self.model = model
    self.context = context
    clipNorm = fit.clipNorm
    for player in model.learners { try player.prepare(fit.rule, after: model.progress.stepCount) }
    generator = try Workspace(model.generator.network, rows: rows, .training, context: context)
    discriminator = try Workspace(model.discriminator.network, rows: rows, .training, context: context)
    z = try Buffer(count: rows * model.options.latentSize, in: context.memory)
    dGenerated = try Buffer(count: rows * width, in: context.memory)
    dLogits = try Buffer(count: rows, in: context.memory)
    losses = try Buffer(count: rows, in: context.memory)
    sums = try Buffer(count: width, in: context.memory)
    labels = model.options.classCount > 0 ? try Buffer(count: rows, in: context.memory) : nil
    model.weightsChange()
  }

  package var warnings: [Warning] { health.warnings }

  package var minimumRows: Int { model.options.normalizes ? 2 : 1 }

  package func begin(_ dataset: Dataset) throws(GenerativeError) {
    if model.options.architecture == .dense, model.options.startsAtMean, model.progress.stepCount == 0 {
      try model.startAtMean(of: dataset)
    }
  }

  package func learn(
    _ x: UnsafeMutablePointer<Float>, rows: Int, at moment: Moment
  ) throws(Runaway) -> Figures {
    try play(x, rows: rows, at: moment) { z, own in
      model.draw(z, rows: rows, from: own.random(.latent))
    }
  }

  /// One step of the game with latents that `draw` writes, rows × latent, for each of D's steps.
  package func play(
    _ x: UnsafeMutablePointer<Float>, rows: Int, at moment: Moment,
    _ draw: (_ z: UnsafeMutablePointer<Float>, _ own: Moment) -> Void
  ) throws(Runaway) -> Figures {
    model.weightsChange()
    model.toInside(x, rows: rows)
    var figures = Figures()
    figures[.realDistance] = distance(x, rows: rows)
    var generated = UnsafePointer(dGenerated.base)
    let k = model.options.discriminatorSteps
    for turn in 0..<k {
      // D's steps number its random streams, so that none of the k repeats another.
      let own = moment.at(step: (moment.step - 1) * k + turn + 1)
      draw(z.base, own)
      generated = UnsafePointer(generate(rows: rows, .training(own.random(.dropout))))
      if turn == k - 1 { figures[.sampleDistance] = distance(generated, rows: rows) }
      try trainDiscriminator(x, generated, rows: rows, at: own, &figures)
    }
    try trainGenerator(generated, rows: rows, at: moment, &figures)
    model.average?.update(model.generator.weights, step: moment.step, context: context)
    figures[.loss] = figures[.discriminatorLoss] + figures[.generatorLoss]
    health.add(figures)
    return figures
  }

  private var generatorPass: (Network, Workspace) { (model.generator.network, generator) }
  private var discriminatorPass: (Network, Workspace) { (model.discriminator.network, discriminator) }

  private var givenLabels: UnsafePointer<Int32>? { labels.map { UnsafePointer($0.base) } }

  /// G(z), which stays for G's backward.
  private func generate(rows: Int, _ mode: Mode) -> UnsafeMutablePointer<Float> {
    model.generator.network.forward(
      z.base, rows: rows, given: givenLabels, model.generator.weights, generator, mode)
  }

  /// The root mean square distance between two of the rows, as callers scale them.
  private func distance(_ x: UnsafePointer<Float>, rows: Int) -> Double {
    let width = model.options.shape.count
    let distance = context.pairDistance(Matrix(reading: x, rows: rows, columns: width), sums: sums.base)
    return model.options.outputActivation == .tanh ? distance / 2 : distance
  }

  /// One step of D on real and generated rows, each normalised in a batch of its own.
  private func trainDiscriminator(
    _ x: UnsafePointer<Float>, _ generated: UnsafePointer<Float>, rows: Int, at moment: Moment,
    _ figures: inout Figures
  ) throws(Runaway) {
    let player = model.discriminator
    player.zeroGradient()
    let random = moment.random(.discriminatorNoise)
    let scale = 1 / Float(rows)

    let real = discriminate(x, rows: rows, .training(random.pass(0))) { logits in
      AdversarialLoss.real(
        logits: logits, rows: rows, smoothing: model.options.labelSmoothing, losses: losses.base,
        gradientScale: scale, dLogits: dLogits.base)
    }
    try Runaway.check("discriminator_loss", real.loss, [discriminatorPass], rows: rows)
    backward(x, rows: rows, .training(random.pass(0)), gradient: player.gradient?.base, into: nil)

    let fake = discriminate(generated, rows: rows, .training(random.pass(1))) { logits in
      AdversarialLoss.generated(
        logits: logits, rows: rows, losses: losses.base, gradientScale: scale, dLogits: dLogits.base)
    }
    try Runaway.check("discriminator_loss", fake.loss, [generatorPass, discriminatorPass], rows: rows)
    backward(generated, rows: rows, .training(random.pass(1)), gradient: player.gradient?.base, into: nil)

    figures[.discriminatorGradientNorm] = try [player].update(
      step: moment.step, rate: moment.rate, clipNorm: clipNorm)
    figures[.discriminatorLoss] = real.loss + fake.loss
    figures[.realScore] = real.score
    figures[.fakeScore] = fake.score
  }

  /// One step of G through D, whose own gradient is not wanted.
  private func trainGenerator(
    _ generated: UnsafePointer<Float>, rows: Int, at moment: Moment, _ figures: inout Figures
  ) throws(Runaway) {
    let player = model.generator
    player.zeroGradient()
    let noise = Mode.training(moment.random(.discriminatorNoise).pass(2))
    let result = discriminate(generated, rows: rows, noise) { logits in
      model.options.objective.generator(
        logits: logits, rows: rows, losses: losses.base, gradientScale: 1 / Float(rows),
        dLogits: dLogits.base)
    }
    try Runaway.check("generator_loss", result.loss, [generatorPass, discriminatorPass], rows: rows)
    backward(generated, rows: rows, noise, gradient: nil, into: dGenerated.base)
    player.network.backward(
      dGenerated.base, x: z.base, rows: rows, given: givenLabels, player.weights, generator,
      .training(moment.random(.dropout)), gradient: player.gradient?.base)
    figures[.gradientNorm] = try [player].update(step: moment.step, rate: moment.rate, clipNorm: clipNorm)
    figures[.generatorLoss] = result.loss
  }

  /// D's logits of rows, the mean loss that `evaluate` leaves in `losses`, and the mean of σ(logit).
  private func discriminate(
    _ x: UnsafePointer<Float>, rows: Int, _ mode: Mode,
    _ evaluate: (UnsafePointer<Float>) -> Void
  ) -> (loss: Double, score: Double) {
    let logits = model.discriminator.network.forward(
      x, rows: rows, given: givenLabels, model.discriminator.weights, discriminator, mode)
    evaluate(logits)
    let loss = context.sum(losses.base, count: rows) / Double(rows)
    context.activate(logits, count: rows, .sigmoid, into: losses.base)
    return (loss, context.sum(losses.base, count: rows) / Double(rows))
  }

  private func backward(
    _ x: UnsafePointer<Float>, rows: Int, _ mode: Mode, gradient: UnsafeMutablePointer<Float>?,
    into dx: UnsafeMutablePointer<Float>?
  ) {
    model.discriminator.network.backward(
      dLogits.base, x: x, rows: rows, given: givenLabels, model.discriminator.weights, discriminator, mode,
      gradient: gradient, inputGradient: dx)
  }

  /// The players' losses on rows that are not learned from, with latents of the batch's number.
  package func validate(_ x: UnsafeMutablePointer<Float>, rows: Int, at moment: Moment) -> Figures {
    model.toInside(x, rows: rows)
    var figures = Figures()
    let real = discriminate(x, rows: rows, .inference) { logits in
      AdversarialLoss.real(logits: logits, rows: rows, losses: losses.base)
    }
    model.draw(z.base, rows: rows, from: moment.random(.evaluation))
    let generated = generate(rows: rows, .inference)
    let fake = discriminate(generated, rows: rows, .inference) { logits in
      AdversarialLoss.generated(logits: logits, rows: rows, losses: losses.base)
    }
    _ = discriminate(generated, rows: rows, .inference) { logits in
      model.options.objective.generator(logits: logits, rows: rows, losses: losses.base)
    }
    figures[.generatorLoss] = context.sum(losses.base, count: rows) / Double(rows)
    figures[.discriminatorLoss] = real.loss + fake.loss
    figures[.realScore] = real.score
    figures[.fakeScore] = fake.score
    figures[.loss] = figures[.discriminatorLoss] + figures[.generatorLoss]
    return figures
  }
}
