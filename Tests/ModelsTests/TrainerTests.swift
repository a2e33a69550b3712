import Checkpoints
import Datasets
import Models
import Networks
import Tensors
import Testing
import Training

/// The training loop: what it must give for any model, and how it ends.
@Suite struct TrainerTests {
  private static let width = 9
  private static let rowCount = 70
  private static var rows: [Float] { uniforms(rowCount * width, seed: 1) }

  enum Kind: CaseIterable, Sendable { case autoencoder, penalized, vae, importanceWeighted, gan }

  /// A small model of each kind, with every source of randomness in use.
  private func model(
    _ kind: Kind, context: Context = .standard, hidden: [Int] = [13, 6]
  ) throws -> any Trainable & Checkpointable {
    let shape = Shape(features: Self.width)
    switch kind {
    case .autoencoder:
      var options = Autoencoder.Options(shape: shape)
      (options.latentSize, options.hidden, options.dropout) = (3, hidden, 0.2)
      options.corruption = .gaussian(deviation: 0.1)
      return try Autoencoder(options, context: context)
    case .penalized:
      var options = Autoencoder.Options(shape: shape)
      (options.latentSize, options.hidden, options.latentActivation) = (5, hidden, .sigmoid)
      (options.sparsity, options.contraction) = (.divergence(weight: 0.3, target: 0.1), 0.2)
      options.isTied = true
      return try Autoencoder(options, context: context)
    case .importanceWeighted:
      var options = VAE.Options(shape: shape)
      (options.latentSize, options.hidden, options.dropout) = (3, hidden, 0.2)
      (options.binarizes, options.importanceSamples) = (true, 4)
      return try VAE(options, context: context)
    case .vae:
      var options = VAE.Options(shape: shape)
      (options.latentSize, options.hidden, options.dropout) = (3, hidden, 0.2)
      options.binarizes = true
      options.annealing = .linear(epochs: 3)
      return try VAE(options, context: context)
    case .gan:
      var options = GAN.Options(shape: shape)
      (options.latentSize, options.generatorHidden, options.discriminatorHidden) = (3, hidden, hidden)
      (options.dropout, options.inputNoise, options.discriminatorSteps) = (0.2, 0.1, 2)
      return try GAN(options, context: context)
    }
  }

  private func fit(
    _ model: any Trainable, epochs: Int, context: Context = .standard,
    _ change: (inout FitOptions) -> Void = { _ in }
  ) throws {
    var options = FitOptions(learningRate: 3e-3, epochCount: epochs, batchRows: 16, seed: 8)
    change(&options)
    try Trainer.fit(model, to: try dataset(Self.rows, width: Self.width, context: context), options)
  }

  /// Of five batches: a GAN's step with two steps of D has two.
  private func stepsPerEpoch(_ kind: Kind) -> Int { kind == .gan ? 3 : 5 }

  // MARK: - Same seed, same bytes

  @Test(arguments: Kind.allCases)
  func `One thread and two give the same bytes`(_ kind: Kind) throws {
    func bytes(_ threads: Int, seed: UInt64 = 8) throws -> [UInt8] {
      let context = try Context(threadCount: threads)
      // Wide enough that the work is split.
      let model = try model(kind, context: context, hidden: [300, 70])
      try fit(model, epochs: 2, context: context) { ($0.batchRows, $0.seed) = (64, seed) }
      return try model.bytes()
    }
    let one = try bytes(1)
    #expect(one == (try bytes(2)))
    #expect(one != (try bytes(1, seed: 9)))
  }

  @Test(arguments: Kind.allCases)
  func `Two fits of two epochs equal one of four, also through a file`(_ kind: Kind) throws {
    let whole = try model(kind)
    try fit(whole, epochs: 4)
    let halves = try model(kind)
    try fit(halves, epochs: 2)
    let saved = try halves.bytes()
    try fit(halves, epochs: 2)
    #expect(try whole.numbers() == halves.numbers())
    let loaded = try type(of: halves).init(bytes: saved)
    #expect(try loaded.bytes() == saved)
    try fit(loaded, epochs: 2)
    #expect(try loaded.numbers() == whole.numbers())
    #expect(loaded.progress == Progress(epochCount: 4, stepCount: 4 * stepsPerEpoch(kind)))
  }

  @Test func `A warm-up longer than a fit continues in the next`() throws {
    func numbers(_ fits: [Int]) throws -> [String] {
      let model = try model(.autoencoder)
      for epochs in fits { try fit(model, epochs: epochs) { $0.warmUpEpochs = 2.5 } }
      return try model.numbers()
    }
    #expect(try numbers([4]) == numbers([1, 1, 2]))
  }

  @Test func `A new optimizer in a trained model starts at its first step`() throws {
    // Adam's first step moves every weight by the rate, whatever was trained before.
    for content in [CheckpointContent.weights, .everything] {
      let trained = try model(.autoencoder)
      try fit(trained, epochs: 3)
      let loaded = try Autoencoder(bytes: try trained.bytes(content))
      let before = loaded.encoder.weights.parameters.array
      try fit(loaded, epochs: 1) { options in
        options.rule = .adam(beta1: 0.8)
        (options.batchRows, options.learningRate) = (Self.rowCount, 1e-3)
      }
      let moves = zip(before, loaded.encoder.weights.parameters.array).map { abs($0 - $1) }
      #expect((moves.max() ?? 0) < 1.01e-3)
      #expect((moves.max() ?? 0) > 0.9e-3)
    }
  }

  // MARK: - Schedules, clipping, stopping

  @Test func `Rates follow the schedule`() throws {
    func rates(_ change: @escaping (inout FitOptions) -> Void) throws -> [Double] {
      var rates: [Double] = []
      try fit(try model(.autoencoder), epochs: 4) { options in
        options.batchRows = Self.rowCount
        options.learningRate = 1
        options.rule = .sgd()
        options.clipNorm = 1e-6
        change(&options)
        options.observer.tell = { event in
          if event.kind == .epoch { rates.append(event.learningRate) }
          return .goOn
        }
      }
      return rates
    }
    func near(_ a: [Double], _ b: [Double]) -> Bool {
      zip(a, b).allSatisfy { abs($0 - $1) < 1e-6 } && a.count == b.count
    }
    #expect(try rates { _ in } == [1, 1, 1, 1])
    #expect(near(try rates { $0.schedule = .step(factor: 0.5, period: 2) }, [1, 1, 0.5, 0.5]))
    #expect(near(try rates { $0.schedule = .cosine(floor: 0) }, [1, 0.75, 0.25, 0]))
    #expect(near(try rates { $0.schedule = .linear(floor: 0.1) }, [1, 0.7, 0.4, 0.1]))
    #expect(near(try rates { $0.warmUpEpochs = 2 }, [0.5, 1, 1, 1]))
  }

  @Test func `Clipping limits the step, not the reported norm`() throws {
    let model = try #require(try model(.autoencoder) as? Autoencoder)
    let before = model.encoder.weights.parameters.array + model.decoder.weights.parameters.array
    var norm = 0.0
    try fit(model, epochs: 1) { options in
      (options.rule, options.learningRate, options.clipNorm) = (.sgd(), 1, 0.01)
      options.batchRows = Self.rowCount
      options.observer.tell = { event in
        norm = event.figures[.gradientNorm]
        return .goOn
      }
    }
    let after = model.encoder.weights.parameters.array + model.decoder.weights.parameters.array
    let length = zip(before, after).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    #expect(abs(length.squareRoot() - 0.01) < 1e-5)
    #expect(norm > 0.1)
  }

  @Test func `Patience stops, and the best weights stay`() throws {
    // Validation rows far from the training rows get worse as the fit goes on.
    var losses: [Double] = []
    let validation = try dataset(Self.rows.map { 1 - $0 * $0 }, width: Self.width)
    let model = try #require(try model(.autoencoder) as? Autoencoder)
    var states: [[Float]] = []
    try fit(model, epochs: 60) { options in
      options.validation = validation
      (options.patience, options.keepsBest, options.learningRate) = (3, true, 2e-2)
      options.observer.tell = { event in
        if event.kind == .epoch {
          losses.append(event.validation[.loss])
          states.append(model.encoder.weights.parameters.array)
        }
        return .goOn
      }
    }
    let best = try #require(losses.indices.min { losses[$0] < losses[$1] })
    #expect(losses.count < 60)
    #expect(losses.count == best + 4)
    #expect(model.encoder.weights.parameters.array == states[best])
  }

  @Test(arguments: [(0, 8), (1e6, 3)])
  func `A fall of less than min_delta is not better`(_ minDelta: Double, _ epochCount: Int) throws {
    // The loss of the training rows themselves falls in each of so few epochs.
    let model = try model(.autoencoder)
    let validation = try dataset(Self.rows, width: Self.width)
    try fit(model, epochs: 8) { options in
      options.validation = validation
      (options.patience, options.minDelta) = (2, minDelta)
    }
    #expect(model.progress.epochCount == epochCount)
  }

  @Test func `An observer stops after the epoch, or now`() throws {
    let patient = try model(.vae)
    try fit(patient, epochs: 5) { options in
      options.observer.tell = { $0.epoch == 2 ? .stopAfterEpoch : .goOn }
    }
    #expect(patient.progress.epochCount == 2)

    let hasty = try model(.vae)
    let error = failure {
      try fit(hasty, epochs: 5) { options in options.observer.tell = { _ in .stopNow } }
    }
    #expect(error?.status == .cancelled)
    #expect(hasty.progress.epochCount == 1)

    let cancelled = try model(.vae)
    var asked = 0
    let reason = failure {
      try fit(cancelled, epochs: 5) { options in
        options.observer.isCancelled = {
          // Before each of the epoch's five steps, and at its end.
          asked += 1
          return asked > 7
        }
      }
    }
    #expect(reason?.status == .cancelled)
    #expect(cancelled.progress == Progress(epochCount: 1, stepCount: 6))
    try fit(cancelled, epochs: 1)
    #expect(cancelled.progress.epochCount == 2)
  }

  // MARK: - What goes wrong

  @Test(arguments: [TrainerTests.Kind.autoencoder, .vae])
  func `A diverging loss restores the last good epoch`(_ kind: Kind) throws {
    let model: any Trainable & Checkpointable
    if kind == .autoencoder {
      var options = Autoencoder.Options(shape: Shape(features: Self.width))
      (options.hidden, options.outputActivation) = ([20], .identity)
      model = try Autoencoder(options)
    } else {
      var options = VAE.Options(shape: Shape(features: Self.width))
      (options.hidden, options.likelihood, options.outputActivation) = (
        [20], .gaussian(variance: 0.1), .identity
      )
      model = try VAE(options)
    }
    try fit(model, epochs: 1) {
      $0.rule = .sgd(); $0.learningRate = 1e-3
    }
    let good = try model.numbers()
    let error = failure {
      try fit(model, epochs: 50) {
        $0.rule = .sgd(); $0.learningRate = 1e6
      }
    }
    #expect(error?.status == .nonfinite)
    #expect(try model.numbers() == good)
  }

  @Test func `Weights that became infinite in the last step are not kept`() throws {
    // The loss of the one step is finite, the step along its gradient is not.
    var options = Autoencoder.Options(shape: Shape(features: 2))
    (options.latentSize, options.hidden, options.outputActivation) = (1, [], .identity)
    options.preparation = .none
    let model = try Autoencoder(options)
    let start = try model.bytes(.weights)
    let error = failure {
      try Trainer.fit(
        model, to: try dataset([1e15, -1e15, 2e15, 1e15], width: 2),
        FitOptions(rule: .sgd(), learningRate: 1e10, epochCount: 1, batchRows: 2))
    }
    #expect(error?.status == .nonfinite)
    #expect(try model.bytes(.weights) == start)
  }

  @Test(arguments: Kind.allCases)
  func `Memory that is missing is missed before the first step`(_ kind: Kind) throws {
    let roomy = Memory()
    let first = try model(kind, context: try Context(threadCount: 1, memory: roomy))
    let need = roomy.usedByteCount
    withExtendedLifetime(first) {}
    var failures = 0
    // From no room for the step to enough of it.
    for extra in stride(from: 0, to: 400_000, by: 3000) {
      let context = try Context(threadCount: 1, memory: Memory(limit: need + extra))
      let model = try model(kind, context: context)
      let before = try model.bytes(.weights)
      let error = failure { try fit(model, epochs: 1) }
      guard let error else { break }
      failures += 1
      #expect(error.status == .memory)
      #expect(model.progress.stepCount == 0)
      #expect(try model.bytes(.weights) == before)
    }
    #expect(failures > 3)
    #expect(failures < 130)
  }

  @Test func `Rows of another shape are a mismatch`() throws {
    let model = try model(.vae)
    let wrong = try dataset(uniforms(40, seed: 1), width: 8)
    #expect(failure { try Trainer.fit(model, to: wrong, FitOptions()) }?.status == .mismatch)
    var options = FitOptions()
    options.validation = wrong
    let right = try dataset(Self.rows, width: Self.width)
    #expect(failure { try Trainer.fit(model, to: right, options) }?.status == .mismatch)
  }

  // MARK: - Odd data

  @Test(arguments: Kind.allCases)
  func `An unshuffled stream trains like rows in memory`(_ kind: Kind) throws {
    let rows = Self.rows
    let stream = try Dataset.stream(shape: Shape(features: Self.width), shuffleWindow: 1) {
      first, most, out in
      let count = min(most, Self.rowCount - first, 11)
      for i in 0..<max(count, 0) * Self.width { out[i] = rows[first * Self.width + i] }
      return max(count, 0)
    }
    let model = try model(kind)
    var steps: [Int] = []
    var options = FitOptions(epochCount: 3, batchRows: 16)
    options.observer.tell = { event in
      if event.kind == .epoch { steps.append(event.stepCount) }
      return .goOn
    }
    try Trainer.fit(model, to: stream, options)
    #expect(model.progress == Progress(epochCount: 3, stepCount: 3 * stepsPerEpoch(kind)))
    #expect(steps == Array(repeating: stepsPerEpoch(kind), count: 3))
    #expect(failure { _ = try model.bytes() } == nil)
  }

  @Test func `A batch may be larger than the data, and the data may be one row`() throws {
    for kind in [Kind.autoencoder, .vae] {
      let model = try model(kind)
      try Trainer.fit(
        model, to: try dataset(Array(Self.rows.prefix(Self.width)), width: Self.width),
        FitOptions(epochCount: 3, batchRows: 1000))
      #expect(model.progress.stepCount == 3)
      #expect(failure { _ = try model.bytes() } == nil)
    }
  }

  @Test func `Batch norm skips a last single row, and refuses a dataset of one row`() throws {
    let gan = try model(.gan)
    // 65 rows in batches of 16 leave one; a step takes two batches.
    try Trainer.fit(
      gan, to: try dataset(Array(Self.rows.prefix(65 * Self.width)), width: Self.width),
      FitOptions(epochCount: 2, batchRows: 16))
    #expect(gan.progress == Progress(epochCount: 2, stepCount: 4))
    let one = try dataset(Array(Self.rows.prefix(Self.width)), width: Self.width)
    #expect(failure { try Trainer.fit(gan, to: one, FitOptions()) }?.status == .argument)
    let many = try dataset(Self.rows, width: Self.width)
    #expect(failure { try Trainer.fit(gan, to: many, FitOptions(batchRows: 1)) }?.status == .argument)
  }

  // MARK: - Memory

  @Test(arguments: Kind.allCases)
  func `Steps allocate no buffers`(_ kind: Kind) throws {
    let memory = Memory()
    let context = try Context(threadCount: 2, memory: memory)
    let model = try model(kind, context: context)
    var used: Set<Int> = []
    var peaks: Set<Int> = []
    try fit(model, epochs: 4, context: context) { options in
      options.observer.isCancelled = {
        used.insert(memory.usedByteCount)
        peaks.insert(memory.peakByteCount)
        return false
      }
    }
    #expect(used.count == 1)
    #expect(peaks.count == 1)
  }
}
