import Models
import Networks
import Tensors
import Testing
import Training

/// Convolutional autoencoders, VAEs and GANs of odd sizes.
@Suite struct ConvolutionalTests {
  @Test(arguments: [
    (28, 28, 1, 2), (64, 64, 3, 4), (32, 48, 4, 3), (6, 10, 3, 1), (8, 8, 1, 1), (24, 40, 1, 2),
    (17, 33, 1, 2), (30, 30, 3, 3), (5, 9, 2, 1), (31, 32, 1, 3), (100, 100, 1, 4), (2, 3, 1, 1),
  ])
  func `Depth is derived from the smaller side`(_ height: Int, _ width: Int, _ channels: Int, _ depth: Int)
    throws
  {
    var derived = GAN.Options(
      shape: Shape(height: height, width: width, channels: channels), architecture: .convolutional)
    derived.convolution.baseChannels = 3
    var given = derived
    given.convolution.depth = depth
    #expect(try GAN.plan(derived, rows: 2) == GAN.plan(given, rows: 2))
    given.convolution.depth = depth == 1 ? 2 : depth - 1
    #expect((try? GAN.plan(given, rows: 2)) != (try GAN.plan(derived, rows: 2)))
  }

  @Test func `The network of pytorch/examples has its parameters`() throws {
    let options = GAN.Options(shape: Shape(height: 64, width: 64, channels: 3), architecture: .convolutional)
    let gan = try GAN(options)
    #expect(gan.generator.network.parameterCount == 3_576_704)
    #expect(gan.discriminator.network.parameterCount == 2_765_568)
  }

  @Test func `A size that cannot be halved often enough names the remedy`() {
    func message(_ height: Int, _ width: Int, depth: Int) -> String? {
      var options = VAE.Options(
        shape: Shape(height: height, width: width, channels: 1), architecture: .convolutional)
      options.convolution.depth = depth
      let error = failure { _ = try VAE(options) }
      #expect(error?.status == .argument)
      return error?.message
    }
    #expect(message(3, 4, depth: 2) == "depth must be at most 1 for height 3, not 2")
    #expect(message(32, 15, depth: 4) == "depth must be at most 3 for width 15, not 4")
    for depth in [0, 2] {
      #expect(
        message(1, 784, depth: depth)
          == "height must be at least 2 for architecture convolutional, not 1; use architecture dense")
    }
  }

  @Test func `Too many channels are refused`() {
    var options = GAN.Options(shape: Shape(height: 64, width: 64, channels: 1), architecture: .convolutional)
    options.convolution.baseChannels = 4096
    options.convolution.depth = 6
    #expect(failure { _ = try GAN.plan(options, rows: 1) }?.status == .limit)
  }

  @Test func `A batch of one row with batch norm is refused`() throws {
    let shape = Shape(height: 8, width: 4, channels: 3)
    var options = Autoencoder.Options(shape: shape, architecture: .convolutional)
    options.convolution.baseChannels = 3
    options.isNormalized = true
    let rows = try dataset(uniforms(5 * shape.count, seed: 1), width: shape.count)
    let fit = FitOptions(epochCount: 1, batchRows: 1)
    let autoencoder = try Autoencoder(options)
    #expect(failure { try Trainer.fit(autoencoder, to: rows, fit) }?.status == .argument)
    var ganOptions = GAN.Options(shape: shape, architecture: .convolutional)
    ganOptions.convolution.baseChannels = 3
    let gan = try GAN(ganOptions)
    #expect(failure { try Trainer.fit(gan, to: rows, fit) }?.status == .argument)
  }

  @Test func `A seed's image is the same alone and in a batch, before and after training`() throws {
    let shape = Shape(height: 12, width: 8, channels: 3)
    var options = GAN.Options(shape: shape, architecture: .convolutional)
    options.convolution.baseChannels = 5
    options.latentSize = 7
    let gan = try GAN(options)
    let rows = try dataset(uniforms(23 * shape.count, seed: 3), width: shape.count)
    for _ in 0..<2 {
      var many = [Float](repeating: 0, count: 64 * shape.count)
      var one = [Float](repeating: 1, count: shape.count)
      try gan.sample(rows: 64, seed: 9, into: &many)
      try gan.sample(rows: 1, seed: 9, into: &one)
      #expect(Array(many[..<shape.count]) == one)
      let before = one
      try Trainer.fit(gan, to: rows, FitOptions(learningRate: 1e-2, epochCount: 2, batchRows: 8))
      try gan.sample(rows: 1, seed: 9, into: &one)
      #expect(one != before)
    }
  }

  @Test func `A saved convolutional model gives the same output and continues training identically`() throws {
    let shape = Shape(height: 8, width: 12, channels: 1)
    var options = VAE.Options(shape: shape, architecture: .convolutional)
    options.convolution.baseChannels = 3
    (options.hidden, options.latentSize) = ([9], 4)
    (options.isNormalized, options.hasPixelBias, options.classCount) = (true, true, 0)
    let vae = try VAE(options)
    let rows = try dataset(uniforms(11 * shape.count, seed: 4), width: shape.count)
    let fit = FitOptions(epochCount: 2, batchRows: 4)
    try Trainer.fit(vae, to: rows, fit)
    let copy = try VAE(bytes: vae.bytes())
    #expect(copy.options == vae.options)
    try Trainer.fit(vae, to: rows, fit)
    try Trainer.fit(copy, to: rows, fit)
    #expect(try vae.bytes() == copy.bytes())
  }

  @Test func `A pixel bias learns the mean image`() throws {
    let shape = Shape(height: 4, width: 4, channels: 2)
    var options = Autoencoder.Options(shape: shape, architecture: .convolutional)
    options.convolution = ConvolutionOptions(baseChannels: 2)
    (options.hidden, options.latentSize, options.outputActivation) = ([], 1, .identity)
    options.hasPixelBias = true
    let autoencoder = try Autoencoder(options)
    let picture = uniforms(shape.count, seed: 6)
    let rows = try dataset((0..<8).flatMap { _ in picture }, width: shape.count)
    try Trainer.fit(autoencoder, to: rows, FitOptions(learningRate: 3e-2, epochCount: 200, batchRows: 8))
    var output = [Float](repeating: 0, count: shape.count)
    try autoencoder.reconstruct(picture, rows: 1, into: &output)
    #expect(zip(output, picture).allSatisfy { abs($0 - $1) < 0.05 })
  }

  @Test(arguments: [0, 2])
  func `Features are the maxima of a level's cells`(_ classCount: Int) throws {
    let shape = Shape(height: 8, width: 8, channels: 1)
    var options = GAN.Options(shape: shape, architecture: .convolutional)
    options.convolution.baseChannels = 3
    options.convolution.depth = 2
    options.normalizesDiscriminator = false
    options.outputActivation = .sigmoid
    options.classCount = classCount
    let gan = try GAN(options)
    let parameters = gan.discriminator.weights.parameters
    for (i, x) in uniforms(parameters.count, seed: 9, -0.1, 0.1).enumerated() { parameters[i] = x }
    let labels: [Int32] = [1, 0, 1]
    // Level 1: 4 × 4 × 3, a pixel a cell; level 2: 2 × 2 × 6.
    #expect(try gan.featureCount == 48 + 24)
    let x = uniforms(3 * 64, seed: 2)
    var features = [Float](repeating: 0, count: 3 * 72)
    try gan.features(x, rows: 3, given: classCount > 0 ? labels : nil, into: &features)
    // Sixteen taps of three filters, the filters' biases, those of each class.
    let weights = parameters.array
    for row in 0..<3 {
      for i in 0..<4 {
        for j in 0..<4 {
          for c in 0..<3 {
            var sum = Double(weights[48 + c])
            if classCount > 0 { sum += 16 * Double(weights[51 + 3 * Int(labels[row]) + c]) }
            for u in 0..<4 {
              for v in 0..<4 {
                let (h, w) = (2 * i - 1 + u, 2 * j - 1 + v)
                guard 0..<8 ~= h, 0..<8 ~= w else { continue }
                sum += Double(x[row * 64 + h * 8 + w]) * Double(weights[c * 16 + u * 4 + v])
              }
            }
            let wanted = sum > 0 ? sum : 0.2 * sum
            #expect(abs(Double(features[row * 72 + (i * 4 + j) * 3 + c]) - wanted) < 1e-5)
          }
        }
      }
    }
    let dense = try GAN(GAN.Options(shape: shape))
    #expect(failure { _ = try dense.featureCount }?.status == .state)
  }

  @Test func `Spectral norm brings every layer's largest singular value to one`() throws {
    let layer = try SpectralNormalization(
      Dense(Shape(features: 7), Shape(features: 5), .identity, hasBias: false))
    let network = try Network("discriminator", [layer])
    let weights = try Weights(network, seed: 3, context: .standard)
    let workspace = try Workspace(network, rows: 1, .training, context: .standard)
    let x = uniforms(7, seed: 5)
    for step in 0..<200 {
      _ = network.forward(
        x, rows: 1, weights, workspace, .training(Random(seed: 1, purpose: .test, step: UInt64(step))))
    }
    // The rows of W̄ are what it does to unit vectors; ‖W̄·v‖ is at most 1, and 1 for some v.
    var matrix = [[Double]]()
    for j in 0..<7 {
      var unit = [Float](repeating: 0, count: 7)
      unit[j] = 1
      let y = network.forward(unit, rows: 1, weights, workspace, .inference)
      matrix.append((0..<5).map { Double(y[$0]) })
    }
    var v = (0..<7).map { Double($0 + 1) }
    var norm = 0.0
    for _ in 0..<500 {
      let wv = (0..<5).map { i in (0..<7).reduce(0.0) { $0 + matrix[$1][i] * v[$1] } }
      norm = wv.reduce(0) { $0 + $1 * $1 }.squareRoot() / v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      v = (0..<7).map { j in (0..<5).reduce(0.0) { $0 + matrix[j][$1] * wv[$1] } }
    }
    #expect(abs(norm - 1) < 1e-4)
  }
}
