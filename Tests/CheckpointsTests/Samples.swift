import Checkpoints
import Glibc
import Tensors
import Testing

/// A buffer of the given elements.
func buffer<Element: TensorElement>(_ elements: [Element]) throws -> Buffer<Element> {
  try elements.withUnsafeBufferPointer { try Buffer(copying: $0) }
}

extension TensorView {
  var array: [Element] { withElements { Array($0) } }
}

extension Buffer<UInt8> {
  var array: [UInt8] { withExtendedLifetime(self) { Array(elements) } }
}

extension Checkpoint {
  static func read(_ bytes: [UInt8], nonfinite: NonfinitePolicy = .refuse) throws(GenerativeError)
    -> Checkpoint
  {
    // Exactly as much memory as there are bytes, so that a sanitizer sees a read beyond.
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    copy.copyBytes(from: bytes)
    defer { copy.deallocate() }
    return try read(UnsafeRawBufferPointer(copy), nonfinite: nonfinite)
  }
}

/// A file put together by hand: length, header, payload.
func file(_ header: String, payload: [UInt8] = []) -> [UInt8] {
  file(Array(header.utf8), payload: payload)
}

func file(_ header: [UInt8], payload: [UInt8] = []) -> [UInt8] {
  littleEndian(UInt64(header.count)) + header + payload
}

func littleEndian(_ value: UInt64) -> [UInt8] { (0..<8).map { UInt8(value >> (8 * $0) & 0xFF) } }

/// The library's error that `body` throws, or nil.
func failure(_ body: () throws -> some Any) -> GenerativeError? {
  do {
    _ = try body()
  } catch let error as GenerativeError {
    return error
  } catch {
    Issue.record(error)
  }
  return nil
}

/// A checkpoint with every element type, an empty tensor and a single number.
func sample() throws -> Checkpoint {
  var checkpoint = try Checkpoint(kind: "vae")
  try checkpoint.setOption("latent_count", 20)
  try checkpoint.setOption("who", "a \"quoted\"\n\u{1}\\ é 🙂")
  try checkpoint.add("bytes", shape: [3], buffer([1, 2, 255] as [UInt8]))
  try checkpoint.add("weight", shape: [2, 3], buffer([1, -2, 0.5, 3.25, 1e-38, 7] as [Float]))
  try checkpoint.add("integers", shape: [1, 2], buffer([Int32.min, Int32.max]))
  try checkpoint.add("empty", shape: [0, 4], buffer([] as [Float]))
  try checkpoint.add("single", shape: [], buffer([0.1] as [Double]))
  try checkpoint.add("long", shape: [2], buffer([Int64.min, Int64.max]))
  return checkpoint
}

extension Checkpoint {
  init(kind: String) throws { try self.init(kind: kind, limits: .standard) }
}

/// A folder that is removed, with what is in it, when the value goes.
final class TemporaryFolder {
  let path: String

  init() throws {
    var template = Array("/tmp/checkpoints-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress.unsafelyUnwrapped) }
  }

  deinit {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  /// What the folder holds, sorted.
  var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

/// The bytes of the file at `path`, read with the C library alone.
func contents(_ path: String) throws -> [UInt8] {
  let file = try #require(fopen(path, "rb"))
  defer { fclose(file) }
  var bytes: [UInt8] = []
  while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(byte)) }
  return bytes
}

func write(_ bytes: [UInt8], to path: String) throws {
  let file = try #require(fopen(path, "wb"))
  #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
  fclose(file)
}
