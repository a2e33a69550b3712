import Datasets
import Networks
import Tensors
import Training

extension Autoencoder {
  /// The number of rows whose derivatives are computed at a time.
  private static let jacobianBlockRows = 64

  /// norms[i] ← ‖∂h/∂x‖²_F at row i, where h is its latent: the quantity that `Options.contraction` keeps
  /// small.
  ///
  /// For a single dense layer there is a closed form. Other encoders run backward once per latent.
  ///
  /// - Throws: `.state` if there are no latents; `.memory`.
  package func jacobianNorms(
    _ x: UnsafePointer<Float>, rows: Int, into norms: UnsafeMutablePointer<Double>
  ) throws(GenerativeError) {
    try requireLatents()
    try withPrepared(x, rows: rows) { x throws(GenerativeError) in
      try jacobianNormsOfPrepared(x, rows: rows, into: norms)
    }
  }

  private func jacobianNormsOfPrepared(
    _ x: UnsafePointer<Float>, rows: Int, into norms: UnsafeMutablePointer<Double>
  ) throws(GenerativeError) {
    let network = encoder.network
    let (width, latent) = (network.input.count, network.output.count)
    let block = max(min(rows, Self.jacobianBlockRows), 1)
    let workspace = try Workspace(network, rows: block, .training, context: context)
    let squares = try Buffer<Float>(count: block, in: context.memory)
    let isClosed = network.layers.count == 1 && network.layers[0] is Dense
    let penalty = isClosed ? try JacobianPenalty(network, rows: block, context: context) : nil
    let dh = try Buffer<Float>(count: isClosed ? 0 : block * latent, in: context.memory)
    let dx = try Buffer<Float>(count: isClosed ? 0 : block * width, in: context.memory)
    for first in stride(from: 0, to: rows, by: block) {
      let (x, norms, count) = (x + first * width, norms + first, min(block, rows - first))
      norms.update(repeating: 0, count: count)
      _ = network.forward(x, rows: count, encoder.weights, workspace, .inference)
      for index in 0..<(isClosed ? 1 : latent) {
        if let penalty {
          penalty.evaluate(
            x, rows: count, encoder.weights, workspace, Random(seed: 0, purpose: .contraction),
            losses: squares.base)
        } else {
          dh.base.update(repeating: 0, count: count * latent)
          for row in 0..<count { dh.base[row * latent + index] = 1 }
          network.backward(
            dh.base, x: x, rows: count, encoder.weights, workspace, .inference, gradient: nil,
            inputGradient: dx.base)
          context.squaredNorms(Matrix(dx.base, rows: count, columns: width), into: squares.base)
        }
        for row in 0..<count { norms[row] += Double(squares.base[row]) }
      }
    }
  }
}
