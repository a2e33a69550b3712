import Glibc

/// Standard input as a file, which the library can open by its path and read repeatedly.
enum StandardInput {
  static let name = "standard input"

  /// The path that the library opens for DATA; "-" is standard input.
  static func path(of data: String) throws -> String { data == "-" ? try copy.get() : data }

  /// A text of the library in which the path of the copy is replaced by the name of standard input.
  static func told(_ text: String) -> String {
    guard isUsed, case .success(let path) = copy else { return text }
    return text == path ? "-" : text.replacing(path, with: name)
  }

  nonisolated(unsafe) private static var isUsed = false

  /// The path of a copy, in an unlinked file that disappears with the process.
  private static let copy = Result<String, Failure> { () throws(Failure) in
    isUsed = true
    func failure() -> Failure {
      Failure(description: "cannot read standard input: \(String(cString: strerror(errno)))")
    }
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var name = Array("\(folder)/gen-XXXXXX".utf8CString)
    let file = mkstemp(&name)
    guard file >= 0 else { throw failure() }
    unlink(name)
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(STDIN_FILENO, &block, block.count)
      if count == 0 { break }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure() }
      guard append(Array(block[..<count]), to: file) else { throw failure() }
    }
    return "/proc/self/fd/\(file)"
  }
}
