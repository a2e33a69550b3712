import CGenerative
import Glibc
import Tensors

extension GenerativeError {
  /// The error for an argument that is NULL but must not be.
  static func null(_ name: String) -> GenerativeError {
    GenerativeError(.argument, "\(name) must not be NULL")
  }
}

/// Returns `value` if it lies in `range`.
@discardableResult
func checkRange(
  _ name: String, _ value: some BinaryInteger, _ range: ClosedRange<Int>
) throws(GenerativeError) -> Int {
  guard let integer = Int(exactly: value), range.contains(integer) else {
    let limit =
      range.upperBound == .max
      ? "at least \(range.lowerBound)" : "between \(range.lowerBound) and \(range.upperBound)"
    throw GenerativeError(.argument, "\(name) must be \(limit), not \(value)")
  }
  return integer
}

/// Returns `value` if it is finite and lies in `range`.
@discardableResult
func checkRange(
  _ name: String, _ value: Double, _ range: ClosedRange<Double>
) throws(GenerativeError) -> Double {
  guard range.contains(value) else {
    let limit =
      range.upperBound >= Double.greatestFiniteMagnitude
      ? "a finite number of at least \(range.lowerBound)"
      : "between \(range.lowerBound) and \(range.upperBound)"
    throw GenerativeError(.argument, "\(name) must be \(limit), not \(value)")
  }
  return value
}

/// `value`, or nil for GEN_AUTO, which lets the library choose.
func chosen<Value: SignedNumeric>(_ value: Value) -> Value? {
  value == Value(exactly: GEN_AUTO) ? nil : value
}

/// Whether a 0-or-1 option is 1.
func checkFlag(_ name: String, _ value: Int32) throws(GenerativeError) -> Bool {
  try checkRange(name, value, 0...1) == 1
}

/// An input array of `n` × `width` elements. It may be NULL only if there are no elements.
func checkInput<Element>(
  _ name: String, _ pointer: UnsafePointer<Element>?, _ n: Int, _ width: Int
) throws(GenerativeError) -> UnsafePointer<Element> {
  try UnsafePointer(checkOutput(name, UnsafeMutablePointer(mutating: pointer), n, width))
}

/// An output array of `n` × `width` elements. It may be NULL only if there are no elements.
func checkOutput<Element>(
  _ name: String, _ pointer: UnsafeMutablePointer<Element>?, _ n: Int, _ width: Int
) throws(GenerativeError) -> UnsafeMutablePointer<Element> {
  guard let count = checkedProduct(n, width), checkedProduct(count, MemoryLayout<Element>.stride) != nil
  else { throw GenerativeError(.argument, "\(name) of \(n) x \(width) does not fit in memory") }
  if let pointer {
    guard UInt(bitPattern: pointer) % UInt(MemoryLayout<Element>.alignment) == 0 else {
      throw GenerativeError(
        .argument, "\(name) must be aligned to \(MemoryLayout<Element>.alignment) bytes")
    }
    return pointer
  }
  guard count == 0, let placeholder = UnsafeMutablePointer<Element>(bitPattern: Memory.alignment)
  else { throw .null(name) }
  return placeholder
}

/// `checkOutput` for an optional output, which may be NULL.
@discardableResult
func checkOptionalOutput<Element>(
  _ name: String, _ pointer: UnsafeMutablePointer<Element>?, _ n: Int, _ width: Int
) throws(GenerativeError) -> UnsafeMutablePointer<Element>? {
  pointer == nil ? nil : try checkOutput(name, pointer, n, width)
}

/// A path as a Swift string.
func checkPath(_ name: String, _ path: UnsafePointer<CChar>?) throws(GenerativeError) -> String {
  guard let path else { throw .null(name) }
  // One byte more than the longest path that the system accepts, to distinguish paths that are too long from
  // those that just fit.
  let length = strnlen(path, Int(PATH_MAX) + 1)
  guard length > 0 else { throw GenerativeError(.argument, "\(name) must not be empty") }
  guard length < Int(PATH_MAX) else {
    throw GenerativeError(.argument, "\(name) must be shorter than \(PATH_MAX) bytes")
  }
  let bytes = UnsafeRawBufferPointer(start: path, count: length)
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw GenerativeError(.argument, "\(name) must be UTF-8")
  }
  return text
}

/// An enumerator of the header, counted from 0.
func checkChoice<Choice>(
  _ name: String, _ value: Int32, _ choices: [Choice]
) throws(GenerativeError) -> Choice {
  choices[try checkRange(name, value, 0...(choices.count - 1))]
}
