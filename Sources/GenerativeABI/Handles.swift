import CShims
import Tensors

/// An object that C code holds by a handle.
protocol HandleObject: AnyObject, Sendable {
  static var kind: HandleKind { get }
  var handleKind: HandleKind { get }
  /// The object itself, if it is a model.
  var model: (any ModelObject)? { get }
}

extension HandleObject {
  var handleKind: HandleKind { Self.kind }
  var model: (any ModelObject)? { nil }
  /// The noun in the header's name for it: `gen_<noun>`.
  static var noun: String { kind.noun }
}

/// The kinds of handles. Each has a number, which is part of the ticket.
enum HandleKind: UInt8, CaseIterable, Sendable {
  case context = 1
  case dataset, image, pca, autoencoder, vae, gan, checkpoint, moments, classifier, mixture, reservoir
  case trainer

  /// The noun, as in `gen_<noun>`.
  var noun: String { name.description }

  /// The noun as a C string.
  var text: UnsafePointer<CChar>? { staticString(name) }

  private var name: StaticString {
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

/// The table behind the handles, which maps tickets to objects.
///
/// A ticket consists of kind (8 bits) · generation (24) · index (32). A destroyed slot gets a new generation,
/// so an old ticket is recognized and never followed. Each copy of the library in a process starts with
/// different generations, and therefore rejects the tickets of another copy.
final class Handles: Sendable {
  static let shared = Handles()

  private struct Slot {
    var generation = max(shim_copy_number() & 0xFF_FFFF, 1)
    var object: (any HandleObject)?
    /// The number of calls that are reading the object, or −1 while one call has exclusive use.
    var users = 0
  }

  private struct Table {
    var slots: [Slot] = []
    var free: [Int] = []
    var modelCount = 0
  }

  private let table = Guarded(Table())

  /// Creates a ticket for `object`.
  func insert(_ object: any HandleObject) -> OpaquePointer? {
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
      if object.model != nil { table.modelCount += 1 }
      let generation = UInt(table.slots[index].generation)
      return OpaquePointer(
        bitPattern: UInt(object.handleKind.rawValue) << 56 | generation << 32 | UInt(index))
    }
  }

  /// Removes a ticket. A call that is using the object keeps it until it returns. Unknown tickets are
  /// ignored, so destroying an object twice is harmless.
  func remove<Object: HandleObject>(_ handle: OpaquePointer?, _: Object.Type) {
    remove(handle) { $0.handleKind == Object.kind }
  }

  /// Removes a model. After the last one, memory is returned to the system.
  func removeModel(_ handle: OpaquePointer?) {
    remove(handle) { $0.model != nil }
    if table.withLock({ $0.modelCount }) == 0 { Memory.trimAfterMuchWasReleased() }
  }

  private func remove(_ handle: OpaquePointer?, where isWanted: (any HandleObject) -> Bool) {
    // Released after the lock, because deinitializing an object may take long.
    let removed: (any HandleObject)? = table.withLock { table in
      guard let index = Self.find(handle, in: table), let object = table.slots[index].object, isWanted(object)
      else { return nil }
      if object.model != nil { table.modelCount -= 1 }
      table.slots[index].object = nil
      table.slots[index].generation = max((table.slots[index].generation + 1) & 0xFF_FFFF, 1)
      table.free.append(index)
      return object
    }
    withExtendedLifetime(removed) {}
  }

  /// The object itself, for objects that protect their own state or are immutable.
  func object<Object: HandleObject>(
    _ handle: OpaquePointer?, _ name: @autoclosure () -> String
  ) throws(GenerativeError) -> Object {
    try acquire(handle, name(), Object.noun, users: nil) { $0 as? Object }
  }

  /// Runs `body` with the object, shared with other readers.
  func reading<Object: HandleObject, Result>(
    _ handle: OpaquePointer?, _ name: @autoclosure () -> String = Object.noun,
    _ body: (Object) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result {
    let object: Object = try acquire(handle, name(), Object.noun, users: Self.oneMore) { $0 as? Object }
    defer { release(handle) { $0 - 1 } }
    return try body(object)
  }

  /// Runs `body` with exclusive use of the object.
  func changing<Object: HandleObject, Result>(
    _ handle: OpaquePointer?, _ name: @autoclosure () -> String = Object.noun,
    _ body: (Object) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result {
    let object: Object = try acquire(handle, name(), Object.noun, users: Self.alone) { $0 as? Object }
    defer { release(handle) { _ in 0 } }
    return try body(object)
  }

  /// The kind of a model, even while another call is using it.
  func modelKind(_ handle: OpaquePointer?) throws(GenerativeError) -> HandleKind {
    try acquire(handle, "model", "model", users: nil) { $0.model?.handleKind }
  }

  /// Runs `body` with a model of any kind, shared with other readers.
  func readingModel<Result>(
    _ handle: OpaquePointer?, _ body: (any ModelObject) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result {
    let model = try acquire(handle, "model", "model", users: Self.oneMore) { $0.model }
    defer { release(handle) { $0 - 1 } }
    return try body(model)
  }

  /// Runs `body` with exclusive use of a model of any kind.
  func changingModel<Result>(
    _ handle: OpaquePointer?, _ body: (any ModelObject) throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result {
    let model = try acquire(handle, "model", "model", users: Self.alone) { $0.model }
    defer { release(handle) { _ in 0 } }
    return try body(model)
  }

  private static func oneMore(_ users: Int) -> Int? { users >= 0 ? users + 1 : nil }
  private static func alone(_ users: Int) -> Int? { users == 0 ? -1 : nil }

  /// - Parameters:
  ///   - name: the argument's name, used only in messages, like the noun.
  ///   - kind: returns the object if it has the requested kind.
  private func acquire<Object>(
    _ handle: OpaquePointer?, _ name: @autoclosure () -> String, _ noun: @autoclosure () -> String,
    users next: ((Int) -> Int?)?, as kind: (any HandleObject) -> Object?
  ) throws(GenerativeError) -> Object {
    guard handle != nil else { throw GenerativeError(.handle, "\(name()) must not be NULL") }
    let found: (object: Object?, other: HandleKind?, isBusy: Bool) = table.withLock { table in
      guard let index = Self.find(handle, in: table), let stored = table.slots[index].object else {
        return (nil, nil, false)
      }
      guard let object = kind(stored) else { return (nil, stored.handleKind, false) }
      if let next {
        guard let users = next(table.slots[index].users) else { return (nil, nil, true) }
        table.slots[index].users = users
      }
      return (object, nil, false)
    }
    if found.isBusy { throw GenerativeError(.busy, "\(name()) is in use by another call") }
    if let other = found.other {
      throw GenerativeError(.handle, "\(name()) is a gen_\(other.noun) handle, not a gen_\(noun())")
    }
    guard let object = found.object else {
      throw GenerativeError(.handle, "\(name()) is not a gen_\(noun()) handle, or was destroyed")
    }
    return object
  }

  private func release(_ handle: OpaquePointer?, users next: (Int) -> Int) {
    table.withLock { table in
      // If the object was destroyed in the meantime, the slot belongs to another one.
      guard let index = Self.find(handle, in: table) else { return }
      table.slots[index].users = next(table.slots[index].users)
    }
  }

  private static func find(_ handle: OpaquePointer?, in table: Table) -> Int? {
    let ticket = UInt(bitPattern: handle)
    let index = Int(ticket & 0xFFFF_FFFF)
    guard index < table.slots.count, UInt(table.slots[index].generation) == (ticket >> 32) & 0xFF_FFFF,
      let object = table.slots[index].object, ticket >> 56 == UInt(object.handleKind.rawValue)
    else { return nil }
    return index
  }
}
