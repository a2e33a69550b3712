import Tensors

// The struct in the header that a table describes. Its members are in the order of the rows, with the layout
// of a C compiler.
//
//     uint32_t struct_size, initialized;         a struct that a call fills has no initialized
//     flags and words    int32_t                   whole numbers   int64_t
//     numbers            double                    seeds           uint64_t
//     widths             const int64_t *name; int64_t n_name;
//     shared rows        a struct of their own, the first member

extension OptionTable {
  /// The value in a struct that lets the library choose: GEN_AUTO.
  package static let automatic = -1

  /// A member's offset and size in bytes.
  package struct Member: Sendable {
    package let offset: Int
    package let size: Int
    package var end: Int { offset + size }
  }

  /// The member of each row, and the size of the struct.
  ///
  /// - Parameter headSize: the number of bytes before the first member.
  static func layout(_ rows: [OptionRow], headSize: Int) -> (members: [Member], size: Int) {
    var members: [Member] = []
    var end = headSize
    for (index, row) in rows.enumerated() {
      // What follows the shared struct starts where that ends.
      if index > 0, rows[index - 1].isShared, !row.isShared { end = rounded(end, to: 8) }
      let size =
        switch row.kind {
        case .flag, .word: 4
        case .whole, .number, .seed, .pointer: 8
        case .widths: 16
        }
      let offset = rounded(end, to: min(size, 8))
      members.append(Member(offset: offset, size: size))
      end = members[index].end
    }
    return (members, rounded(end, to: 8))
  }

  private static func rounded(_ offset: Int, to alignment: Int) -> Int {
    (offset + alignment - 1) / alignment * alignment
  }

  /// Writes values to a zeroed struct.
  ///
  /// - Parameter lists: memory for the elements of lists, `listSize` bytes, which must exist as long as the
  ///   struct; nil if there are no lists.
  package func write(
    _ values: OptionValues, to base: UnsafeMutableRawPointer, lists: UnsafeMutableRawPointer? = nil
  ) {
    var list = lists
    for (value, (row, member)) in zip(values.all, zip(rows, members)) {
      let place = base + member.offset
      switch value {
      case .flag(let isSet): place.storeBytes(of: isSet ? 1 : 0, as: Int32.self)
      case .word(let number): place.storeBytes(of: Int32(number), as: Int32.self)
      case .whole(let number): place.storeBytes(of: Int64(number), as: Int64.self)
      case .number(let number): place.storeBytes(of: number, as: Double.self)
      case .seed(let number): place.storeBytes(of: number, as: UInt64.self)
      case .widths(let widths):
        place.storeBytes(of: UInt(bitPattern: list), as: UInt.self)
        (place + 8).storeBytes(of: Int64(widths.count), as: Int64.self)
        for (index, width) in widths.enumerated() {
          list.map { ($0 + 8 * index).storeBytes(of: Int64(width), as: Int64.self) }
        }
        list = list.map { $0 + 8 * widths.count }
      case .automatic:
        switch row.kind {
        case .flag, .word: place.storeBytes(of: Int32(Self.automatic), as: Int32.self)
        case .whole: place.storeBytes(of: Int64(Self.automatic), as: Int64.self)
        case .number: place.storeBytes(of: Double(Self.automatic), as: Double.self)
        case .widths: (place + 8).storeBytes(of: Int64(Self.automatic), as: Int64.self)
        case .seed, .pointer: break
        }
      }
    }
  }

  /// The number of bytes for the elements of the values' lists, in addition to the struct.
  package func listSize(_ values: OptionValues) -> Int {
    values.all.reduce(0) { size, value in
      if case .widths(let widths) = value { size + 8 * widths.count } else { size }
    }
  }

  /// The number in a member of a struct at `base`, including those of words and flags; 0 for addresses and
  /// lists.
  package func number(_ index: Int, in base: UnsafeRawPointer) -> Double {
    let place = base + members[index].offset
    return switch rows[index].kind {
    case .flag, .word: Double(place.loadUnaligned(as: Int32.self))
    case .whole: Double(place.loadUnaligned(as: Int64.self))
    case .number: place.loadUnaligned(as: Double.self)
    case .seed: Double(place.loadUnaligned(as: UInt64.self))
    case .widths, .pointer: 0
    }
  }

  /// The names of the members that are addresses, and the offset of one.
  package var pointerNames: [String] { rows.filter { !$0.isText }.map { $0.name } }

  package func pointer(_ name: String) -> Int? {
    index(of: name).flatMap { rows[$0].isText ? nil : members[$0].offset }
  }

  /// The values of a struct, checked against their ranges.
  ///
  /// - Parameter base: the whole struct, with the size that this table gives it.
  /// - Throws: `.argument` for a value out of range, or for one that is given although its need is not met.
  package func values(_ base: UnsafeRawPointer) throws(GenerativeError) -> OptionValues {
    var all: [OptionValue] = []
    for (row, member) in zip(rows, members) { all.append(try row.value(base + member.offset)) }
    let values = OptionValues(self, all)
    try check(values)
    return values
  }
}

extension OptionRow {
  fileprivate func value(_ place: UnsafeRawPointer) throws(GenerativeError) -> OptionValue {
    switch kind {
    case .flag:
      switch place.loadUnaligned(as: Int32.self) {
      case 0: return .flag(false)
      case 1: return .flag(true)
      case Int32(OptionTable.automatic) where mayBeAutomatic: return .automatic
      case let other: throw GenerativeError(.argument, "\(name) must be 0 or 1\(orAutomatic), not \(other)")
      }
    case .word:
      let number = Int(place.loadUnaligned(as: Int32.self))
      return number == OptionTable.automatic && mayBeAutomatic ? .automatic : .word(number)
    case .whole:
      let number = Int(place.loadUnaligned(as: Int64.self))
      return number == OptionTable.automatic && mayBeAutomatic ? .automatic : .whole(number)
    case .number:
      let number = place.loadUnaligned(as: Double.self)
      return number == Double(OptionTable.automatic) && mayBeAutomatic ? .automatic : .number(number)
    case .seed: return .seed(place.loadUnaligned(as: UInt64.self))
    case .pointer: return .automatic
    case .widths(_, let most):
      let count = Int((place + 8).loadUnaligned(as: Int64.self))
      if count == OptionTable.automatic, mayBeAutomatic { return .automatic }
      guard (0...most).contains(count) else {
        throw GenerativeError(
          .argument, "n_\(name) must be between 0 and \(most)\(orAutomatic), not \(count)")
      }
      guard count > 0 else { return .widths([]) }
      guard let widths = place.loadUnaligned(as: UnsafeRawPointer?.self) else {
        throw GenerativeError(.argument, "\(name) must not be NULL")
      }
      return .widths((0..<count).map { Int((widths + 8 * $0).loadUnaligned(as: Int64.self)) })
    }
  }

  var orAutomatic: String { mayBeAutomatic ? ", or auto" : "" }
}
