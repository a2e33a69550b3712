import Glibc
import Tensors

/// The initial values of a parameter.
package enum Initializer: Equatable, Hashable, Sendable {
  case constant(Float)
  /// N(mean, deviation²)
  case normal(mean: Float = 0, deviation: Float)
  /// U(−bound, bound)
  case uniform(bound: Float)

  /// He et al. 2015, for ReLU and similar activations: N(0, 2 / fan-in).
  package static func he(fanIn: Int) -> Initializer { .normal(deviation: (2 / Float(fanIn)).squareRoot()) }

  /// Glorot & Bengio 2010: U(±√(6 / (fan-in + fan-out))).
  package static func glorot(fanIn: Int, fanOut: Int) -> Initializer {
    .uniform(bound: (6 / Float(fanIn + fanOut)).squareRoot())
  }

  /// PyTorch's default for linear layers and convolutions: U(±1/√fan-in).
  package static func fanInUniform(_ fanIn: Int) -> Initializer {
    .uniform(bound: 1 / Float(fanIn).squareRoot())
  }

  /// The scales of batch normalization in a DCGAN, as PyTorch's example reads the paper: N(1, 0.02²).
  package static let dcganScale = Initializer.normal(mean: 1, deviation: 0.02)

  /// Fills `values` from the stream's elements starting at `offset`.
  func fill(
    _ values: UnsafeMutablePointer<Float>, _ parameter: Parameter, from random: Random, offset: Int,
    context: Context
  ) {
    switch self {
    case .constant(let value): values.update(repeating: value, count: parameter.count)
    case .normal(let mean, let deviation):
      context.fillNormal(
        values, count: parameter.count, from: random, offset: offset, mean: mean, deviation: deviation)
    case .uniform(let bound):
      context.fillUniform(
        values, count: parameter.count, from: random, offset: offset, low: -bound, high: bound)
    }
  }
}
