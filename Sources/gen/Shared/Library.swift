import CGenerative

/// A failed call into the library, with its message; or what went wrong in this tool.
struct Failure: Error, CustomStringConvertible {
  let description: String
  var status = gen_status(GEN_E_INTERNAL)
}

/// Throws what a status other than GEN_OK stands for.
func check(_ status: gen_status) throws {
  guard status != gen_status(GEN_OK) else { return }
  let message = text(gen_last_error_message())
  throw Failure(description: message.isEmpty ? text(gen_status_name(status)) : message, status: status)
}

/// A string of the library.
func text(_ string: UnsafePointer<CChar>?) -> String { string.map { String(cString: $0) } ?? "" }

/// An options struct with every default filled in: `try defaults(gen_vae_options_init)`.
func defaults<Options>(
  _ initialize: (UnsafeMutablePointer<Options>?, UInt32) -> gen_status
) throws -> Options {
  let options = UnsafeMutablePointer<Options>.allocate(capacity: 1)
  defer { options.deallocate() }
  try check(initialize(options, UInt32(MemoryLayout<Options>.stride)))
  return options.pointee
}

/// A new model of options in the library's text: "latent_size=16 hidden=400,200".
func newModel(_ kind: Model.Kind, _ options: String) throws -> Object {
  try Object(gen_model_destroy) { gen_model_create(kind.rawValue, options, nil, $0) }
}

/// An object of the library, destroyed with this one.
final class Object {
  let handle: OpaquePointer
  private let destroy: (OpaquePointer?) -> Void

  /// Makes an object; `make` is a create, open or load function's call.
  init(
    _ destroy: @escaping (OpaquePointer?) -> Void,
    make: (UnsafeMutablePointer<OpaquePointer?>) -> gen_status
  ) throws {
    var made: OpaquePointer?
    try check(make(&made))
    guard let made else { throw Failure(description: "the library gave no handle") }
    self.handle = made
    self.destroy = destroy
  }

  /// An object that a call has made beside others.
  convenience init(_ destroy: @escaping (OpaquePointer?) -> Void, _ made: OpaquePointer?) throws {
    try self.init(destroy) {
      $0.pointee = made
      return gen_status(GEN_OK)
    }
  }

  deinit { destroy(handle) }
}
