import Checkpoints
import Datasets
import Models
import Networks
import Tensors
import Testing
import Training

/// Convolutional models of images whose sides are no multiples of 2^depth.
@Suite struct ImageSizeTests {
  private static let sizes = [
    Shape(height: 17, width: 33, channels: 1), Shape(height: 30, width: 30, channels: 3),
    Shape(height: 5, width: 9, channels: 2),
  ]
  private static let classCount = 3

  private func rows(_ shape: Shape) throws -> Dataset {
    let values = uniforms(12 * shape.count, seed: 3)
    let labels = (0..<12).map { Int32($0 % Self.classCount) }
    return try values.withUnsafeBytes { bytes in
      try labels.withUnsafeBufferPointer { labels in
        try Dataset.memory(
          try #require(bytes.baseAddress), .float32, rowCount: 12, shape: shape, ownership: .copied,
          labels: labels.baseAddress)
      }
    }
  }

  private let fit = FitOptions(learningRate: 1e-3, epochCount: 2, batchRows: 5)

  /// Trains a little, saves and loads, and compares what both models make of rows and learn further.
  private func check<Model: Trainable & Checkpointable>(
    _ model: Model, _ shape: Shape, _ use: (Model, UnsafeMutablePointer<Float>) throws -> Void
  ) throws {
    let data = try rows(shape)
    try Trainer.fit(model, to: data, fit)
    let copy = try Model(bytes: model.bytes())
    func output(_ model: Model) throws -> [Float] {
      var y = [Float](repeating: .nan, count: 4 * shape.count + 1)
      try use(model, &y)
      return y
    }
    let y = try output(model)
    #expect(y.dropLast().allSatisfy { $0.isFinite } && y[4 * shape.count].isNaN)
    #expect(try output(copy).dropLast() == y.dropLast())
    try Trainer.fit(model, to: data, fit)
    try Trainer.fit(copy, to: data, fit)
    #expect(try model.bytes() == copy.bytes())
  }

  @Test(arguments: sizes, [false, true])
  func `An autoencoder learns and is kept`(_ shape: Shape, _ isNormalized: Bool) throws {
    var options = Autoencoder.Options(shape: shape, architecture: .convolutional)
    options.convolution.baseChannels = 3
    options.isNormalized = isNormalized
    options.dropout = isNormalized ? 0.1 : 0
    try check(try Autoencoder(options), shape) {
      try $0.reconstruct(uniforms(4 * shape.count, seed: 5), rows: 4, into: $1)
    }
  }

  @Test(arguments: sizes) func `An autoencoder with skips learns and is kept`(_ shape: Shape) throws {
    var options = Autoencoder.Options(shape: shape, architecture: .convolutional)
    options.convolution.baseChannels = 3
    (options.hasSkips, options.hidden) = (true, [])
    let model = try Autoencoder(options)
    #expect(model.encoder.network.layers.first is ZeroPadding)
    #expect(model.decoder.network.layers.last is Cropping)
    try check(model, shape) { try $0.reconstruct(uniforms(4 * shape.count, seed: 5), rows: 4, into: $1) }
  }

  @Test(arguments: sizes, [false, true])
  func `A VAE learns and is kept`(_ shape: Shape, _ hasPixelBias: Bool) throws {
    var options = VAE.Options(shape: shape, architecture: .convolutional)
    options.convolution.baseChannels = 3
    options.hasPixelBias = hasPixelBias
    options.likelihood = hasPixelBias ? .gaussian(variance: nil) : .bernoulli
    options.classCount = hasPixelBias ? Self.classCount : 0
    let labels: [Int32]? = hasPixelBias ? [2, 0, 1, 1] : nil
    let model = try VAE(options)
    try check(model, shape) { try $0.sample(rows: 4, seed: 6, given: labels, into: $1) }
    guard hasPixelBias else { return }
    let biases = try readCheckpoint(model.bytes()).tensors.filter {
      $0.name.hasPrefix("decoder.") && $0.shape == [shape.height, shape.width, shape.channels]
    }
    #expect(biases.count == 1)
  }

  @Test(arguments: sizes, [false, true])
  func `A GAN learns and is kept`(_ shape: Shape, _ hasSpectralNorm: Bool) throws {
    var options = GAN.Options(shape: shape, architecture: .convolutional)
    options.convolution.baseChannels = 3
    options.latentSize = 5
    if hasSpectralNorm {
      (options.hasSpectralNorm, options.normalizesDiscriminator) = (true, false)
      (options.inputNoise, options.classCount, options.dropout) = (0.1, Self.classCount, 0.1)
    }
    let labels: [Int32]? = hasSpectralNorm ? [2, 0, 1, 1] : nil
    let model = try GAN(options)
    try check(model, shape) { try $0.sample(rows: 4, seed: 6, given: labels, into: $1) }
    var features = [Float](repeating: .nan, count: 4 * (try model.featureCount))
    try model.features(uniforms(4 * shape.count, seed: 5), rows: 4, given: labels, into: &features)
    #expect(features.allSatisfy { $0.isFinite })
    // Levels of whole sizes, 4 cells a side at most.
    let depth = shape.height == 30 ? 3 : shape.height == 17 ? 2 : 1
    var count = 0
    for level in 1...depth {
      let unit = 1 << depth
      func cells(_ side: Int) -> Int { min(4, ((side + unit - 1) / unit * unit) >> level) }
      count += cells(shape.height) * cells(shape.width) * 3 << (level - 1)
    }
    #expect(try model.featureCount == count)
  }

  @Test func `A classifier learns and is kept`() throws {
    let shape = Self.sizes[0]
    var options = Classifier.Options(shape: shape, classCount: Self.classCount, architecture: .convolutional)
    options.stack.convolution.baseChannels = 3
    let model = try Classifier(options)
    try Trainer.fit(model, to: try rows(shape), fit)
    let copy = try Classifier(bytes: model.bytes())
    let x = uniforms(4 * shape.count, seed: 5)
    let probabilities = try [model, copy].map { model in
      var y = [Float](repeating: .nan, count: 4 * Self.classCount)
      try model.predict(x, rows: 4, labels: nil, probabilities: &y)
      return y
    }
    #expect(probabilities[0] == probabilities[1] && probabilities[0].allSatisfy { $0.isFinite })
  }

  @Test func `An image is treated as a larger one padded with zeros`() throws {
    let shape = Shape(height: 17, width: 33, channels: 2)
    let padded = Shape(height: 20, width: 36, channels: 2)
    func model(_ shape: Shape) throws -> Autoencoder {
      var options = Autoencoder.Options(shape: shape, architecture: .convolutional)
      options.convolution.baseChannels = 3
      return try Autoencoder(options)
    }
    let (model, larger) = (try model(shape), try model(padded))
    #expect(model.parameterCount == larger.parameterCount)
    model.encoder.weights.parameters.assign(larger.encoder.weights.parameters.array)
    model.decoder.weights.parameters.assign(larger.decoder.weights.parameters.array)
    let x = uniforms(3 * shape.count, seed: 7)
    // Three lines more, one above and two below; three columns more likewise.
    var around = [Float](repeating: 0, count: 3 * padded.count)
    for row in 0..<3 {
      for i in 0..<shape.height {
        for k in 0..<2 * shape.width {
          around[2 * ((row * padded.height + i + 1) * padded.width + 1) + k] =
            x[2 * (row * shape.height + i) * shape.width + k]
        }
      }
    }
    var y = [Float](repeating: .nan, count: x.count)
    var whole = [Float](repeating: .nan, count: around.count)
    try model.reconstruct(x, rows: 3, into: &y)
    try larger.reconstruct(around, rows: 3, into: &whole)
    var middle = [Float]()
    for row in 0..<3 {
      for i in 0..<shape.height {
        let start = 2 * ((row * padded.height + i + 1) * padded.width + 1)
        middle += whole[start..<start + 2 * shape.width]
      }
    }
    #expect(y == middle)
  }

  @Test func `Sizes that the depth divides keep their networks`() throws {
    func kinds(_ network: Network) -> [String] { network.layers.map(\.kind) }
    for side in [28, 32] {
      let shape = Shape(height: side, width: side, channels: 1)
      // 28 … 7 in two levels, 32 … 4 in three.
      let depth = side == 28 ? 2 : 3
      let autoencoder = try Autoencoder(Autoencoder.Options(shape: shape, architecture: .convolutional))
      #expect(
        kinds(autoencoder.encoder.network)
          == [String](repeating: "convolution", count: depth) + ["dense", "dense"])
      #expect(
        kinds(autoencoder.decoder.network)
          == ["dense", "dense"] + [String](repeating: "transposed convolution", count: depth))
      var skips = Autoencoder.Options(shape: shape, architecture: .convolutional)
      (skips.hasSkips, skips.hidden) = (true, [])
      let restorer = try Autoencoder(skips)
      #expect(kinds(restorer.encoder.network) == ["convolution", "residual", "residual", "residual"])
      #expect(kinds(restorer.decoder.network) == ["convolution"])
      let gan = try GAN(GAN.Options(shape: shape, architecture: .convolutional))
      let ups = [String](repeating: "transposed convolution,batch normalization", count: depth - 1)
      #expect(
        kinds(gan.generator.network).joined(separator: ",")
          == (["dense,batch normalization"] + ups + ["transposed convolution"]).joined(separator: ","))
      let downs = [String](repeating: "convolution,batch normalization", count: depth - 1)
      #expect(
        kinds(gan.discriminator.network).joined(separator: ",")
          == (["convolution"] + downs + ["dense"]).joined(separator: ","))
    }
  }

  /// The depth of the models before any size was allowed.
  @Test func `Sizes that the depth divides keep their depth`() throws {
    for side in 2...256 {
      var depth = 1
      while side >> depth > 7 { depth += 1 }
      guard side % (1 << depth) == 0 else { continue }
      var options = VAE.Options(
        shape: Shape(height: side, width: 2 * side, channels: 1), architecture: .convolutional)
      options.convolution.baseChannels = 1
      let derived = try VAE.plan(options, rows: 1)
      options.convolution.depth = depth
      #expect(try VAE.plan(options, rows: 1) == derived, "\(side)")
    }
  }
}
