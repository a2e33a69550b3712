import CGenerative
import CShims
import Glibc
import Tensors

/// The only place where an error is turned into a status and a message. On success, errno is unchanged.
func boundary(_ body: () throws(GenerativeError) -> Void) -> gen_status {
  let callersErrno = lastErrno
  let modes = enterLibrary()
  defer { shim_modes_leave(modes) }
  do {
    try body()
    lastErrno = callersErrno
    return gen_status(GEN_OK)
  } catch {
    var message = error.message
    message.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { characters in
        guard let base = characters.baseAddress else { return }
        shim_set_message(base, characters.count)
      }
    }
    return error.status.rawValue
  }
}

/// The boundary of a function that creates an object. Its handle, or NULL on failure, is written to `out`.
func create<Object: HandleObject>(
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ body: () throws(GenerativeError) -> Object
) -> gen_status {
  create(out, "\(Object.noun)_out") { () throws(GenerativeError) in try body() as any HandleObject }
}

/// `create` for an object whose kind only the file determines.
func create(
  _ out: UnsafeMutablePointer<OpaquePointer?>?, _ name: @autoclosure () -> String,
  _ body: () throws(GenerativeError) -> any HandleObject
) -> gen_status {
  boundary { () throws(GenerativeError) in
    guard let out else { throw .null(name()) }
    out.pointee = nil
    out.pointee = try Handles.shared.insert(body())
  }
}

/// The boundary of a function that destroys an object.
func destroy<Object: HandleObject>(_ handle: OpaquePointer?, _ type: Object.Type) {
  call { Handles.shared.remove(handle, type) }
}

/// Runs `body` as a call from the host that cannot fail.
func call<Result>(_ body: () -> Result) -> Result {
  let modes = enterLibrary()
  defer { shim_modes_leave(modes) }
  return body()
}

/// Begins a call. The floating-point modes are those of the library, not the host's, until the returned value
/// is passed to `shim_modes_leave`.
private func enterLibrary() -> UInt64 {
  shim_make_globals()
  shim_forget_refusal()
  return shim_modes_enter()
}

/// Calls a function of the host with the host's own floating-point modes, outside of any run.
func callHost<Result>(_ body: () -> Result) -> Result {
  shim_modes_to_host()
  defer { shim_modes_from_host() }
  return Run.apart(body)
}

/// Merges the rows that another object of the same kind has seen into an object.
func merge<Object: HandleObject>(
  _ object: OpaquePointer?, _ other: OpaquePointer?,
  _ body: (Object, Object) throws(GenerativeError) -> Void
) -> gen_status {
  boundary { () throws(GenerativeError) in
    if object != nil, object == other {
      throw GenerativeError(.argument, "other must not be the same object as \(Object.noun)")
    }
    try Handles.shared.changing(object) { (object: Object) throws(GenerativeError) in
      try Handles.shared.reading(other, "other") { (other: Object) throws(GenerativeError) in
        try body(object, other)
      }
    }
  }
}
