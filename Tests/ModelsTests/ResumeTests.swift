import Datasets
import Models
import Networks
import Tensors
import Testing
import Training

/// A fit that is stopped anywhere and gone on with gives the bits of one that never stopped.
@Suite struct ResumeTests {
  private static let rowCount = 70

  /// A model and how it is fitted, with every source of state and randomness in use somewhere.
  enum Case: CaseIterable, Sendable, CustomStringConvertible {
    case denseAutoencoder, convolutionalAutoencoder, denseVAE, convolutionalVAE, conditionalVAE
    case tiedAutoencoder, sparseAutoencoder, importanceWeightedVAE
    case denseGAN, convolutionalGAN, conditionalGAN, stream, shuffledStream, keepsBest

    var description: String {
      switch self {
      case .denseAutoencoder: "a dense autoencoder with corruption, RMSProp and a warm-up"
      case .convolutionalAutoencoder: "a U-Net under a cosine"
      case .denseVAE: "a dense VAE with coins, annealing and clipping"
      case .convolutionalVAE: "a convolutional VAE with batch norm under a line"
      case .conditionalVAE: "a VAE with labels and AdamW"
      case .tiedAutoencoder: "a tied, contractive autoencoder without biases"
      case .sparseAutoencoder: "a sparse, contractive autoencoder of one layer"
      case .importanceWeightedVAE: "a VAE of three importance samples with labels, coins and dropout"
      case .denseGAN: "a dense GAN with an average, dropout and two steps of D"
      case .convolutionalGAN: "a DCGAN with an average"
      case .conditionalGAN: "a GAN with labels and spectral norm, SGD"
      case .stream: "a VAE and a stream in order"
      case .shuffledStream: "a VAE and a stream shuffled in a window, cosine"
      case .keepsBest: "an autoencoder that keeps the best of validation, with patience"
      }
    }

    var shape: Shape {
      switch self {
      case .convolutionalAutoencoder, .convolutionalVAE, .convolutionalGAN:
        Shape(height: 8, width: 4, channels: 2)
      default: Shape(features: 9)
      }
    }

    func model() throws -> any Trainable {
      switch self {
      case .denseAutoencoder, .keepsBest:
        var options = Autoencoder.Options(shape: shape)
        (options.latentSize, options.hidden, options.dropout) = (3, [7], 0.2)
        options.corruption = .gaussian(deviation: 0.1)
        return try Autoencoder(options)
      case .tiedAutoencoder:
        var options = Autoencoder.Options(shape: shape)
        (options.latentSize, options.hidden, options.isTied) = (3, [7], true)
        (options.contraction, options.hasBias) = (0.1, false)
        return try Autoencoder(options)
      case .sparseAutoencoder:
        var options = Autoencoder.Options(shape: shape)
        (options.latentSize, options.hidden, options.contraction) = (12, [], 0.1)
        (options.latentActivation, options.sparsity) = (.sigmoid, .divergence(weight: 0.3, target: 0.1))
        return try Autoencoder(options)
      case .importanceWeightedVAE:
        var options = VAE.Options(shape: shape)
        (options.latentSize, options.hidden, options.binarizes) = (3, [7], true)
        (options.importanceSamples, options.classCount, options.dropout) = (3, 3, 0.2)
        return try VAE(options)
      case .convolutionalAutoencoder:
        var options = Autoencoder.Options(shape: shape, architecture: .convolutional)
        (options.latentSize, options.hidden, options.hasSkips) = (3, [], true)
        options.convolution = ConvolutionOptions(baseChannels: 3)
        options.convolution.depth = 1
        return try Autoencoder(options)
      case .denseVAE, .stream, .shuffledStream, .conditionalVAE:
        var options = VAE.Options(shape: shape)
        (options.latentSize, options.hidden, options.binarizes) = (3, [7], true)
        options.annealing = .linear(epochs: 2.5)
        options.classCount = self == .conditionalVAE ? 3 : 0
        return try VAE(options)
      case .convolutionalVAE:
        var options = VAE.Options(shape: shape, architecture: .convolutional)
        (options.latentSize, options.hidden, options.isNormalized) = (3, [], true)
        options.convolution = ConvolutionOptions(baseChannels: 3)
        options.convolution.depth = 2
        options.likelihood = .gaussian(variance: nil)
        return try VAE(options)
      case .denseGAN, .conditionalGAN:
        var options = GAN.Options(shape: shape)
        (options.latentSize, options.generatorHidden, options.discriminatorHidden) = (3, [7], [7])
        (options.dropout, options.inputNoise) = (0.2, 0.1)
        options.discriminatorSteps = self == .denseGAN ? 2 : 3
        options.classCount = self == .conditionalGAN ? 3 : 0
        options.hasSpectralNorm = self == .conditionalGAN
        return try GAN(options)
      case .convolutionalGAN:
        var options = GAN.Options(shape: shape, architecture: .convolutional)
        options.latentSize = 5
        options.convolution = ConvolutionOptions(baseChannels: 3)
        options.convolution.depth = 2
        return try GAN(options)
      }
    }

    var options: FitOptions {
      var options = FitOptions(learningRate: 3e-3, epochCount: 3, batchRows: 16, seed: 8)
      switch self {
      case .denseAutoencoder: (options.rule, options.warmUpEpochs) = (.rmsProp(), 1.5)
      case .convolutionalAutoencoder: options.schedule = .cosine(floor: 0.1)
      case .convolutionalVAE: options.schedule = .linear(floor: 0)
      case .denseVAE: options.clipNorm = 0.1
      case .conditionalVAE: options.rule = .adamW()
      // Two steps an epoch, of three batches and of two.
      case .conditionalGAN: (options.rule, options.epochCount) = (.sgd(momentum: 0.9), 9)
      case .shuffledStream: (options.schedule, options.warmUpEpochs) = (.cosine(floor: 0), 0.5)
      case .keepsBest:
        (options.patience, options.keepsBest, options.learningRate, options.epochCount) = (2, true, 0.02, 12)
        options.validation = try? dataset(
          ResumeTests.rows(9).map { 1 - $0 * $0 }, width: 9)
      default: break
      }
      return options
    }

    func data(seed: UInt64 = 1) throws -> Dataset {
      let width = shape.count
      let rows = ResumeTests.rows(width, seed: seed)
      switch self {
      case .stream, .shuffledStream:
        return try Dataset.stream(shape: shape, shuffleWindow: self == .stream ? 1 : 23) {
          first, most, out in
          let count = max(0, min(most, ResumeTests.rowCount - first, 11))
          for i in 0..<count * width { out[i] = rows[first * width + i] }
          return count
        }
      default:
        let labels = (0..<ResumeTests.rowCount).map { Int32($0 * 5 % 3) }
        return try rows.withUnsafeBytes { bytes in
          try Dataset.memory(
            try #require(bytes.baseAddress), .float32, rowCount: ResumeTests.rowCount, shape: shape,
            ownership: .copied, labels: labels)
        }
      }
    }
  }

  private static func rows(_ width: Int, seed: UInt64 = 1) -> [Float] {
    uniforms(rowCount * width, seed: seed)
  }

  /// Fits until the token was asked `count` times, before as many steps and epochs' ends.
  private func fit(_ model: any Trainable, _ given: Case, stopAfter count: Int? = nil) throws {
    var options = given.options
    options.resumes = true
    var asked = 0
    options.observer.isCancelled = {
      asked += 1
      return count.map { asked > $0 } ?? false
    }
    let error = failure { try Trainer.fit(model, to: try given.data(), options) }
    #expect(error?.status == (count == nil ? nil : .cancelled), "\(error?.message ?? "")")
  }

  // Five steps and an end each epoch: before the first step, within an epoch, at its end, twice in one.
  @Test(
    arguments: Case.allCases,
    [[0], [2], [5], [7, 2], [3, 1, 6], [1, 1, 1, 1, 1, 1, 1, 1]])
  func `A resumed fit equals one that was never stopped`(_ given: Case, _ stops: [Int]) throws {
    let whole = try given.model()
    try fit(whole, given)
    var parts = try given.model()
    for stop in stops {
      try fit(parts, given, stopAfter: stop)
      #expect(parts.record?.epochsLeft(parts.progress) ?? 0 > 0)
      // By way of a file's bytes, which come back as they are.
      let saved = try parts.bytes()
      parts = try type(of: parts).init(bytes: saved)
      #expect(try parts.bytes() == saved)
    }
    try fit(parts, given)
    #expect(parts.progress == whole.progress)
    #expect(try parts.bytes(.weights) == whole.bytes(.weights))
    #expect(
      try withoutChecksums(parts.bytes()) == withoutChecksums(whole.bytes()), "optimizer and record")
    #expect(parts.record?.epochsLeft(parts.progress) == 0)
  }

  /// A fit that never stopped had no reason to look at its data twice.
  private func withoutChecksums(_ bytes: [UInt8]) throws -> [String] {
    let checkpoint = try readCheckpoint(bytes)
    return checkpoint.metadata.filter { !$0.key.hasSuffix(" checksum") && $0.key != "crc32c" }
      .map { "\($0.key) \($0.value)" }.sorted()
      + checkpoint.tensors.map { "\($0.name) \(Array($0.bytes))" }
  }

  @Test func `Patience and the best weights survive a stop at any step`() throws {
    let given = Case.keepsBest
    let whole = try given.model()
    try fit(whole, given)
    // It ran out of patience, and not of epochs.
    #expect(whole.progress.epochCount < given.options.epochCount)
    for stop in stride(from: 1, to: whole.progress.stepCount + whole.progress.epochCount - 1, by: 3) {
      let parts = try given.model()
      try fit(parts, given, stopAfter: stop)
      let loaded = try type(of: parts).init(bytes: parts.bytes())
      try fit(loaded, given)
      #expect(try loaded.bytes(.weights) == whole.bytes(.weights), "stopped after \(stop)")
    }
  }

  @Test func `An observer may stop at any event`() throws {
    let given = Case.keepsBest
    let whole = try given.model()
    try fit(whole, given)
    var parts = try given.model()
    var stops = 0
    while true {
      var options = given.options
      options.resumes = true
      options.observer.tell = { $0.kind == .epoch ? .stopNow : .goOn }
      guard failure({ try Trainer.fit(parts, to: try given.data(), options) }) != nil else { break }
      stops += 1
      parts = try type(of: parts).init(bytes: parts.bytes())
    }
    #expect(stops == whole.progress.epochCount)
    #expect(try parts.bytes(.weights) == whole.bytes(.weights))
  }

  @Test func `The averages of an interrupted epoch are those of all its steps`() throws {
    let given = Case.denseVAE
    func losses(_ stops: [Int]) throws -> [Double] {
      let model = try given.model()
      var losses: [Double] = []
      for stop in stops + [.max] {
        var options = given.options
        var asked = 0
        options.resumes = true
        options.observer.isCancelled = {
          asked += 1; return asked > stop
        }
        options.observer.tell = { event in
          if event.kind == .epoch { losses.append(event.figures[.loss]) }
          return .goOn
        }
        _ = failure { try Trainer.fit(model, to: try given.data(), options) }
      }
      return losses
    }
    #expect(try losses([3, 4]) == losses([]))
  }

  // MARK: - What cannot go on

  @Test(arguments: [
    "seed", "batch_size", "learning_rate", "epochs", "optimizer", "beta1", "schedule", "warm_up", "clip_norm",
  ])
  func `Other options are a mismatch that names the option`(_ name: String) throws {
    let given = Case.denseVAE
    let model = try given.model()
    try fit(model, given, stopAfter: 2)
    let before = try model.bytes()
    var options = given.options
    options.resumes = true
    switch name {
    case "seed": options.seed += 1
    case "batch_size": options.batchRows += 1
    case "learning_rate": options.learningRate *= 2
    case "epochs": options.epochCount += 1
    case "optimizer": options.rule = .sgd()
    case "beta1": options.rule = .adam(beta1: 0.5)
    case "schedule": options.schedule = .step(factor: 0.5, period: 1)
    case "warm_up": options.warmUpEpochs = 1
    default: options.clipNorm = 0.2
    }
    let error = failure { try Trainer.fit(model, to: try given.data(), options) }
    #expect(error?.status == .mismatch)
    #expect(error?.message.hasPrefix("resume: \(name) was ") == true, "\(error?.message ?? "")")
    #expect(try model.bytes() == before)
  }

  @Test(arguments: [Case.denseVAE, .conditionalVAE, .stream, .shuffledStream])
  func `Other data are a mismatch`(_ given: Case) throws {
    let model = try given.model()
    try fit(model, given, stopAfter: 2)
    let before = try model.bytes()
    var options = given.options
    options.resumes = true
    let other = failure { try Trainer.fit(model, to: try given.data(seed: 2), options) }
    #expect(other?.status == .mismatch)
    let wanted =
      model is VAE && given.options.epochCount == 3 && (given == .stream || given == .shuffledStream)
    #expect(
      other?.message.hasPrefix(wanted ? "resume: the dataset's stream" : "resume: dataset checksum") == true)
    #expect(try model.bytes() == before)
    // And afterwards it still goes on with the right ones.
    let whole = try given.model()
    try fit(whole, given)
    try fit(model, given)
    #expect(try model.bytes(.weights) == whole.bytes(.weights))
  }

  @Test func `Other labels, other rows and another validation set are mismatches`() throws {
    let given = Case.conditionalVAE
    let model = try given.model()
    try fit(model, given, stopAfter: 2)
    var options = given.options
    options.resumes = true
    let rows = Self.rows(9)
    func labelled(_ labels: [Int32], _ count: Int = Self.rowCount) throws -> Dataset {
      try rows.withUnsafeBytes { bytes in
        try Dataset.memory(
          try #require(bytes.baseAddress), .float32, rowCount: count, shape: given.shape, ownership: .copied,
          labels: labels)
      }
    }
    let same = (0..<Self.rowCount).map { Int32($0 * 5 % 3) }
    let fewer = failure { try Trainer.fit(model, to: try labelled(same, 60), options) }
    #expect(
      fewer?.message
        == "resume: dataset was 70 rows of 9 numbers in the interrupted fit and cannot be 60 rows of 9 numbers"
    )
    let error = failure { try Trainer.fit(model, to: try labelled(same.reversed()), options) }
    #expect(error?.status == .mismatch)
    options.validation = try labelled(same)
    #expect(failure { try Trainer.fit(model, to: try labelled(same), options) }?.status == .mismatch)
  }

  @Test func `A model without a record of its fit cannot be continued`() throws {
    let given = Case.denseVAE
    let model = try given.model()
    try fit(model, given)
    // A fit that ended has nothing left to do.
    let ended = try model.bytes()
    try fit(model, given)
    #expect(try model.bytes() == ended)
    let weights = try type(of: model).init(bytes: model.bytes(.weights))
    var options = given.options
    options.resumes = true
    #expect(failure { try Trainer.fit(weights, to: try given.data(), options) }?.status == .state)
    // Without `resumes` a further fit begins.
    options.resumes = false
    try Trainer.fit(model, to: try given.data(), options)
    #expect(model.progress.epochCount == 6)
  }
}
