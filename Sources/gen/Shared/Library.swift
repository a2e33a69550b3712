import CGenerative

/// A failed call of the library, with its message, or an error in this tool.
struct Failure: Error, CustomStringConvertible {
  let description: String
  var status = gen_status(GEN_E_INTERNAL)
}

/// Throws an error for any status except GEN_OK.
func check(_ status: gen_status) throws {
  guard status != gen_status(GEN_OK) else { return }
  let message = text(gen_last_error_message())
  throw Failure(description: message.isEmpty ? text(gen_status_name(status)) : message, status: status)
}

/// A string returned by the library.
func text(_ string: UnsafePointer<CChar>?) -> String { string.map { String(cString: $0) } ?? "" }

/// An options struct with all defaults filled in: `try defaults(gen_vae_options_init)`.
func defaults<Options>(
  _ initialize: (UnsafeMutablePointer<Options>?, UInt32) -> gen_status
) throws -> Options {
  let options = UnsafeMutablePointer<Options>.allocate(capacity: 1)
  defer { options.deallocate() }
  try check(initialize(options, UInt32(MemoryLayout<Options>.stride)))
  return options.pointee
}

/// Creates a model with options in the library's text form: "latent_size=16 hidden=400,200".
func newModel(_ kind: Model.Kind, _ options: String) throws -> Object {
  try Object(gen_model_destroy) { gen_model_create(kind.rawValue, options, nil, $0) }
}

/// An object of the library, destroyed when this one is deinitialized.
final class Object {
  let handle: OpaquePointer
  private let destroy: (OpaquePointer?) -> Void

  /// Creates an object. `make` calls a create, open or load function.
  init(
    _ destroy: @escaping (OpaquePointer?) -> Void,
    make: (UnsafeMutablePointer<OpaquePointer?>) -> gen_status
  ) throws {
    var made: OpaquePointer?
    try check(make(&made))
    guard let made else { throw Failure(description: "the library returned no handle") }
    self.handle = made
    self.destroy = destroy
  }

  /// An object that a call has created together with others.
  convenience init(_ destroy: @escaping (OpaquePointer?) -> Void, _ made: OpaquePointer?) throws {
    try self.init(destroy) {
      $0.pointee = made
      return gen_status(GEN_OK)
    }
  }

  deinit { destroy(handle) }
}
