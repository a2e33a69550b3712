import Datasets
import Glibc
import Networks
import Ranks
import Tensors
import Training

extension GAN: Trainable {
  package var rowShape: Shape { options.shape }
  package var lossIsMeasure: Bool { false }
  package var pace: (steps: Int, rows: Int) {
    let isDeep = options.architecture == .convolutional
    let stepCount = isDeep ? 3_000 : options.isNarrowTable ? 8_000 : 5_000
    // If each of D's steps has its own batch, G still gets this many steps.
    return (stepCount * options.batchCount, isDeep ? 32 : 128)
  }
  package var requiresUnitRange: Bool { options.outputActivation != .identity }
  package var usesBatchNorm: Bool { options.normalizes }
  package var classCount: Int { options.classCount }

  package func prepare(
    _ fit: FitOptions, _ dataset: Dataset?
  ) throws(GenerativeError) -> any TrainingStep {
    try Labels.check(dataset, "dataset", classCount: options.classCount)
    if let validation = fit.validation {
      try Labels.check(validation, "validation", classCount: options.classCount)
    }
    return try GANStep(self, fit)
  }

  /// Sets the generator's last bias b so that act(b) is the mean row. Otherwise training would spend its
  /// first steps reaching it.
  ///
  /// - Parameter ranks: the ranks if each has its own rows.
  fileprivate func startAtMean(of dataset: Dataset, _ ranks: Ranks?) throws(GenerativeError) {
    let width = options.shape.count
    // The row count is stored after the sums.
    let mean = try ranks.together { () throws(GenerativeError) in try self.columnSums(of: dataset) }
    try ranks?.sum(mean.base, count: width + 1)
    let count = mean.base[width]
    guard count > 0 else { return }
    // The biases of the classes follow it, if there are any.
    let bias =
      generator.weights.parameters.base + generator.network.parameterCount - (1 + options.classCount) * width
    for j in 0..<width {
      let x = mean.base[j] / count
      switch options.outputActivation {
      case .sigmoid, .tanh:
        // tanh(b) = 2σ(2b) − 1 equals 2x − 1 if σ(2b) = x.
        let share = min(max(x, 1e-3), 1 - 1e-3)
        let logit = log(share / (1 - share))
        bias[j] = Float(options.outputActivation == .tanh ? logit / 2 : logit)
      default: bias[j] = Float(x)
      }
    }
    average?.weights.copy(generator.weights)
  }

  /// The sum of each column, followed by the number of rows.
  private func columnSums(of dataset: Dataset) throws(GenerativeError) -> Buffer<Double> {
    let width = options.shape.count
    let batches = try Batches(
      dataset, rows: Self.meanBatchRows, minimumRows: 1, seed: nil, context: context)
    let sums = try Buffer<Float>(count: width, in: context.memory)
    let total = try Buffer<Double>(count: width + 1, in: context.memory)
    batches.start(epoch: 0)
    while let slice = try batches.next() {
      context.columnSums(Matrix(batches.base, rows: slice.rowCount, columns: width), into: sums.base)
      for j in 0..<width { total.base[j] += Double(sums.base[j]) }
      total.base[width] += Double(slice.rowCount)
    }
    return total
  }
}

/// One step of the game: k steps of D, then one of G.
///
///     D maximizes  ln D(x) + ln(1 − D(G(z)))
///     G minimizes  ln(1 − D(G(z))), or −ln D(G(z))
///
/// or the losses of another `AdversarialLoss`. A penalty on the length of D's gradient may be added.
///
/// Each of D's steps has its own real rows, as long as the epoch has more, and its own generated rows. The
/// rows generated for D's last step are also used for G's step.
package final class GANStep: TrainingStep {
  private let model: GAN
  private let context: Context
  /// D's turns, then G's.
  package let turns: [Turn]
  package var batchCount: Int { model.options.batchCount }
  package let clipNorm: Float?
  /// The ranks if each has its own rows.
  private let ranks: Ranks?
  private let generator: Player
  private let discriminator: Player
  private let z: Buffer<Float>
  private let dGenerated: Buffer<Float>
  private let dLogits: Buffer<Float>
  private let losses: Buffer<Float>
  private let sums: Buffer<Float>
  private let penalty: GradientPenalty?
  /// Points between real and generated rows.
  private let between: Buffer<Float>
  /// The change of an adaptive augmentation's probability per step.
  private let augmentationStep: Float
  private var health = GANHealth()
  /// Writes the latents of a step; nil: the model draws them.
  private var givenLatents: ((_ z: UnsafeMutablePointer<Float>, _ own: StepTime) -> Void)?
  /// The classes of a conditional model's rows, real and generated.
  package let labels: Buffer<Int32>?

  package init(_ model: GAN, _ fit: FitOptions) throws(GenerativeError) {
    let context = model.context
    let (rows, width) = (fit.batchRows, model.options.shape.count)
    self.model = model
    self.context = context
    clipNorm = fit.clipNorm
    augmentationStep = Float(rows) / Self.augmentationRows
    ranks = fit.sharesRows ? nil : fit.ranks
    let generatorTurn = try Turn(of: model, fit.rule, learners: [model.generator])
    let discriminatorTurn = try Turn(
      of: model, fit.rule, learners: [model.discriminator], norm: .discriminatorGradientNorm)
    turns =
      Array(repeating: discriminatorTurn, count: model.options.discriminatorSteps) + [generatorTurn]
    labels = model.options.classCount > 0 ? try Buffer(count: rows, in: context.memory) : nil
    generator = try Player(model.generator, rows: rows, labels: labels, context: context)
    discriminator = try Player(model.discriminator, rows: rows, labels: labels, context: context)
    z = try Buffer(count: rows * model.options.latentSize, in: context.memory)
    dGenerated = try Buffer(count: rows * width, in: context.memory)
    dLogits = try Buffer(count: rows, in: context.memory)
    losses = try Buffer(count: rows, in: context.memory)
    sums = try Buffer(count: width, in: context.memory)
    let options = model.options
    penalty =
      options.isPenalized
      ? try GradientPenalty(model.discriminator.network, rows: rows, context: context) : nil
    between = try Buffer(count: options.gradientPenalty > 0 ? rows * width : 0, in: context.memory)
  }

  package var warnings: [Warning] { health.warnings }

  package func begin(_ dataset: Dataset) throws(GenerativeError) {
    if model.options.architecture == .dense, model.options.startsAtMean, model.progress.stepCount == 0 {
      try model.startAtMean(of: dataset, ranks)
    }
  }

  /// One step of the game with latents that `draw` writes, rows × latent, for each of D's steps.
  package func play(
    _ x: UnsafeMutablePointer<Float>, rows: Int, at time: StepTime,
    _ draw: @escaping (_ z: UnsafeMutablePointer<Float>, _ own: StepTime) -> Void
  ) throws(Runaway) -> Figures {
    givenLatents = draw
    defer { givenLatents = nil }
    return try learn(x, rows: rows, at: time)
  }

  /// D's steps number its random streams, so that none of the k steps repeats another.
  package func time(of turn: Int, in time: StepTime) -> StepTime {
    let k = model.options.discriminatorSteps
    guard turn < k else { return time }
    return time.at(step: (time.step - 1) * k + turn + 1, rates: model.options.discriminatorRate)
  }

  package func receive(_ x: UnsafeMutablePointer<Float>, rows: Int) { model.toInside(x, rows: rows) }

  package func differentiate(
    _ x: UnsafeMutablePointer<Float>, rows: Int, turn: Int, at time: StepTime
  ) throws(Runaway) -> Figures {
    let k = model.options.discriminatorSteps
    var figures = Figures()
    if turn == k {
      try differentiateGenerator(rows: rows, at: time, &figures)
      return figures
    }
    if let givenLatents {
      givenLatents(z.base, time)
    } else {
      model.draw(z.base, rows: rows, first: time.firstRow, from: time.random(.latent))
    }
    let generated = generator.forward(z.base, rows: rows, time.training(.dropout))
    if turn == k - 1 {
      figures[.realDistance] = distance(x, rows: rows)
      figures[.sampleDistance] = distance(generated, rows: rows)
    }
    try differentiateDiscriminator(x, generated, rows: rows, at: time, &figures)
    return figures
  }

  package func finish(_ figures: inout Figures, at time: StepTime) {
    model.average?.update(model.generator.weights, step: time.step, context: context)
    figures[.loss] = figures[.discriminatorLoss] + figures[.generatorLoss]
    if penalty != nil { figures[.loss] += figures[.penalty] }
    health.add(figures, objective)
    if model.options.augmentation == .adaptive {
      let step = figures[.realSign] > Self.augmentationTarget ? augmentationStep : -augmentationStep
      model.discriminator.network.adaptAugmentation(model.discriminator.weights, by: step)
    }
  }

  /// If the mean sign of D's outputs for real rows exceeds this, images are augmented more often (Karras et
  /// al., "Training generative adversarial networks with limited data", NeurIPS 2020, section 3).
  private static let augmentationTarget = 0.6
  /// The number of rows in which the probability can rise from 0 to 1: a fifth of that in the paper, whose
  /// fits are longer.
  private static let augmentationRows: Float = 100_000

  /// The number of rows used to compare the variances of two generators.
  private static let judgedRows = 64
  /// If the averaged generator's rows have less than this fraction of the variance of the last generator's
  /// rows, they are worse. On digits, a mean of all steps has 0.2 to 0.63 of it in up to 1,200 steps, and up
  /// to 2.4 times the Fréchet distance. The average that ramps up has 0.83 to 0.95 of it, and at most 1.15
  /// times the distance.
  private static let lag = 0.7

  /// Whether the rows of the averaged generator vary far less than those of the last one, for the same
  /// latents and classes. They are then gray.
  package var averageLags: Bool {
    guard let average = model.average else { return false }
    let rows = min(generator.workspace.rowCapacity, Self.judgedRows)
    if let labels { Labels.draw(labels.base, rows: rows, first: 0, of: model.options.classCount, seed: 0) }
    model.latents(first: 0, rows: rows, seed: 0, into: z.base)
    func variance(_ weights: Weights) -> Double {
      let output = model.generator.network.forward(
        z.base, rows: rows, given: labels.map { UnsafePointer($0.base) }, weights, generator.workspace,
        .inference)
      let distance = distance(output, rows: rows)
      return distance * distance
    }
    return variance(average.weights) < Self.lag * variance(model.generator.weights)
  }

  private var objective: AdversarialLoss { model.options.objective }

  /// The root mean square distance between two of the rows, in the scale of the caller's rows.
  private func distance(_ x: UnsafePointer<Float>, rows: Int) -> Double {
    let width = model.options.shape.count
    let distance = context.pairDistance(Matrix(reading: x, rows: rows, columns: width), sums: sums.base)
    return model.options.outputActivation == .tanh ? distance / 2 : distance
  }

  /// D's gradient on real and generated rows, each normalized in its own batch.
  private func differentiateDiscriminator(
    _ x: UnsafePointer<Float>, _ generated: UnsafePointer<Float>, rows: Int, at time: StepTime,
    _ figures: inout Figures
  ) throws(Runaway) {
    let (realMode, fakeMode) = (
      time.training(.discriminatorNoise, pass: 0), time.training(.discriminatorNoise, pass: 1)
    )
    let scale = time.rowScale(rows)

    let real = discriminate(x, rows: rows, realMode) { logits in
      objective.real(
        logits: logits, rows: rows, smoothing: model.options.labelSmoothing, losses: losses.base,
        gradientScale: scale, dLogits: dLogits.base)
    }
    try Runaway.check("discriminator_loss", real.loss, [discriminator], at: time)
    discriminator.backward(dLogits.base)
    var penalties = try penalize(.zero, model.options.r1Penalty, rows: rows, at: time)

    let fake = discriminate(generated, rows: rows, fakeMode) { logits in
      objective.generated(
        logits: logits, rows: rows, losses: losses.base, gradientScale: scale, dLogits: dLogits.base)
    }
    try Runaway.check("discriminator_loss", fake.loss, [generator, discriminator], at: time)
    discriminator.backward(dLogits.base)

    if model.options.gradientPenalty > 0 {
      mix(x, generated, rows: rows, at: time)
      _ = discriminator.forward(
        between.base, rows: rows, time.training(.discriminatorNoise, pass: 3))
      penalties += try penalize(.one, model.options.gradientPenalty, rows: rows, at: time)
    }

    figures[.discriminatorLoss] = real.loss + fake.loss
    figures[.realScore] = real.score
    figures[.realSign] = real.sign
    figures[.fakeScore] = fake.score
    if penalty != nil { figures[.penalty] = penalties }
  }

  /// The mean penalty on the rows that D processed last; 0 if the weight is 0. Its gradient is added to D's.
  private func penalize(
    _ term: GradientPenalty.Term, _ weight: Float, rows: Int, at time: StepTime
  ) throws(Runaway) -> Double {
    guard weight > 0, let penalty else { return 0 }
    discriminator.penalize(
      penalty, term, weight: weight, losses: losses.base, gradientScale: time.rowScale(rows))
    let loss = context.sum(losses.base, count: rows) / Double(rows)
    try Runaway.check("penalty", loss, [discriminator], at: time)
    return loss
  }

  /// Draws a uniformly distributed point on each line from a generated row to a real one.
  private func mix(
    _ x: UnsafePointer<Float>, _ generated: UnsafePointer<Float>, rows: Int, at time: StepTime
  ) {
    let width = model.options.shape.count
    context.fillUniform(losses.base, count: rows, from: time.random(.interpolation), offset: time.firstRow)
    for i in 0..<rows {
      let (a, row) = (losses[i], between.base + i * width)
      row.update(from: generated + i * width, count: width)
      context.combine(a, x + i * width, 1 - a, into: row, count: width)
    }
  }

  /// G's gradient on the most recently generated rows, through D. D's own gradient is not computed.
  private func differentiateGenerator(
    rows: Int, at time: StepTime, _ figures: inout Figures
  ) throws(Runaway) {
    let noise = time.training(.discriminatorNoise, pass: 2)
    let result = discriminate(generator.output, rows: rows, noise) { logits in
      objective.generator(
        logits: logits, rows: rows, losses: losses.base, gradientScale: time.rowScale(rows),
        dLogits: dLogits.base)
    }
    try Runaway.check("generator_loss", result.loss, [generator, discriminator], at: time)
    discriminator.backward(dLogits.base, learns: false, into: dGenerated.base)
    generator.backward(dGenerated.base)
    figures[.generatorLoss] = result.loss
  }

  /// Computes D's logits of rows. Returns the mean of the losses that `evaluate` writes to `losses`, and the
  /// means of D and of the sign of D − ½.
  private func discriminate(
    _ x: UnsafePointer<Float>, rows: Int, _ mode: Mode,
    _ evaluate: (UnsafePointer<Float>) -> Void
  ) -> (loss: Double, score: Double, sign: Double) {
    let logits = discriminator.forward(x, rows: rows, mode)
    evaluate(logits)
    let loss = context.sum(losses.base, count: rows) / Double(rows)
    objective.probabilities(logits, rows: rows, into: losses.base, context: context)
    var sign = 0
    for i in 0..<rows { sign += losses[i] > 0.5 ? 1 : losses[i] < 0.5 ? -1 : 0 }
    return (loss, context.sum(losses.base, count: rows) / Double(rows), Double(sign) / Double(rows))
  }

  /// The players' losses on rows that are not trained on. The batch's number determines the latents.
  package func validate(_ x: UnsafeMutablePointer<Float>, rows: Int, at time: StepTime) -> Figures {
    model.toInside(x, rows: rows)
    var figures = Figures()
    let real = discriminate(x, rows: rows, .inference) { logits in
      objective.real(logits: logits, rows: rows, losses: losses.base)
    }
    model.draw(z.base, rows: rows, first: time.firstRow, from: time.random(.evaluation))
    let generated = generator.forward(z.base, rows: rows, .inference)
    let fake = discriminate(generated, rows: rows, .inference) { logits in
      objective.generated(logits: logits, rows: rows, losses: losses.base)
    }
    _ = discriminate(generated, rows: rows, .inference) { logits in
      objective.generator(logits: logits, rows: rows, losses: losses.base)
    }
    figures[.generatorLoss] = context.sum(losses.base, count: rows) / Double(rows)
    figures[.discriminatorLoss] = real.loss + fake.loss
    figures[.realScore] = real.score
    figures[.fakeScore] = fake.score
    figures[.loss] = figures[.discriminatorLoss] + figures[.generatorLoss]
    return figures
  }
}
