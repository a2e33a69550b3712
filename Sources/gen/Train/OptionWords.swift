import ArgumentParser
import CGenerative

/// Flags that correspond to options in the library's tables.
protocol OptionFlags: ParsableArguments {
  /// All options; the value is nil if the flag was not given.
  var all: [(name: String, value: String?)] { get }
}

extension OptionFlags {
  /// The given flags in the library's text form of options.
  var text: String { all.compactMap { name, value in value.map { option(name, $0) } }.joined(separator: " ") }

  func value(_ name: String) -> String? { all.first { $0.name == name }?.value }

  /// A word of the command line in the library's spelling, with underscores instead of hyphens.
  func word(_ value: String?) -> String? { value.map { String($0.map { $0 == "-" ? "_" : $0 }) } }
}

/// An option in the library's text form.
func option(_ name: String, _ value: some CustomStringConvertible) -> String { "\(name)=\"\(value)\"" }

/// An options struct that the library created from text. It is destroyed with this object.
final class OptionStruct<Options> {
  private let address: UnsafeMutableRawPointer

  /// - Parameter name: the name of the struct, such as "fit" for gen_fit_options.
  init(_ name: String, _ text: String) throws {
    var made: UnsafeMutableRawPointer?
    try check(gen_struct_create(name, text, &made))
    guard let made else { throw Failure(description: "the library returned no options") }
    address = made
  }

  var value: Options { address.assumingMemoryBound(to: Options.self).pointee }

  deinit { gen_struct_destroy(address) }
}
