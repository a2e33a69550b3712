import CShims
import Tensors

/// An object that C holds by a handle.
protocol HandleObject: AnyObject, Sendable {
  static var kind: HandleKind { get }
}

extension HandleObject {
  /// What the header calls it: `gen_<noun>`.
  static var noun: String { kind.noun }
}

/// The kinds of handle, each a number in its ticket.
enum HandleKind: UInt8, Sendable {
  case context = 1
  case dataset, image, pca, autoencoder, vae, gan, checkpoint, moments, classifier, mixture, reservoir
  case trainer

  /// As in `gen_<noun>`.
  var noun: String {
    switch self {
    case .context: "context"
    case .dataset: "dataset"
    case .image: "image"
    case .pca: "pca"
    case .autoencoder: "autoencoder"
    case .vae: "vae"
    case .gan: "gan"
    case .checkpoint: "checkpoint"
    case .moments: "moments"
    case .classifier: "classifier"
    case .mixture: "mixture"
    case .reservoir: "reservoir"
    case .trainer: "trainer"
    }
  }
}

/// The table behind the handles: tickets in, objects out.
///
/// A ticket is kind (8 bits) · generation (24) · index (32). A destroyed slot gets a new generation,
/// so an old ticket is recognised and never followed. Each copy of the library in a process begins
/// with generations of its own, and so does not take another's tickets for its own.
final class Handles: Sendable {
  static let shared = Handles()

  private struct Slot {
    var generation = max(shim_copy_number() & 0xFF_FFFF, 1)
    var object: (any HandleObject)?
    /// Calls that read the object now, or −1 while one has it to itself.
    var users = 0
  }

  private struct Table {
    var slots: [Slot] = []
    var free: [Int] = []
  }

  private let table = Guarded(Table())

  /// A new ticket for `object`.
  func insert<Object: HandleObject>(_ object: Object) -> OpaquePointer? {
    table.withLock { table in
      let index: Int
      if let reused = table.free.popLast() {
        index = reused
      } else {
        index = table.slots.count
        table.slots.append(Slot())
      }
      table.slots[index].object = object
      table.slots[index].users = 0
      let generation = UInt(table.slots[index].generation)
      return OpaquePointer(bitPattern: UInt(Object.kind.rawValue) << 56 | generation << 32 | UInt(index))
    }
  }

  /// Forgets a ticket; a call that has the object keeps it until it returns. Unknown tickets are
  /// ignored: destroying twice is harmless.
  func remove<Object: HandleObject>(_ handle: OpaquePointer?, _: Object.Type) {
    // Released after the lock, since an object's end may take long.
    let removed: (any HandleObject)? = table.withLock { table in
      guard let index = Self.find(handle, Object.kind, in: table) else { return nil }
      let object = table.slots[index].object
      table.slots[index].object = nil
      table.slots[index].generation = max((table.slots[index].generation + 1) & 0xFF_FFFF, 1)
      table.free.append(index)
      return object
    }
    withExtendedLifetime(removed) {}
  }

  /// The object itself, for one that guards its own state or never changes.
  func object<Object: HandleObject>(
    _ handle: OpaquePointer?, _ name: @autoclosure () -> String
  ) throws(GenerativeError) -> Object {
    try acquire(handle, name(), users: nil)
  }

  /// Runs `body` with the object, beside any other reader.
  func reading<Object: HandleObject, Result>(
    _ handle: OpaquePointer?, _ name: @autoclosure () -> String = Object.noun,
    _ body: (Object) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result {
    let object: Object = try acquire(handle, name()) { $0 >= 0 ? $0 + 1 : nil }
    defer { release(handle, object) { $0 - 1 } }
    return try body(object)
  }

  /// Runs `body` with the object to itself.
  func changing<Object: HandleObject, Result>(
    _ handle: OpaquePointer?, _ name: @autoclosure () -> String = Object.noun,
    _ body: (Object) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result {
    let object: Object = try acquire(handle, name()) { $0 == 0 ? -1 : nil }
    defer { release(handle, object) { _ in 0 } }
    return try body(object)
  }

  /// - Parameter name: of the argument; only a message wants it.
  private func acquire<Object: HandleObject>(
    _ handle: OpaquePointer?, _ name: @autoclosure () -> String, users next: ((Int) -> Int?)?
  ) throws(GenerativeError) -> Object {
    guard handle != nil else { throw GenerativeError(.handle, "\(name()) must not be NULL") }
    let found: (object: Object?, isBusy: Bool) = table.withLock { table in
      guard let index = Self.find(handle, Object.kind, in: table),
        let object = table.slots[index].object as? Object
      else { return (nil, false) }
      if let next {
        guard let users = next(table.slots[index].users) else { return (nil, true) }
        table.slots[index].users = users
      }
      return (object, false)
    }
    if found.isBusy { throw GenerativeError(.busy, "\(name()) is in use by another call") }
    guard let object = found.object else {
      throw GenerativeError(.handle, "\(name()) is not a gen_\(Object.noun) handle, or was destroyed")
    }
    return object
  }

  private func release<Object: HandleObject>(
    _ handle: OpaquePointer?, _ object: Object, users next: (Int) -> Int
  ) {
    table.withLock { table in
      // Destroyed meanwhile: the slot is another's now.
      guard let index = Self.find(handle, Object.kind, in: table) else { return }
      table.slots[index].users = next(table.slots[index].users)
    }
  }

  private static func find(_ handle: OpaquePointer?, _ kind: HandleKind, in table: Table) -> Int? {
    let ticket = UInt(bitPattern: handle)
    let index = Int(ticket & 0xFFFF_FFFF)
    guard ticket >> 56 == UInt(kind.rawValue), index < table.slots.count,
      UInt(table.slots[index].generation) == (ticket >> 32) & 0xFF_FFFF,
      table.slots[index].object != nil
    else { return nil }
    return index
  }
}
