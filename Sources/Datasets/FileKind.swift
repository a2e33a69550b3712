import CShims
import Tensors

/// The type of a file, determined by its first bytes. Its name is ignored.
enum FileKind: Equatable {
  case png, jpeg, gzip, idx, npy, zip, empty
  /// Text, which may be a table.
  case text
  /// A format that the library does not read, with its name for messages.
  case foreign(String)

  /// The number of bytes needed to identify the type.
  static let headByteCount = 64

  init(_ head: Buffer<UInt8>) {
    self = withExtendedLifetime(head) { FileKind(UnsafeBufferPointer($0.elements)) }
  }

  init(_ head: UnsafeBufferPointer<UInt8>) {
    func begins(_ text: StaticString, at offset: Int = 0) -> Bool {
      guard head.count >= offset + text.utf8CodeUnitCount else { return false }
      return (0..<text.utf8CodeUnitCount).allSatisfy { text.utf8Start[$0] == head[offset + $0] }
    }
    func begins(_ bytes: UInt8...) -> Bool { head.starts(with: bytes) }
    if head.isEmpty {
      self = .empty
    } else if begins(0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A) {
      self = .png
    } else if begins(0xFF, 0xD8, 0xFF) {
      self = .jpeg
    } else if begins(0x1F, 0x8B) {
      self = .gzip
    } else if head.count >= 4, head[0] == 0, head[1] == 0, (8...14).contains(head[2]), head[3] >= 1 {
      self = .idx
    } else if begins(0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59) {
      self = .npy
    } else if begins("PK") {
      self = .zip
    } else if let name = Self.signatures.first(where: { begins($0.signature, at: $0.offset) })?.name {
      self = .foreign("\(name)")
    } else if begins(0x49, 0x49, 0x2A, 0) || begins(0x4D, 0x4D, 0, 0x2A) {
      self = .foreign("TIFF")
    } else if begins(0xFD, 0x37, 0x7A) {
      self = .foreign("xz")
    } else if begins(0x80, 2) || begins(0x80, 3) || begins(0x80, 4) || begins(0x80, 5) {
      self = .foreign("Python pickle")
    } else if head.allSatisfy({ $0 >= 0x20 || (9...13).contains($0) }) {
      let letters = String(
        decoding: head.prefix(24).map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
      let isPage = ["<!doctype", "<html"].contains { letters.removing(prefix: $0) != nil }
      self = isPage ? .foreign("HTML") : .text
    } else {
      self = .foreign("of an unknown format")
    }
  }

  private static let signatures: [(signature: StaticString, offset: Int, name: StaticString)] = [
    ("GIF8", 0, "GIF"), ("BM", 0, "BMP"), ("WEBP", 8, "WebP"), ("ftyphei", 4, "HEIC"),
    ("ftypmif1", 4, "HEIC"),
    ("ftypavif", 4, "AVIF"), ("%PDF", 0, "PDF"), ("BZh", 0, "bzip2"), ("8BPS", 0, "PSD"), ("<svg", 0, "SVG"),
  ]

  /// Its name in messages.
  var name: String {
    switch self {
    case .png: "PNG"
    case .jpeg: "JPEG"
    case .gzip: "gzip"
    case .idx: "IDX"
    case .npy: "npy"
    case .zip: "zip"
    case .empty: "empty"
    case .text: "text"
    case .foreign(let name): name
    }
  }

  var isPicture: Bool { self == .png || self == .jpeg }

  /// Whether it is an image in a format that the library does not read.
  var isForeignPicture: Bool {
    guard case .foreign(let name) = self else { return false }
    return ["GIF", "BMP", "WebP", "HEIC", "AVIF", "TIFF", "PSD"].contains(name)
  }

  /// - Throws: `.io`.
  init(path: String) throws(GenerativeError) {
    self = try InputFile(path: path).kind()
  }
}

extension InputFile {
  /// The type of the file.
  func kind() throws(GenerativeError) -> FileKind {
    let count = min(byteCount, FileKind.headByteCount)
    return try withUnsafeTemporaryBytes(count) { bytes throws(GenerativeError) in
      try read(count, into: bytes)
      return FileKind(UnsafeBufferPointer(start: bytes, count: count))
    }
  }
}

/// Calls `body` with memory for a few bytes.
func withUnsafeTemporaryBytes<Result>(
  _ count: Int, _ body: (UnsafeMutablePointer<UInt8>) throws(GenerativeError) -> Result
) throws(GenerativeError) -> Result {
  let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: max(count, 1))
  defer { bytes.deallocate() }
  return try body(bytes)
}
