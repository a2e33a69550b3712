import CShims
import Glibc
import Tensors

/// The source of a checkpoint's bytes. Its size is known before anything is read.
struct ByteSource: ~Copyable {
  let byteCount: Int
  private let memory: UnsafeRawBufferPointer?
  private var file = shim_file(descriptor: -1, byte_count: 0)

  /// Bytes in memory, which must exist as long as the source.
  init(_ bytes: UnsafeRawBufferPointer) {
    memory = bytes
    byteCount = bytes.count
  }

  /// The regular file at `path`.
  ///
  /// - Throws: `.io`, with the system's reason.
  init(path: UnsafePointer<CChar>?) throws(GenerativeError) {
    memory = nil
    // On failure, the shim leaves nothing open.
    let code = shim_open_file(path, &file)
    guard code == 0 else { throw ioError("open", path, code) }
    byteCount = Int(file.byte_count)
  }

  deinit {
    var file = file
    shim_close_file(&file)
  }

  /// Copies `count` bytes, starting at `offset`, to `destination`. The caller has checked both against
  /// `byteCount`.
  ///
  /// - Throws: `.io`; `.truncated` if the file has become shorter since it was opened.
  func read(_ count: Int, at offset: Int, into destination: UnsafeMutableRawPointer)
    throws(GenerativeError)
  {
    if let memory {
      UnsafeMutableRawBufferPointer(start: destination, count: count)
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[offset..<offset + count]))
      return
    }
    let code = withUnsafePointer(to: file) {
      shim_read_file($0, Int64(offset), destination, Int64(count))
    }
    if code == ENODATA { throw GenerativeError(.truncated, "the file shrank while it was read") }
    guard code == 0 else {
      throw GenerativeError(.io, "cannot read: \(errnoDescription(code))")
    }
  }
}

/// An `.io` error that says what could not be done to which file, and why.
package func ioError(_ verb: String, _ path: UnsafePointer<CChar>?, _ code: CInt) -> GenerativeError {
  GenerativeError(.io, "cannot \(verb) \(pathText(path)): \(errnoDescription(code))")
}

/// A path in the form that messages show, whatever bytes it contains.
func pathText(_ path: UnsafePointer<CChar>?) -> String {
  path.map { quoted(String(cString: $0)) } ?? "NULL"
}

private func errnoDescription(_ code: CInt) -> String {
  String(cString: shim_errno_description(code))
}
