import Networks
import Tensors

/// A part of a model that can run without the library.
package enum ModelPart: Int, CaseIterable, Sendable {
  case encoder
  case decoder
  case generator
  case discriminator
  case classifier
  case reconstruction
  case score

  /// The part's name in messages.
  package var name: String {
    switch self {
    case .encoder: "encoder"
    case .decoder: "decoder"
    case .generator: "generator"
    case .discriminator: "discriminator"
    case .classifier: "classifier"
    case .reconstruction: "reconstruction"
    case .score: "score"
    }
  }
}

/// A model that can describe its parts as programs.
package protocol Exportable: AnyObject {
  /// In the order of the cases.
  var parts: [ModelPart] { get }
  /// The program of one of `parts`.
  ///
  /// - Throws: `.state` for a PCA that is not fitted; `.memory`.
  func program(_ part: ModelPart) throws(GenerativeError) -> Program
}
