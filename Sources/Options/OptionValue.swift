/// The value of an option, through whichever door it came: a struct, a text or a file.
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
  /// A number that a model keeps as a float: the Double with the float's own text, so that 0.2 stays 0.2.
  package static func float(_ value: Float) -> OptionValue {
    .number(Double(value.description) ?? Double(value))
  }

  /// The number as a model keeps it; nil for other values.
  package var float: Float? { if case .number(let number) = self { Float(number) } else { nil } }

  /// Whether it asks for something: neither the library's choice nor "off".
  var isGiven: Bool { self != .automatic && self != .flag(false) }
}
