/// The value of an option, whether it came from a struct, a text or a file.
package enum OptionValue: Equatable, Sendable {
  /// The library chooses.
  case automatic
  case flag(Bool)
  /// One of the option's words, by its number.
  case word(Int)
  case whole(Int)
  case number(Double)
  case seed(UInt64)
  case widths([Int])
}

extension OptionValue {
  /// A number that a model stores as a float: the Double with the same text as the float, so that 0.2 stays
  /// 0.2.
  package static func float(_ value: Float) -> OptionValue {
    .number(Double(value.description) ?? Double(value))
  }

  /// The number as a model stores it; nil for other values.
  package var float: Float? { if case .number(let number) = self { Float(number) } else { nil } }

  /// Whether it requests something: it is neither the library's choice nor "off".
  var isGiven: Bool { self != .automatic && self != .flag(false) }
}
