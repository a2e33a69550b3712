import Datasets
import Models
import Networks
import Tensors
import Testing
import Training

/// VAEs and GANs that are told the class.
@Suite struct ConditionalTests {
  private static let shape = Shape(height: 4, width: 6, channels: 1)

  /// Rows of class c are near (c + 1) / 4 everywhere.
  private func rows(_ labels: [Int32]) throws -> Dataset {
    let noise = uniforms(labels.count * Self.shape.count, seed: 8, -0.05, 0.05)
    let values = noise.enumerated().map { min(Float(labels[$0 / Self.shape.count] + 1) / 4 + $1, 1) }
    return try values.withUnsafeBytes { bytes in
      try labels.withUnsafeBufferPointer { labels in
        try Dataset.memory(
          try #require(bytes.baseAddress), .float32, rowCount: labels.count, shape: Self.shape,
          ownership: .copied, labels: labels.baseAddress)
      }
    }
  }

  private static let labels = (0..<120).map { Int32($0 % 3) }

  @Test(arguments: [Architecture.dense, .convolutional])
  func `A VAE decodes the wanted class`(_ architecture: Architecture) throws {
    var options = VAE.Options(shape: Self.shape, architecture: architecture)
    options.convolution = ConvolutionOptions(baseChannels: 4)
    (options.hidden, options.latentSize, options.classCount) = ([16], 2, 3)
    let vae = try VAE(options)
    try Trainer.fit(
      vae, to: try rows(Self.labels), FitOptions(learningRate: 1e-2, epochCount: 40, batchRows: 20))
    var samples = [Float](repeating: 0, count: 3 * Self.shape.count)
    try vae.sample(rows: 3, seed: 4, given: [2, 0, 1], into: &samples)
    for (row, label) in [2, 0, 1].enumerated() {
      let pixels = samples[row * Self.shape.count..<(row + 1) * Self.shape.count]
      let mean = pixels.reduce(0, +) / Float(Self.shape.count)
      #expect(abs(mean - Float(label + 1) / 4) < 0.06, "\(mean) of class \(label)")
    }
  }

  @Test(arguments: [Architecture.dense, .convolutional])
  func `A GAN generates the wanted class`(_ architecture: Architecture) throws {
    var options = GAN.Options(shape: Self.shape, architecture: architecture)
    options.convolution = ConvolutionOptions(baseChannels: 8)
    (options.latentSize, options.classCount) = (4, 3)
    if architecture == .dense { (options.generatorHidden, options.discriminatorHidden) = ([32], [32]) }
    options.averageDecay = 0.98
    let gan = try GAN(options)
    try Trainer.fit(
      gan, to: try rows(Self.labels),
      FitOptions(rule: .adam(beta1: 0.5), learningRate: 2e-3, epochCount: 60, batchRows: 20))
    var means: [Float] = []
    for label in 0..<3 as Range<Int32> {
      var samples = [Float](repeating: 0, count: 30 * Self.shape.count)
      try gan.sample(rows: 30, seed: 4, given: [Int32](repeating: label, count: 30), into: &samples)
      means.append(samples.reduce(0, +) / Float(samples.count))
    }
    #expect(means[0] + 0.1 < means[1] && means[1] + 0.1 < means[2], "\(means)")
  }

  @Test func `Labels that are missing or out of range are refused`() throws {
    var options = GAN.Options(shape: Self.shape)
    options.classCount = 3
    let gan = try GAN(options)
    let fit = FitOptions(epochCount: 1, batchRows: 8)
    let plain = try dataset(uniforms(10 * Self.shape.count, seed: 1), width: Self.shape.count)
    #expect(failure { try Trainer.fit(gan, to: plain, fit) }?.status == .argument)
    let error = failure { try Trainer.fit(gan, to: try rows([0, 1, 3, 2]), fit) }
    #expect(error?.message == "dataset's labels[2] must be between 0 and 2, not 3")
    var withValidation = fit
    withValidation.validation = plain
    #expect(failure { try Trainer.fit(gan, to: try rows(Self.labels), withValidation) }?.status == .argument)
    var x = [Float](repeating: 0, count: Self.shape.count)
    let z = uniforms(options.latentSize, seed: 2)
    #expect(failure { try gan.generate(z, rows: 1, into: &x) }?.status == .state)
    #expect(failure { try gan.discriminate(x, rows: 1, into: &x) }?.status == .state)
    let unconditional = try GAN(GAN.Options(shape: Self.shape))
    #expect(failure { try unconditional.generate(z, rows: 1, given: [0], into: &x) }?.status == .state)
  }

  @Test func `Labels are drawn evenly where none are given, the same in any batch`() throws {
    var options = VAE.Options(shape: Self.shape)
    (options.hidden, options.latentSize, options.classCount) = ([5], 2, 3)
    options.activation = .tanh  // no hidden unit is dead, so every label shows
    let vae = try VAE(options)
    let width = Self.shape.count
    var many = [Float](repeating: 0, count: 300 * width)
    try vae.sample(rows: 300, seed: 3, into: &many)
    var few = [Float](repeating: 0, count: 7 * width)
    try vae.sample(rows: 7, seed: 3, into: &few)
    #expect(Array(many[..<few.count]) == few)
    var counts = [0, 0, 0]
    for label in 0..<3 {
      var given = many
      try vae.sample(rows: 300, seed: 3, given: [Int32](repeating: Int32(label), count: 300), into: &given)
      for row in 0..<300 where given[row * width..<(row + 1) * width] == many[row * width..<(row + 1) * width]
      {
        counts[label] += 1
      }
    }
    #expect(counts.reduce(0, +) == 300)
    #expect(counts.allSatisfy { $0 > 70 }, "\(counts)")
  }

  @Test func `A saved conditional model stays conditional`() throws {
    var options = GAN.Options(shape: Self.shape, architecture: .convolutional)
    options.convolution = ConvolutionOptions(baseChannels: 4)
    (options.latentSize, options.classCount, options.hasSpectralNorm) = (4, 3, true)
    options.normalizesDiscriminator = false
    let gan = try GAN(options)
    let data = try rows(Self.labels)
    let fit = FitOptions(epochCount: 1, batchRows: 16)
    try Trainer.fit(gan, to: data, fit)
    let copy = try GAN(bytes: gan.bytes())
    #expect(copy.options == gan.options)
    try Trainer.fit(gan, to: data, fit)
    try Trainer.fit(copy, to: data, fit)
    #expect(try gan.bytes() == copy.bytes())
  }
}
