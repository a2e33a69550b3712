import CShims
import Glibc
import Tensors

/// A file open for reading. Its size is known before anything is allocated for it.
package final class InputFile {
  package let path: String
  package let byteCount: Int
  private var file = shim_file(descriptor: -1, byte_count: 0)

  /// - Throws: `.io` if `path` cannot be opened or is not a regular file.
  package init(path: String) throws(GenerativeError) {
    let error = shim_open_file(path, &file)
    guard error == 0 else { throw .io("cannot open", path, error) }
    self.path = path
    byteCount = Int(file.byte_count)
  }

  deinit { shim_close_file(&file) }

  /// Reads `count` bytes starting at `offset`.
  ///
  /// - Throws: `.truncated` if the file ends first; `.io` if it cannot be read.
  package func read(
    _ count: Int, at offset: Int = 0, into bytes: UnsafeMutableRawPointer
  ) throws(GenerativeError) {
    let error = shim_read_file(&file, Int64(offset), bytes, Int64(count))
    guard error != ENODATA else {
      throw GenerativeError(.truncated, "\(path) ends before byte \(offset) + \(count)")
    }
    guard error == 0 else { throw .io("cannot read", path, error) }
  }

  /// Reads the whole file.
  ///
  /// - Throws: `.limit` if it is larger than `limit` bytes; errors of `read`.
  package func readAll(limit: Int, in memory: Memory) throws(GenerativeError) -> Buffer<UInt8> {
    guard byteCount <= limit else {
      throw GenerativeError(.limit, "\(path) has \(byteCount) bytes, more than the limit of \(limit)")
    }
    let bytes = try Buffer<UInt8>(count: byteCount, in: memory)
    try read(byteCount, into: bytes.base)
    return bytes
  }
}

/// Replaces the file at `path` by `bytes`, atomically.
///
/// - Throws: `.io`. An existing file is then unchanged.
package func writeFile(_ bytes: UnsafeRawBufferPointer, to path: String) throws(GenerativeError) {
  var piece = shim_piece(bytes: bytes.baseAddress, count: Int64(bytes.count))
  let error = shim_write_file_atomically(path, &piece, 1)
  guard error == 0 else { throw .io("cannot write", path, error) }
}

extension GenerativeError {
  /// `cannot open x.png: No such file or directory`
  static func io(_ action: String, _ path: String, _ error: Int32) -> GenerativeError {
    GenerativeError(.io, "\(action) \(path): \(String(cString: shim_errno_description(error)))")
  }
}
