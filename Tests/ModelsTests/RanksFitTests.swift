import Checkpoints
import Datasets
import Glibc
import Models
import Networks
import Ranks
import Tensors
import Testing
import TestSupport
import Training

/// Fits of several ranks, which here are threads that meet in memory.
@Suite struct RanksFitTests {
  /// What a rank has after a fit.
  struct Outcome: @unchecked Sendable {
    let model: any Trainable & Checkpointable
    let error: GenerativeError?
    /// Of each epoch, the loss and that of the validation set.
    let losses: [Double]
    let validation: [Double]

    func numbers() throws -> [String] { try model.numbers() }
  }

  typealias Change = @Sendable (inout FitOptions, _ rank: Int) throws -> Void

  private static let width = 9
  private static let rowCount = 150
  private static let rows = uniforms(rowCount * width, seed: 1)

  private static func dataset(_ places: Range<Int>) throws -> Dataset {
    try ModelsTests.dataset(Array(rows[places.lowerBound * width..<places.upperBound * width]), width: width)
  }

  /// Fits a model on each rank; with one rank, alone.
  private static func fit(
    _ count: Int, batch: Int, epochs: Int = 3, threads: ThreadRanks? = nil,
    _ model: @escaping @Sendable (_ rank: Int) throws -> any Trainable & Checkpointable,
    data: @escaping @Sendable (_ rank: Int) throws -> Dataset = { _ in try dataset(0..<rowCount) },
    change: @escaping Change = { _, _ in }
  ) -> [Outcome] {
    let threads = threads ?? ThreadRanks(count)
    let found = Guarded([Outcome?](repeating: nil, count: count))
    threads.run { rank in
      do {
        let model = try model(rank)
        var options = FitOptions(learningRate: 3e-3, epochCount: epochs, batchRows: batch, seed: 8)
        options.ranks = count == 1 ? nil : threads.ranks(rank)
        options.sharesRows = true
        let losses = Guarded<[(Double, Double)]>([])
        options.observer.tell = { event in
          if event.kind == .epoch {
            losses.withLock { $0.append((event.figures[.loss], event.validation[.loss])) }
          }
          return .goOn
        }
        try change(&options, rank)
        let error = failure { try Trainer.fit(model, to: try data(rank), options) }
        let told = losses.withLock { $0 }
        let outcome = Outcome(
          model: model, error: error, losses: told.map(\.0), validation: told.map(\.1))
        found.withLock { $0[rank] = outcome }
      } catch {
        Issue.record(error)
      }
    }
    return found.withLock { $0.compactMap { $0 } }
  }

  // MARK: - Models

  enum Kind: CaseIterable, Sendable { case autoencoder, vae, gan }

  /// With every source of randomness in use.
  private static func model(_ kind: Kind) throws -> any Trainable & Checkpointable {
    let shape = Shape(features: width)
    let context = try Context(threadCount: 1)
    switch kind {
    case .autoencoder:
      var options = Autoencoder.Options(shape: shape)
      (options.latentSize, options.hidden, options.dropout) = (3, [13, 6], 0.2)
      options.stack.isNormalized = true
      options.corruption = .gaussian(deviation: 0.1)
      return try Autoencoder(options, context: context)
    case .vae:
      var options = VAE.Options(shape: shape)
      (options.latentSize, options.hidden, options.dropout) = (3, [13, 6], 0.2)
      options.binarizes = true
      options.annealing = .linear(epochs: 3)
      return try VAE(options, context: context)
    case .gan:
      var options = GAN.Options(shape: shape)
      (options.latentSize, options.generatorHidden, options.discriminatorHidden) = (3, [13, 6], [13, 6])
      (options.dropout, options.inputNoise, options.discriminatorSteps) = (0.2, 0.1, 2)
      options.normalizesDiscriminator = true
      return try GAN(options, context: context)
    }
  }

  private static func expectClose(
    _ these: [Double], _ those: [Double], _ tolerance: Double, _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(these.count == those.count && !these.isEmpty, sourceLocation: location)
    for (a, b) in zip(these, those) {
      #expect(abs(a - b) <= tolerance * max(abs(b), 1), "\(a) and \(b)", sourceLocation: location)
    }
  }

  // MARK: - The same steps

  /// 150 rows make two batches of 64 and one of 22.
  @Test(arguments: Kind.allCases, [2, 3, 4])
  func `Ranks with shared rows take the steps of one process`(_ kind: Kind, _ count: Int) throws {
    let change: Change = { options, _ in
      options.validation = try Self.dataset(3..<74)
      options.clipNorm = 0.5
    }
    let whole = count == 3 ? 48 : 64
    let one = try #require(Self.fit(1, batch: whole, { _ in try Self.model(kind) }, change: change).first)
    let all = Self.fit(count, batch: whole / count, { _ in try Self.model(kind) }, change: change)
    #expect(one.error == nil && all.allSatisfy { $0.error == nil }, "\(all.map { $0.error?.message ?? "" })")
    let tolerance = kind == .gan ? 1e-4 : 1e-5
    Self.expectClose(all[0].losses, one.losses, tolerance)
    Self.expectClose(all[0].validation, one.validation, tolerance)
    for other in all.dropFirst() {
      #expect(other.losses == all[0].losses && other.validation == all[0].validation)
      #expect(try other.numbers() == all[0].numbers())
    }
    #expect(one.losses[0] != one.losses[1])
  }

  /// Sums of latents over a batch of all ranks make its penalty: 67 rows to validate leave three for the
  /// last batch, and one of four ranks none.
  @Test(arguments: [2, 4]) func `A sparse autoencoder's means are over all ranks' rows`(_ count: Int)
    throws
  {
    let make: @Sendable (Int) throws -> any Trainable & Checkpointable = { _ in
      var options = Autoencoder.Options(shape: Shape(features: Self.width))
      (options.latentSize, options.hidden, options.latentActivation) = (5, [13], .sigmoid)
      options.sparsity = .divergence(weight: 3, target: 0.05)
      return try Autoencoder(options, context: try Context(threadCount: 1))
    }
    let change: Change = { options, _ in options.validation = try Self.dataset(3..<70) }
    let one = try #require(Self.fit(1, batch: 64, epochs: 8, make, change: change).first)
    let all = Self.fit(count, batch: 64 / count, epochs: 8, make, change: change)
    #expect(one.error == nil && all.allSatisfy { $0.error == nil }, "\(all.map(\.error))")
    Self.expectClose(all[0].losses, one.losses, 1e-5)
    Self.expectClose(all[0].validation, one.validation, 1e-5)
    for other in all.dropFirst() {
      #expect(other.losses == all[0].losses && other.validation == all[0].validation)
      #expect(try other.numbers() == all[0].numbers())
    }
  }

  @Test(arguments: [2, 4]) func `Ranks with batch norm take a DCGAN's steps`(_ count: Int) throws {
    let shape = Shape(height: 16, width: 16, channels: 1)
    let pixels = uniforms(160 * shape.count, seed: 4)
    let make: @Sendable (Int) throws -> any Trainable & Checkpointable = { _ in
      var options = GAN.Options(shape: shape, architecture: .convolutional)
      options.convolution.baseChannels = 8
      options.latentSize = 10
      return try GAN(options, context: try Context(threadCount: 1, usesWinograd: false))
    }
    let data: @Sendable (Int) throws -> Dataset = { _ in
      try ModelsTests.dataset(pixels, width: shape.count)
    }
    // 20 steps, each told.
    let change: Change = { options, _ in
      options.rule = .adam(beta1: 0.5)
      options.learningRate = 2e-4
    }
    let one = try #require(
      Self.fit(1, batch: 8 * count, epochs: 20 * 8 * count / 160, make, data: data, change: change).first)
    let all = Self.fit(count, batch: 8, epochs: 20 * 8 * count / 160, make, data: data, change: change)
    #expect(one.error == nil && all.allSatisfy { $0.error == nil })
    #expect(one.model.progress.stepCount == 20)
    Self.expectClose(all[0].losses, one.losses, 1e-4)
    #expect(try all[1].numbers() == all[0].numbers())
  }

  /// Without noise the order of rows does not matter: one step takes all.
  @Test func `Unequal rows of each rank count once`() throws {
    let make: @Sendable (Int) throws -> any Trainable & Checkpointable = { _ in
      var options = Autoencoder.Options(shape: Shape(features: Self.width))
      (options.latentSize, options.hidden) = (3, [13])
      return try Autoencoder(options, context: try Context(threadCount: 1))
    }
    let change: Change = { options, rank in
      options.rule = .sgd()
      options.learningRate = 1e-2
      options.sharesRows = false
      options.validation = try Self.dataset([100..<101, 101..<120, 120..<150][rank])
    }
    let one = try #require(
      Self.fit(
        1, batch: 40, epochs: 4, make, data: { _ in try Self.dataset(0..<40) },
        change: { options, _ in
          try change(&options, 0)
          options.validation = try Self.dataset(100..<150)
        }
      ).first)
    let shards = [0..<27, 27..<28, 28..<40]
    let all = Self.fit(3, batch: 27, epochs: 4, make, data: { try Self.dataset(shards[$0]) }, change: change)
    #expect(one.error == nil && all.allSatisfy { $0.error == nil }, "\(all.map(\.error))")
    #expect(all[0].model.progress == Progress(epochCount: 4, stepCount: 4))
    Self.expectClose(all[0].losses, one.losses, 1e-5)
    Self.expectClose(all[0].validation, one.validation, 1e-5)
    #expect(try all[2].numbers() == all[0].numbers() && all[1].numbers() == all[0].numbers())
    // Steps in which the rank of one row has none.
    let many = Self.fit(3, batch: 5, epochs: 2, make, data: { try Self.dataset(shards[$0]) }, change: change)
    #expect(many.allSatisfy { $0.error == nil && $0.model.progress.stepCount == 12 })
    #expect(try many[1].numbers() == many[0].numbers())
  }

  @Test func `Streams of ranks give the steps of rows in memory`() throws {
    // In order: a window of one row keeps it.
    let make: @Sendable (Int) throws -> any Trainable & Checkpointable = { _ in try Self.model(.vae) }
    @Sendable func stream(_ places: Range<Int>) throws -> Dataset {
      try Dataset.stream(shape: Shape(features: Self.width), shuffleWindow: 1) { first, most, rows in
        let count = min(most, places.count - first)
        for i in 0..<count * Self.width { rows[i] = Self.rows[(places.lowerBound + first) * Self.width + i] }
        return count
      }
    }
    let one = try #require(Self.fit(1, batch: 32, make, data: { _ in try stream(0..<90) }).first)
    let shared = Self.fit(2, batch: 16, make, data: { _ in try stream(0..<90) })
    #expect(one.error == nil && shared.allSatisfy { $0.error == nil }, "\(shared.map(\.error))")
    Self.expectClose(shared[0].losses, one.losses, 1e-5)
    let own = Self.fit(
      2, batch: 16, make, data: { try stream($0 == 0 ? 0..<50 : 50..<65) },
      change: { options, _ in
        options.sharesRows = false
      })
    #expect(own.allSatisfy { $0.error == nil && $0.model.progress.stepCount == 12 }, "\(own.map(\.error))")
    #expect(try own[0].numbers() == own[1].numbers() && shared[0].numbers() == shared[1].numbers())
    let empty = Self.fit(
      2, batch: 16, make, data: { try stream($0 == 0 ? 0..<50 : 50..<50) },
      change: { options, _ in
        options.sharesRows = false
      })
    #expect(empty.map { $0.error?.status } == [.argument, .argument])
    #expect(empty[0].error?.message.hasPrefix("rank 1: the rows callback ended before") == true)
  }

  // MARK: - Stopping

  @Test(arguments: [0, 1]) func `All ranks stop after the same step`(_ stopping: Int) throws {
    let path = "/tmp/generative-ranks-\(UInt64.random(in: 0 ... .max)).safetensors"
    defer { unlink(path) }
    func fit(_ cancels: Bool, resumes: Bool, _ first: [Outcome]?) -> [Outcome] {
      let calls = Guarded(0)
      return Self.fit(
        2, batch: 16, { try first?[$0].model ?? Self.model(.vae) },
        change: { options, rank in
          options.resumes = resumes
          options.checkpoint = CheckpointRule(path: path, steps: 2)
          guard cancels, rank == stopping else { return }
          options.observer.isCancelled = {
            calls.withLock {
              $0 += 1; return $0 > 6
            }
          }
        })
    }
    let stopped = fit(true, resumes: false, nil)
    #expect(stopped.map { $0.error?.status } == [.cancelled, .cancelled])
    // Asked before each of five steps and once more, it says so before the sixth, which carries the wish.
    #expect(stopped.map(\.model.progress.stepCount) == [6, 6])
    #expect(try stopped[0].numbers() == stopped[1].numbers())
    let whole = Self.fit(2, batch: 16, { _ in try Self.model(.vae) })
    // The file of rank 0 is enough, whatever the other rank has.
    let fresh = fit(false, resumes: true, nil)
    #expect(fresh.allSatisfy { $0.error == nil })
    #expect(try fresh[0].numbers() == whole[0].numbers() && fresh[1].numbers() == whole[0].numbers())
  }

  @Test func `A nonfinite number on one rank ends the fit on all`() throws {
    let all = Self.fit(
      2, batch: 16,
      { _ in
        var options = Autoencoder.Options(shape: Shape(features: Self.width))
        (options.latentSize, options.hidden, options.outputActivation) = (3, [13], .identity)
        (options.loss, options.preparation) = (.squaredError, .none)
        return try Autoencoder(options, context: try Context(threadCount: 1))
      },
      data: { rank in
        let rows = uniforms(32 * Self.width, seed: 3, 0, rank == 1 ? 3e38 : 1)
        return try ModelsTests.dataset(rows, width: Self.width)
      }, change: { options, _ in options.sharesRows = false })
    #expect(all.map { $0.error?.status } == [.nonfinite, .nonfinite])
    #expect(all[0].error?.message.contains("another rank") == true, "\(String(describing: all[0].error))")
    #expect(all[1].error?.message.contains("loss became") == true, "\(String(describing: all[1].error))")
    #expect(try all[0].numbers() == all[1].numbers())
  }

  // MARK: - Failing collectives

  /// The state after every step, by the steps.
  private func states(_ kind: Kind, _ steps: Int, _ change: @escaping Change) throws -> [Int: [String]] {
    var states: [Int: [String]] = [:]
    // One more is asked for at the first epoch's end.
    for last in 1...steps + 1 {
      let calls = Guarded(0)
      let all = Self.fit(
        2, batch: Self.batchRows(kind), epochs: 2, { _ in try Self.model(kind) },
        change: { options, rank in
          try change(&options, rank)
          guard rank == 1 else { return }
          options.observer.isCancelled = {
            calls.withLock {
              $0 += 1; return $0 >= last
            }
          }
        })
      states[all[1].model.progress.stepCount] = try all[1].numbers()
    }
    return states
  }

  /// Of each of two ranks, so that an epoch has two steps: a GAN's with two steps of D has two batches.
  private static func batchRows(_ kind: Kind) -> Int { kind == .gan ? 20 : 40 }

  @Test(arguments: [Kind.autoencoder, .gan])
  func `A collective that fails ends the fit on every rank at its last step`(_ kind: Kind) throws {
    let change: Change = { options, _ in options.validation = try Self.dataset(3..<34) }
    let steps = 4
    let clean = ThreadRanks(2)
    let whole = Self.fit(
      2, batch: Self.batchRows(kind), epochs: 2, threads: clean, { _ in try Self.model(kind) }, change: change
    )
    #expect(whole.allSatisfy { $0.error == nil && $0.model.progress.stepCount == steps })
    let states = try states(kind, steps, change)
    #expect(states.count == steps)
    var stopped: Set<Int> = []
    for call in 0..<clean.callCount(1) {
      let threads = ThreadRanks(2, failure: ThreadRanks.Failure(rank: call & 1, call: call))
      let all = Self.fit(
        2, batch: Self.batchRows(kind), epochs: 2, threads: threads, { _ in try Self.model(kind) },
        change: change)
      #expect(all.map { $0.error?.status } == [.comm, .comm], "call \(call)")
      for one in all {
        let done = one.model.progress.stepCount
        stopped.insert(done)
        // Optimizers are made as the fit begins.
        if done > 0 {
          let (numbers, wanted) = (try one.numbers(), try #require(states[done]))
          #expect(numbers.dropFirst(3) == wanted.dropFirst(3), "call \(call), step \(done)")
        }
      }
      // Each goes on from there to the same end.
      let resumed = Self.fit(
        2, batch: Self.batchRows(kind), epochs: 2, { all[$0].model },
        change: { options, rank in
          try change(&options, rank)
          options.resumes = true
        })
      #expect(resumed.allSatisfy { $0.error == nil }, "call \(call): \(resumed.map(\.error))")
      #expect(try resumed[0].numbers() == whole[0].numbers(), "call \(call)")
      #expect(try resumed[1].numbers() == whole[0].numbers(), "call \(call)")
    }
    #expect(stopped == Set(0...steps))
  }

  // MARK: - What must be alike

  @Test func `A difference between ranks is named on each`() throws {
    let make: @Sendable (Int) throws -> any Trainable & Checkpointable = { _ in try Self.model(.vae) }
    func messages(
      _ model: @escaping @Sendable (Int) throws -> any Trainable & Checkpointable,
      data: @escaping @Sendable (_ rank: Int) throws -> Dataset = { _ in try Self.dataset(0..<Self.rowCount)
      },
      change: @escaping Change = { _, _ in }
    ) -> [String] {
      Self.fit(3, batch: 16, model, data: data, change: change).map {
        $0.error.map { "\($0.status): \($0.message)" } ?? "no error"
      }
    }
    func expect(_ messages: [String], _ text: String, on rank: Int = 2) {
      for (other, message) in messages.enumerated() {
        #expect(message == "mismatch: " + (other == rank ? "" : "rank \(rank): ") + text)
      }
    }
    expect(
      messages(make, change: { options, rank in if rank == 2 { options.learningRate = 0.5 } }),
      "learning_rate must be the same on all ranks: it is 0.003 on rank 0, not 0.5")
    expect(
      messages(make, change: { options, rank in if rank == 2 { options.rule = .sgd(momentum: 0.5) } }),
      "optimizer must be the same on all ranks: it is adam on rank 0, not sgd")
    expect(
      messages({ rank in
        var options = VAE.Options(shape: Shape(features: Self.width))
        options.latentSize = rank == 2 ? 4 : 3
        return try VAE(options)
      }), "latent_size must be the same on all ranks: it is 3 on rank 0, not 4")
    expect(
      messages({ try Self.model($0 == 2 ? .gan : .vae) }),
      "kind must be the same on all ranks: it is vae on rank 0, not gan")
    let other = messages(make, data: { try Self.dataset(0..<100 + $0 / 2) })
    #expect(
      other.allSatisfy {
        $0 == "mismatch: dataset must be the same on all ranks: it is 100 rows on rank 0 "
          + "and 101 rows on rank 2"
      }, "\(other)")
    let validation = messages(
      make,
      change: { options, rank in
        if rank == 1 { options.validation = try Self.dataset(0..<9) }
      })
    #expect(
      validation.allSatisfy {
        $0 == "mismatch: validation must be the same on all ranks: it is none on rank 0 and 9 rows on rank 1"
      }, "\(validation)")
    let narrow = messages(
      make,
      data: { rank in
        rank == 1 ? try ModelsTests.dataset([0, 1, 0, 1], width: 2) : try Self.dataset(0..<9)
      })
    #expect(narrow[1].hasPrefix("mismatch: dataset has rows of"), "\(narrow)")
    #expect(
      narrow[0] == narrow[1].replacing("mismatch: ", with: "mismatch: rank 1: ") && narrow[2] == narrow[0])
  }
}
