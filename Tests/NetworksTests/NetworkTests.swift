import Networks
import Tensors
import TestSupport
import Testing

@Suite("Networks")
struct NetworkTests {
  private let context = Context.standard

  @Test("a whole variational autoencoder has PyTorch's losses and gradients")
  func variationalAutoencoder() throws {
    let golden = try Golden("networks-vae")
    func array(_ key: String) throws -> [Float] { try golden("vae.\(key)") }
    let (rows, latent) = (5, 3)
    let (pixels, hidden) = (Shape(features: 12), Shape(features: 9))
    let encoder = try LayerRun(
      [Dense(pixels, hidden, .relu), Dense(hidden, Shape(features: 2 * latent), .identity)], rows: rows)
    let decoder = try LayerRun(
      [Dense(Shape(features: latent), hidden, .silu), Dense(hidden, pixels, .identity)], rows: rows)
    encoder.weights.parameters.assign(try array("encoder"))
    decoder.weights.parameters.assign(try array("decoder"))
    let x = try copy(array("x"))
    let noise = try copy(array("noise"))
    let z = try Buffer<Float>(count: rows * latent)
    let dz = try Buffer<Float>(count: rows * latent)
    let deviation = try Buffer<Float>(count: rows * latent)
    let dLogits = try Buffer<Float>(count: rows * 12)
    let dEncoded = try Buffer<Float>(count: rows * 2 * latent)
    let losses = try Buffer<Float>(count: rows)
    func packed(_ buffer: Buffer<Float>, _ columns: Int) -> Matrix {
      Matrix(buffer.base, rows: rows, columns: columns)
    }
    func half(_ base: UnsafeMutablePointer<Float>, _ index: Int) -> Matrix {
      Matrix(base + index * latent, rows: rows, columns: latent, rowStride: 2 * latent)
    }
    let scale = 1 / Float(rows)

    let encoded = encoder.network.forward(
      x.base, rows: rows, encoder.weights, encoder.workspace, encoder.mode)
    let gaussian = LatentGaussian(
      mean: half(encoded, 0), logVariance: half(encoded, 1), deviation: packed(deviation, latent))
    gaussian.sample(noise: packed(noise, latent), into: packed(z, latent))
    let logits = decoder.network.forward(
      z.base, rows: rows, decoder.weights, decoder.workspace, decoder.mode)
    ReconstructionLoss.crossEntropy.evaluate(
      Matrix(logits, rows: rows, columns: 12), targets: packed(x, 12), losses: losses.base,
      gradientScale: scale, dy: packed(dLogits, 12), context: context)
    #expect(largestError(losses.elements, try array("reconstruction")) < 1e-6)
    decoder.network.backward(
      dLogits.base, x: z.base, rows: rows, decoder.weights, decoder.workspace, decoder.mode,
      gradient: decoder.gradient.base, inputGradient: dz.base)
    gaussian.sampleBackward(
      packed(dz, latent), noise: packed(noise, latent), dMean: half(dEncoded.base, 0),
      dLogVariance: half(dEncoded.base, 1))
    gaussian.divergence(
      losses: losses.base, gradientScale: 0.5 * scale, dMean: half(dEncoded.base, 0),
      dLogVariance: half(dEncoded.base, 1))
    #expect(largestError(losses.elements, try array("kl")) < 1e-6)
    encoder.network.backward(
      dEncoded.base, x: x.base, rows: rows, encoder.weights, encoder.workspace, encoder.mode,
      gradient: encoder.gradient.base)
    #expect(largestError(decoder.gradient.elements, try array("dDecoder")) < 1e-6)
    #expect(largestError(encoder.gradient.elements, try array("dEncoder")) < 1e-6)
  }

  /// Dense, batch norm, dropout, noise: every kind of vector layer.
  private func stack() -> [any Layer] {
    let (a, b) = (Shape(features: 7), Shape(features: 5))
    return [
      GaussianNoise(a, deviation: 0.1), Dense(a, b, .identity, hasBias: false),
      BatchNormalization(b, .silu), Dropout(b, rate: 0.2), Dense(b, Shape(features: 3), .tanh),
    ]
  }

  @Test("gradients of a stack agree with finite differences")
  func stackGradients() throws {
    let layers = stack()
    try checkGradient(of: layers[0], layers[1], layers[2], layers[3], layers[4], rows: 4, step: 2e-3)
    try checkGradient(
      of: layers[0], layers[1], layers[2], layers[3], layers[4], rows: 4, mode: .inference, step: 2e-3)
  }

  @Test("a training step allocates no buffer and a smaller batch fits the same workspace")
  func allocatesNothing() throws {
    let memory = Memory()
    let run = try LayerRun(stack(), rows: 6, context: try Context(threadCount: 2, memory: memory))
    let before = memory.usedByteCount
    let x = normals(6 * 7, seed: 1)
    let dy = try copy(normals(6 * 3, seed: 2))
    for rows in [6, 4] {
      _ = run.network.forward(x, rows: rows, run.weights, run.workspace, run.mode)
      run.network.backward(
        dy.base, x: x, rows: rows, run.weights, run.workspace, run.mode, gradient: run.gradient.base)
    }
    #expect(memory.usedByteCount == before && memory.peakByteCount == before)
  }

  @Test("inference gives each row the same bits in any batch")
  func rowsAreIndependent() throws {
    let layers = stack()
    let x = normals(6 * 7, seed: 3)
    let all = try LayerRun(layers, rows: 6, mode: .inference, purpose: .inference).forward(x)
    let one = try LayerRun(layers, rows: 1, mode: .inference, purpose: .inference)
    for row in 0..<6 {
      #expect(one.forward(Array(x[row * 7..<(row + 1) * 7])) == Array(all[row * 3..<(row + 1) * 3]))
    }
  }

  @Test("stacks that do not fit together, are empty or too large are refused")
  func refusals() {
    let (a, b) = (Shape(features: 7), Shape(features: 5))
    #expect(throws: GenerativeError.self) { try Network("n", []) }
    #expect(throws: GenerativeError.self) { try Network("n", [Dense(a, b, .relu), Dense(a, b, .relu)]) }
    #expect(throws: GenerativeError.self) {
      try Network("n", [any Layer](repeating: Dropout(a, rate: 0.1), count: Network.layerLimit + 1))
    }
    #expect(throws: GenerativeError.self) {
      let network = try Network("n", [Dense(a, b, .relu)])
      _ = try Workspace(network, rows: .max / 2, .training, context: context)
    }
  }
}
