import ArgumentParser
import CGenerative

/// A word on the command line for one of the header's enumerators.
protocol Word: ExpressibleByArgument, CaseIterable, RawRepresentable where RawValue == String {
  /// The enumerator of the first case. The others follow in the header's order.
  static var first: Int { get }
}

extension Word where AllCases.Index == Int, Self: Equatable {
  static var first: Int { 0 }

  var code: Int32 { Int32(Self.first + (Self.allCases.firstIndex(of: self) ?? 0)) }

  /// The word of an option in a checkpoint, such as "salt_and_pepper" for "salt-and-pepper".
  init?(option: String) {
    self.init(rawValue: String(option.map { $0 == "_" ? "-" : $0 }))
  }
}

enum Corruption: String, Word {
  case gaussian, masking
  case saltAndPepper = "salt-and-pepper"
  static let first = GEN_CORRUPTION_GAUSSIAN
}

enum Curve: String, Word { case linear, spherical }
