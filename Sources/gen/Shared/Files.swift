import CGenerative
import Glibc

/// Creates a folder and its parent folders.
func makeFolder(_ path: String) throws {
  var made = path.hasPrefix("/") ? "/" : ""
  for part in path.split(separator: "/") {
    made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
    guard mkdir(made, 0o777) == 0 || errno == EEXIST else {
      throw Failure(description: "cannot create the folder \(made): \(String(cString: strerror(errno)))")
    }
  }
}

func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Identifies a file, whatever path leads to it.
struct FileIdentity: Hashable {
  private let device: UInt64
  private let number: UInt64

  /// nil if there is no file.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
  }
}

/// Writes a file, completely or not at all.
func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
  let part = "\(path).part"
  func failure() -> Failure {
    let reason = String(cString: strerror(errno))
    unlink(part)
    return Failure(description: "cannot write \(path): \(reason)")
  }
  guard let file = fopen(part, "w") else { throw failure() }
  let bytes = Array(bytes)
  let written = fwrite(bytes, 1, bytes.count, file)
  guard fclose(file) == 0, written == bytes.count, rename(part, path) == 0 else { throw failure() }
}

/// Writes bytes to an open file. Returns whether all of them were written.
func append(_ bytes: [UInt8], to file: Int32) -> Bool {
  bytes.withUnsafeBytes { bytes in
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}

/// Writes a text file, completely or not at all.
func write(_ string: String, to path: String) throws { try write(string.utf8, to: path) }

/// The text in a file; nil if there is none that can be read.
func contents(of path: String) -> String? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 1 << 16)
  while case let count = fread(&block, 1, block.count, file), count > 0 { bytes += block[..<count] }
  return String(decoding: bytes, as: UTF8.self)
}

/// Writes a line for the user to standard error, apart from the results.
func complain(_ line: String) { showError(line + "\n") }

/// Writes text for the user to standard error, apart from the results.
func showError(_ text: String) {
  fflush(nil)
  let bytes = Array(text.utf8)
  _ = write(STDERR_FILENO, bytes, bytes.count)
}
