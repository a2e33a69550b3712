import CGenerative
import CShims
import Kernels
import Tensors

/// A string that exists as long as the process, for `const char *` results.
func staticString(_ text: StaticString) -> UnsafePointer<CChar>? {
  UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

@c @implementation public func gen_version() -> UnsafePointer<CChar>? { staticString("1.0.0") }

@c @implementation public func gen_abi_version() -> Int32 { Int32(GEN_ABI_VERSION) }

@c @implementation public func gen_last_error_message() -> UnsafePointer<CChar>? { shim_message() }

@c @implementation public func gen_status_name(_ status: gen_status) -> UnsafePointer<CChar>? {
  guard status != GEN_OK else { return staticString("GEN_OK") }
  return switch GenerativeError.Status(rawValue: status) {
  case .argument: staticString("GEN_E_ARGUMENT")
  case .handle: staticString("GEN_E_HANDLE")
  case .busy: staticString("GEN_E_BUSY")
  case .memory: staticString("GEN_E_NOMEM")
  case .io: staticString("GEN_E_IO")
  case .format: staticString("GEN_E_FORMAT")
  case .truncated: staticString("GEN_E_TRUNCATED")
  case .trailing: staticString("GEN_E_TRAILING")
  case .nonfinite: staticString("GEN_E_NONFINITE")
  case .version: staticString("GEN_E_VERSION")
  case .limit: staticString("GEN_E_LIMIT")
  case .state: staticString("GEN_E_STATE")
  case .cancelled: staticString("GEN_E_CANCELLED")
  case .mismatch: staticString("GEN_E_MISMATCH")
  case .unsupported: staticString("GEN_E_UNSUPPORTED")
  case .internalFault: staticString("GEN_E_INTERNAL")
  case .comm: staticString("GEN_E_COMM")
  case nil: staticString("GEN_E_UNKNOWN")
  }
}

@c @implementation public func gen_kernels_name() -> UnsafePointer<CChar>? {
  call { StaticCString.of(Kernels.table.name).pointer }
}
