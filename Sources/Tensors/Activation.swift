/// A function applied to every element, either separately or fused into a matrix product's last write.
package enum Activation: Equatable, Hashable, Sendable {
  /// x
  case identity
  /// max(0, x)
  case relu
  /// x for x > 0, otherwise slope · x
  case leakyReLU(slope: Float)
  /// x · σ(x)
  case silu
  /// x for x > 0, otherwise eˣ − 1
  case elu
  case tanh
  /// σ(x) = 1 / (1 + e⁻ˣ)
  case sigmoid
  /// ln(1 + eˣ)
  case softplus

  /// Whether the derivative is computed from the input x. All other functions use the output y.
  package var differentiatesInput: Bool { self == .silu }

  /// Whether the second derivative is greater than zero almost everywhere.
  package var isCurved: Bool {
    switch self {
    case .identity, .relu, .leakyReLU: false
    case .silu, .elu, .tanh, .sigmoid, .softplus: true
    }
  }
}
