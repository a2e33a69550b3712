import Models
import Networks
import Tensors
import Testing
import TestSupport
import Training

/// Autoencoders whose decoder has the encoder's weights.
@Suite struct TiedTests {
  private let width = 7

  private func model(_ change: (inout Autoencoder.Options) -> Void = { _ in }) throws -> Autoencoder {
    var options = Autoencoder.Options(shape: Shape(features: width))
    (options.latentSize, options.hidden, options.isTied) = (3, [5], true)
    (options.activation, options.seed) = (.tanh, 3)
    change(&options)
    return try Autoencoder(options)
  }

  @Test func `There is one tensor per weight`() throws {
    let tied = try model()
    #expect(tied.parameterCount == 7 * 5 + 5 + 5 * 3 + 3 + 5 + 7)
    let names = try readCheckpoint(tied.bytes()).tensors.map(\.name).sorted()
    #expect(
      names == [
        "decoder.0.bias", "decoder.1.bias", "encoder.0.bias", "encoder.0.weight", "encoder.1.bias",
        "encoder.1.weight",
      ])
    let bare = try model { $0.hasBias = false }
    #expect(bare.parameterCount == 7 * 5 + 5 * 3)
    #expect(bare.decoder.network.parameterCount == 0)
  }

  @Test func `It decodes like an untied one with transposed weights`() throws {
    let tied = try model { $0.hasPixelBias = true }
    let decoder = tied.decoder.weights.parameters
    decoder.assign(uniforms(decoder.count, seed: 2, -1, 1))
    let free = try model { ($0.hasPixelBias, $0.isTied) = (true, false) }
    free.encoder.weights.parameters.assign(tied.encoder.weights.parameters.array)
    let encoder = tied.encoder.weights.parameters.array
    // encoder: 5 × 7, 5, 3 × 5, 3. decoder: 5 × 3, 5, 7 × 5, 7, 7.
    let own = free.decoder.weights.parameters
    for i in 0..<5 {
      for j in 0..<3 { own[i * 3 + j] = encoder[40 + j * 5 + i] }
      own[15 + i] = decoder[i]
    }
    for i in 0..<7 {
      for j in 0..<5 { own[20 + i * 5 + j] = encoder[j * 7 + i] }
      (own[55 + i], own[62 + i]) = (decoder[5 + i], decoder[12 + i])
    }
    let x = uniforms(300 * width, seed: 4)
    var (ours, theirs) = ([Float](repeating: 0, count: x.count), [Float](repeating: 1, count: x.count))
    // More rows than a block, and one alone: as packed weights give them, and again after they moved.
    for rows in [1, 300] {
      try tied.reconstruct(x, rows: rows, into: &ours)
      try free.reconstruct(x, rows: rows, into: &theirs)
      #expect(largestError(ours.prefix(rows * width), theirs.prefix(rows * width)) < 1e-6)
    }
    let fit = FitOptions(rule: .sgd(), learningRate: 0.1, epochCount: 1, batchRows: 30)
    try Trainer.fit(tied, to: try dataset(x, width: width), fit)
    let before = ours
    try tied.reconstruct(x, rows: 300, into: &ours)
    #expect(largestError(ours, before) > 1e-4)
  }

  @Test func `The gradient of a step is the sum of both uses`() throws {
    let tied = try model()
    let free = try model { $0.isTied = false }
    free.encoder.weights.parameters.assign(tied.encoder.weights.parameters.array)
    let encoder = tied.encoder.weights.parameters.array
    let own = free.decoder.weights.parameters
    for i in 0..<own.count { own[i] = 0 }
    for i in 0..<5 { for j in 0..<3 { own[i * 3 + j] = encoder[40 + j * 5 + i] } }
    for i in 0..<7 { for j in 0..<5 { own[20 + i * 5 + j] = encoder[j * 7 + i] } }
    let rows = uniforms(6 * width, seed: 4)
    for model in [tied, free] {
      let step = try model.prepare(
        FitOptions(rule: .sgd(), batchRows: 6), try dataset(rows, width: width))
      var x = rows
      _ = try step.learn(&x, rows: 6, at: .step(1, rate: 0))
    }
    var wanted = try #require(free.encoder.gradient).array
    let extra = try #require(free.decoder.gradient).array
    for i in 0..<5 { for j in 0..<3 { wanted[40 + j * 5 + i] += extra[i * 3 + j] } }
    for i in 0..<7 { for j in 0..<5 { wanted[j * 7 + i] += extra[20 + i * 5 + j] } }
    #expect(largestError(try #require(tied.encoder.gradient).array, wanted) < 1e-6)
    let biases = Array(extra[15..<20]) + Array(extra[55..<62])
    #expect(largestError(try #require(tied.decoder.gradient).array, biases) < 1e-6)
  }

  @Test func `A tied linear one finds an orthonormal basis of PCA's subspace`() throws {
    // 12 columns of falling variance around zero, turned by a reflection.
    let (count, columns, k) = (2000, 12, 3)
    let z = normals(count * columns, seed: 1)
    let v = normals(columns, seed: 2)
    let square = v.reduce(0) { $0 + $1 * $1 }
    var rows = [Float](repeating: 0, count: count * columns)
    for i in 0..<count {
      let x = (0..<columns).map { z[i * columns + $0] * 2 / Float($0 + 1) }
      let share = 2 * (0..<columns).reduce(0) { $0 + x[$1] * v[$1] } / square
      for j in 0..<columns { rows[i * columns + j] = x[j] - share * v[j] }
    }
    for j in 0..<columns {
      let mean = (0..<count).reduce(0.0) { $0 + Double(rows[$1 * columns + j]) } / Double(count)
      for i in 0..<count { rows[i * columns + j] -= Float(mean) }
    }
    let data = try dataset(rows, width: columns)
    var pcaOptions = PCA.Options()
    pcaOptions.components = .count(k)
    let pca = try PCA(pcaOptions)
    try pca.fit(data)
    let components = try pca.solution().components
    var options = Autoencoder.Options(shape: Shape(features: columns))
    (options.latentSize, options.hidden, options.outputActivation) = (k, [], .identity)
    (options.hasBias, options.isTied, options.preparation) = (false, true, .none)
    let model = try Autoencoder(options)
    var fit = FitOptions(learningRate: 1e-2, epochCount: 40, batchRows: 100)
    fit.schedule = .cosine(floor: 0)
    try Trainer.fit(model, to: data, fit)
    let w = model.encoder.weights.parameters.array.map(Double.init)
    for a in 0..<k {
      for b in 0..<k {
        let dot = (0..<columns).reduce(0.0) { $0 + w[a * columns + $1] * w[b * columns + $1] }
        #expect(abs(dot - (a == b ? 1 : 0)) < 1e-2)
      }
      // Of each component, the part inside the span of W's rows.
      let inside = (0..<k).reduce(0.0) { sum, b in
        let dot = (0..<columns).reduce(0.0) {
          $0 + Double(components[a * columns + $1]) * w[b * columns + $1]
        }
        return sum + dot * dot
      }
      #expect(inside > 0.998)
    }
  }

  @Test func `Layers that cannot be tied are refused`() throws {
    func message(_ change: (inout Autoencoder.Options) -> Void) -> String? {
      let error = failure { _ = try model(change) }
      #expect(error?.status == .argument)
      return error?.message
    }
    #expect(
      message { $0.decoderHidden = [4] } == "tied needs a decoder_hidden that is hidden in reverse, or none")
    #expect(failure { _ = try model { $0.decoderHidden = [5] } } == nil)
    var options = Autoencoder.Options(
      shape: Shape(height: 4, width: 4, channels: 1), architecture: .convolutional)
    options.isTied = true
    #expect(
      failure { _ = try Autoencoder(options) }?.message == "tied needs architecture dense")
    (options.hasSkips, options.hidden) = (true, [])
    #expect(
      failure { _ = try Autoencoder(options) }?.message == "tied does not apply to an autoencoder with skips")
  }
}
