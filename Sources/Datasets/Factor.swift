import Tensors

/// One known cause of a picture, such as how much a face smiles.
package struct Factor: Equatable, Sendable {
  package let name: String
  package let range: ClosedRange<Float>
}

/// The true factors of every row: values are rows × factors, packed.
package struct FactorTable: Sendable {
  package let factors: [Factor]
  package let values: Buffer<Float>

  /// The index of the factor of that name.
  package func index(of name: String) -> Int? { factors.firstIndex { $0.name == name } }
}
