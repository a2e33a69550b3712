/// Where a model's options store the value of a row: the member at an offset.
package struct Place: Sendable {
  private enum Content: Sendable {
    case flag
    case whole
    /// A number that the model stores as a float.
    case float
    case seed
    case widths
    /// A value with its own conversion.
    case other(
      get: @Sendable (UnsafeRawPointer) -> OptionValue,
      set: @Sendable (UnsafeMutableRawPointer, OptionValue) -> Void)
    /// An address, which occurs only in the struct.
    case pointer
  }

  private let content: Content
  /// The location of the member: an address while a table is created, later the offset in bytes from the
  /// start of the options.
  private var location: UInt

  private init(_ content: Content, _ member: UnsafeMutableRawPointer?) {
    self.content = content
    location = UInt(bitPattern: member)
  }

  package static let pointer = Place(.pointer, nil)
  package static func flag(_ member: UnsafeMutablePointer<Bool>) -> Place { Place(.flag, member) }
  package static func whole(_ member: UnsafeMutablePointer<Int>) -> Place { Place(.whole, member) }
  package static func number(_ member: UnsafeMutablePointer<Float>) -> Place { Place(.float, member) }
  package static func seed(_ member: UnsafeMutablePointer<UInt64>) -> Place { Place(.seed, member) }
  package static func widths(_ member: UnsafeMutablePointer<[Int]>) -> Place { Place(.widths, member) }

  /// One of several choices, in the order of the header's enumerators. Any other value means the library's
  /// choice.
  package static func word<Choice: Equatable & Sendable>(
    _ choices: [Choice], _ member: UnsafeMutablePointer<Choice>
  ) -> Place {
    .member(
      member, get: { choice in choices.firstIndex { $0 == choice }.map { .word($0) } ?? .automatic },
      set: { if case .word(let number) = $1, choices.indices.contains(number) { $0 = choices[number] } })
  }

  /// A member with its own conversion.
  package static func member<Value>(
    _ member: UnsafeMutablePointer<Value>, get: @escaping @Sendable (Value) -> OptionValue,
    set: @escaping @Sendable (inout Value, OptionValue) -> Void
  ) -> Place {
    let content = Content.other(
      get: { get($0.assumingMemoryBound(to: Value.self).pointee) },
      set: { set(&$0.assumingMemoryBound(to: Value.self).pointee, $1) })
    return Place(content, member)
  }

  /// The same place as an offset from `base`. The member must be part of the options there.
  func inside(_ base: UnsafeRawPointer, byteCount: Int) -> Place {
    if case .pointer = content { return self }
    var place = self
    place.location = location &- UInt(bitPattern: base)
    precondition(place.location < byteCount, "a place must be a stored member of the options")
    return place
  }

  /// The value in the options at `base`.
  func value(in base: UnsafeRawPointer) -> OptionValue {
    let member = base + Int(location)
    return switch content {
    case .flag: .flag(member.load(as: Bool.self))
    case .whole: .whole(member.load(as: Int.self))
    case .float: .float(member.load(as: Float.self))
    case .seed: .seed(member.load(as: UInt64.self))
    case .widths: .widths(member.load(as: [Int].self))
    case .other(let get, _): get(member)
    case .pointer: .automatic
    }
  }

  /// Sets the member of the options at `base`. A value of another type is ignored.
  func set(_ value: OptionValue, in base: UnsafeMutableRawPointer) {
    let member = base + Int(location)
    switch (content, value) {
    case (.flag, .flag(let isSet)): member.assumingMemoryBound(to: Bool.self).pointee = isSet
    case (.whole, .whole(let number)): member.assumingMemoryBound(to: Int.self).pointee = number
    case (.float, .number(let number)): member.assumingMemoryBound(to: Float.self).pointee = Float(number)
    case (.seed, .seed(let number)): member.assumingMemoryBound(to: UInt64.self).pointee = number
    case (.widths, .widths(let list)): member.assumingMemoryBound(to: [Int].self).pointee = list
    case (.other(_, let set), _): set(member, value)
    default: break
    }
  }
}
