import Tensors

extension Checkpoint {
  /// The value that the text of option `name` represents.
  package func choice<Value>(_ name: String, _ values: [(String, Value)]) throws(GenerativeError) -> Value {
    let text: String = try option(name)
    guard let value = values.first(where: { $0.0 == text })?.1 else {
      let names = values.map({ $0.0 }).joined(separator: ", ")
      throw GenerativeError(.format, "option \(name) must be one of \(names), not \"\(text)\"")
    }
    return value
  }

  /// A copy of a tensor, which must not contain NaN or infinity.
  ///
  /// - Throws: `.mismatch` if it is missing or has another shape; `.nonfinite`; `.memory`.
  package func finite<Element: TensorElement & BinaryFloatingPoint>(
    _ name: String, _ shape: [Int], in context: Context
  ) throws(GenerativeError) -> Buffer<Element> {
    let buffer = try tensor(named: name, shape: shape, as: Element.self).copied(in: context.memory)
    for i in 0..<buffer.count where !buffer.base[i].isFinite {
      throw GenerativeError(.nonfinite, "element \(i) of tensor \(name) is not a finite number")
    }
    return buffer
  }

  /// `finite` as doubles, from a tensor of doubles or, in older files, of floats.
  package func doubles(
    _ name: String, _ shape: [Int], in context: Context
  ) throws(GenerativeError) -> Buffer<Double> {
    guard self[name]?.type == .float32 else { return try finite(name, shape, in: context) }
    let floats: Buffer<Float> = try finite(name, shape, in: context)
    let doubles = try Buffer<Double>(uninitializedCount: floats.count, in: context.memory)
    for i in 0..<floats.count { doubles.base[i] = Double(floats.base[i]) }
    return doubles
  }
}
