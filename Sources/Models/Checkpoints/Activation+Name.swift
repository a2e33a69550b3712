import Tensors

extension Activation {
  private static let names: [(String, Activation)] = [
    ("identity", .identity), ("relu", .relu), ("leaky_relu", .leakyReLU(slope: 0.2)), ("silu", .silu),
    ("elu", .elu), ("tanh", .tanh), ("sigmoid", .sigmoid),
  ]

  /// The name in checkpoints.
  package var name: String { Self.names.first { $0.1 == self }?.0 ?? "unknown" }

  static func named(_ name: String) -> Activation? { names.first { $0.0 == name }?.1 }
}
