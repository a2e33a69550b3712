import Tensors

extension Checkpoint {
  /// The value that `text` of option `name` stands for.
  package func choice<Value>(_ name: String, _ values: [(String, Value)]) throws(GenerativeError) -> Value {
    let text: String = try option(name)
    guard let value = values.first(where: { $0.0 == text })?.1 else {
      let names = values.map({ $0.0 }).joined(separator: ", ")
      throw GenerativeError(.format, "option \(name) must be one of \(names), not \"\(text)\"")
    }
    return value
  }

  /// A copy of a tensor without NaN and infinity.
  ///
  /// - Throws: `.mismatch` when it is missing or of another shape, `.nonfinite`, `.memory`.
  package func finite<Element: TensorElement & BinaryFloatingPoint>(
    _ name: String, _ shape: [Int], in context: Context
  ) throws(GenerativeError) -> Buffer<Element> {
    let buffer = try tensor(named: name, shape: shape, as: Element.self).copied(in: context.memory)
    for i in 0..<buffer.count where !buffer.base[i].isFinite {
      throw GenerativeError(.nonfinite, "element \(i) of tensor \(name) is not a finite number")
    }
    return buffer
  }

  /// The same as doubles, of a tensor of doubles or, as older files have it, of floats.
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
