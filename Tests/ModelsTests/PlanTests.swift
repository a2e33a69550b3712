import Datasets
import Models
import Networks
import Tensors
import Testing
import Training

/// Plans beside what the context's account of memory really rises to.
@Suite struct PlanTests {
  private static let image = Shape(height: 16, width: 16, channels: 3)

  /// Bytes that `fit` took at most, in a context of its own.
  private func taken(_ fit: (Context) throws -> Void) throws -> Int {
    let context = try Context(threadCount: 2, memory: Memory())
    let before = context.memory.usedByteCount
    try fit(context)
    return context.memory.peakByteCount - before
  }

  private func rows(_ count: Int, _ shape: Shape = image) throws -> Dataset {
    let values = uniforms(count * shape.count, seed: 3)
    let labels = (0..<count).map { Int32($0 % 5) }
    return try values.withUnsafeBytes { bytes in
      try labels.withUnsafeBufferPointer { labels in
        try Dataset.memory(
          try #require(bytes.baseAddress), .float32, rowCount: count, shape: shape,
          ownership: .copied, labels: labels.baseAddress)
      }
    }
  }

  private func expectWithinTenth(_ plan: Plan, _ bytes: Int) {
    let ratio = Double(plan.peakByteCount) / Double(bytes)
    #expect(0.9...1.1 ~= ratio, "planned \(plan.peakByteCount), took \(bytes)")
  }

  @Test(arguments: [(Architecture.dense, 0), (.dense, 5), (.convolutional, 0), (.convolutional, 5)])
  func `A VAE takes the memory it plans`(_ architecture: Architecture, _ classCount: Int) throws {
    for (batchRows, binarizes, samples) in [(8, false, 1), (512, false, 1), (512, true, 1), (64, true, 7)] {
      var options = VAE.Options(shape: Self.image, architecture: architecture)
      (options.classCount, options.binarizes, options.importanceSamples) = (classCount, binarizes, samples)
      let data = try rows(batchRows)
      let bytes = try taken { context in
        try Trainer.fit(
          try VAE(options, context: context), to: data, FitOptions(epochCount: 1, batchRows: batchRows))
      }
      expectWithinTenth(try VAE.plan(options, rows: batchRows), bytes)
    }
  }

  @Test func `A model of padded images takes the memory it plans`() throws {
    let shape = Shape(height: 17, width: 33, channels: 3)
    var options = VAE.Options(shape: shape, architecture: .convolutional)
    options.convolution.baseChannels = 8
    let data = try rows(256, shape)
    let bytes = try taken { context in
      try Trainer.fit(try VAE(options, context: context), to: data, FitOptions(epochCount: 1, batchRows: 256))
    }
    expectWithinTenth(try VAE.plan(options, rows: 256), bytes)
  }

  @Test(arguments: [(Architecture.dense, 0), (.dense, 5), (.convolutional, 0), (.convolutional, 5)])
  func `A GAN takes the memory it plans`(_ architecture: Architecture, _ classCount: Int) throws {
    for (batchRows, averageDecay) in [(8, nil), (8, 0.999), (256, nil), (256, 0.999)] as [(Int, Float?)] {
      var options = GAN.Options(shape: Self.image, architecture: architecture)
      options.convolution = ConvolutionOptions(baseChannels: 32)
      (options.classCount, options.averageDecay) = (classCount, averageDecay)
      let data = try rows(256)
      let bytes = try taken { context in
        try Trainer.fit(
          try GAN(options, context: context), to: data, FitOptions(epochCount: 1, batchRows: batchRows))
      }
      expectWithinTenth(try GAN.plan(options, rows: batchRows), bytes)
    }
  }

  @Test func `A GAN with spectral norm takes the memory it plans`() throws {
    var options = GAN.Options(shape: Self.image, architecture: .convolutional)
    (options.hasSpectralNorm, options.normalizesDiscriminator) = (true, false)
    options.convolution = ConvolutionOptions(baseChannels: 32)
    let data = try rows(16)
    let bytes = try taken { context in
      try Trainer.fit(
        try GAN(options, context: context), to: data, FitOptions(epochCount: 1, batchRows: 16))
    }
    expectWithinTenth(try GAN.plan(options, rows: 16), bytes)
  }

  @Test(arguments: [Architecture.dense, .convolutional])
  func `An autoencoder takes the memory it plans`(_ architecture: Architecture) throws {
    for batchRows in [8, 256] {
      var options = Autoencoder.Options(shape: Self.image, architecture: architecture)
      options.corruption = .gaussian(deviation: 0.5)
      let data = try rows(256)
      let bytes = try taken { context in
        try Trainer.fit(
          try Autoencoder(options, context: context), to: data,
          FitOptions(epochCount: 1, batchRows: batchRows))
      }
      expectWithinTenth(try Autoencoder.plan(options, rows: batchRows), bytes)
    }
  }
  @Test(arguments: [[], [64], [96, 64]], [false, true])
  func `A contractive or sparse autoencoder takes the memory it plans`(
    _ hidden: [Int], _ isTied: Bool
  ) throws {
    for batchRows in [8, 256] {
      var options = Autoencoder.Options(shape: Self.image)
      (options.hidden, options.latentSize, options.latentActivation) = (hidden, 500, .sigmoid)
      options.sparsity = .divergence(weight: 0.1, target: 0.05)
      (options.contraction, options.isTied) = (0.1, isTied)
      let data = try rows(256)
      let bytes = try taken { context in
        try Trainer.fit(
          try Autoencoder(options, context: context), to: data,
          FitOptions(epochCount: 1, batchRows: batchRows))
      }
      expectWithinTenth(try Autoencoder.plan(options, rows: batchRows), bytes)
    }
  }
}
