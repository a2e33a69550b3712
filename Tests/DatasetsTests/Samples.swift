import Datasets
import Foundation
import Tensors
import Testing

/// A folder that is gone after the test.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/datasets-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes `bytes` as `name` and gives the path.
  @discardableResult
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let file = "\(path)/\(name)"
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

func contents(_ path: String) throws -> [UInt8] {
  try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
}

/// Tests/Golden/pictures/`name`.
func golden(_ name: String) throws -> [UInt8] { try contents(goldenPath(name)) }

func goldenPath(_ name: String) -> String {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  return folder.appendingPathComponent("Golden/pictures/\(name)").path
}

/// The status of the error that `body` throws; nil when it throws none.
func status<Result>(_ body: () throws -> Result) -> GenerativeError.Status? {
  do {
    _ = try body()
    return nil
  } catch let error as GenerativeError {
    return error.status
  } catch {
    return .internalFault
  }
}

func image(_ shape: Shape, _ pixel: (_ y: Int, _ x: Int, _ c: Int) -> UInt8) throws -> Image {
  let image = try Image(shape: shape)
  for y in 0..<shape.height {
    for x in 0..<shape.width {
      for c in 0..<shape.channels {
        image.pixels[(y * shape.width + x) * shape.channels + c] = pixel(y, x, c)
      }
    }
  }
  return image
}

func decode(_ bytes: [UInt8], in memory: Memory = .standard) throws -> Image {
  try bytes.withUnsafeBufferPointer { try Image(decoding: $0, in: memory) }
}

extension Image {
  var array: [UInt8] { Array(pixels.elements) }
}

extension Array where Element == UInt8 {
  mutating func append(bigEndian value: UInt32) {
    for shift in [24, 16, 8, 0] as [UInt32] { append(UInt8(truncatingIfNeeded: value >> shift)) }
  }
}

/// The checksum of PNG and gzip, bit by bit.
func crc32(_ bytes: [UInt8]) -> UInt32 {
  var crc: UInt32 = .max
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
  }
  return ~crc
}

/// Gzip without compression: stored blocks of at most 65,535 bytes.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var file: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
  var rest = bytes[...]
  repeat {
    let block = rest.prefix(65_535)
    rest = rest.dropFirst(block.count)
    let count = UInt16(block.count)
    file.append(rest.isEmpty ? 1 : 0)
    for value in [count, ~count] { file += [UInt8(value & 255), UInt8(value >> 8)] }
    file += block
  } while !rest.isEmpty
  for value in [crc32(bytes), UInt32(bytes.count)] {
    for shift in [0, 8, 16, 24] as [UInt32] { file.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }
  return file
}
