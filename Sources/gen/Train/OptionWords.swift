import ArgumentParser
import CGenerative

/// Flags that stand for options of the library, by the names of its tables.
protocol OptionFlags: ParsableArguments {
  /// All of them; nil where a flag was not given.
  var all: [(name: String, value: String?)] { get }
}

extension OptionFlags {
  /// The flags that were given, as the library's text of options.
  var text: String { all.compactMap { name, value in value.map { option(name, $0) } }.joined(separator: " ") }

  func value(_ name: String) -> String? { all.first { $0.name == name }?.value }

  /// A word of the command line, whose hyphens are underscores in the library.
  func word(_ value: String?) -> String? { value.map { String($0.map { $0 == "-" ? "_" : $0 }) } }
}

/// An option in the library's text of options.
func option(_ name: String, _ value: some CustomStringConvertible) -> String { "\(name)=\"\(value)\"" }

/// A struct of options that the library made from text, destroyed with this object.
final class OptionStruct<Options> {
  private let address: UnsafeMutableRawPointer

  /// - Parameter name: "fit" of gen_fit_options.
  init(_ name: String, _ text: String) throws {
    var made: UnsafeMutableRawPointer?
    try check(gen_struct_create(name, text, &made))
    guard let made else { throw Failure(description: "the library gave no options") }
    address = made
  }

  var value: Options { address.assumingMemoryBound(to: Options.self).pointee }

  deinit { gen_struct_destroy(address) }
}
