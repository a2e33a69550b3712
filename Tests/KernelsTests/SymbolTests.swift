import Glibc
import Testing

/// The linker keeps one copy of a weak function for the whole program. If a table's object held one,
/// code for AVX-512 could stand in for everybody's.
@Suite struct SymbolTests {
  @Test(arguments: ["KernelsBaseline", "KernelsAVX2", "KernelsAVX512"])
  func noTableHoldsAWeakFunction(_ module: String) throws {
    guard let folder = buildFolder else { return }
    let objects = "\(folder)/\(module).build/*.o"
    let listing = try output("nm \(objects) 2>&1")
    #expect(listing.contains(" T "), "no symbols in \(objects)")
    let weak = listing.split(separator: "\n").filter { $0.contains(" W ") }
    #expect(weak.isEmpty)
  }

  /// Where this test program was built, when it was built for release.
  private var buildFolder: String? {
    var path = [CChar](repeating: 0, count: 4096)
    let length = readlink("/proc/self/exe", &path, path.count - 1)
    guard length > 0 else { return nil }
    let program = String(decoding: path[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let end = program.lastIndex(of: "/") else { return nil }
    let folder = String(program[..<end])
    return folder.hasSuffix("release") ? folder : nil
  }

  private func output(_ command: String) throws -> String {
    let pipe = try #require(popen(command, "r"))
    defer { pclose(pipe) }
    var text = ""
    var line = [CChar](repeating: 0, count: 65_536)
    while fgets(&line, Int32(line.count), pipe) != nil {
      text += String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    return text
  }
}
