import Tensors

/// A known cause of an image's appearance, such as how much a face smiles.
package struct Factor: Equatable, Sendable {
  package let name: String
  package let range: ClosedRange<Float>
}

/// The true factors of every row: values are rows × factors, packed.
package struct FactorTable: Sendable {
  package let factors: [Factor]
  package let values: Buffer<Float>

  /// The index of the factor with this name.
  package func index(of name: String) -> Int? { factors.firstIndex { $0.name == name } }
}
