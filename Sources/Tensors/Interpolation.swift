// Embedded Swift has no reflection. A value without a description would be printed as "(cannot print value in
// embedded Swift)", in messages and files. This makes it a compile error.
#if hasFeature(Embedded)
  extension DefaultStringInterpolation {
    @available(*, unavailable, message: "a value without a description cannot be printed")
    package mutating func appendInterpolation<T>(_ value: T) {}
  }
#endif

extension DefaultStringInterpolation {
  /// `[2, 3]`
  package mutating func appendInterpolation(_ numbers: [Int]) {
    appendLiteral("[")
    for (index, number) in numbers.enumerated() {
      if index > 0 { appendLiteral(", ") }
      appendInterpolation(number)
    }
    appendLiteral("]")
  }
}
