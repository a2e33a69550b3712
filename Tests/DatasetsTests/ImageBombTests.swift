import Datasets
import Tensors
import Testing

/// Small files that promise, or cost, much.
struct ImageBombTests {
  private func png(width: UInt32, height: UInt32, chunks: [UInt8] = []) -> [UInt8] {
    var header: [UInt8] = []
    header.append(bigEndian: width)
    header.append(bigEndian: height)
    header += [8, 2, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header) + chunks
  }

  private func chunk(_ kind: String, _ body: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(bigEndian: UInt32(body.count))
    let content = Array(kind.utf8) + body
    bytes += content
    bytes.append(bigEndian: crc32(content))
    return bytes
  }

  /// A golden PNG with one more chunk after its header.
  private func rgb(with chunk: [UInt8]) throws -> [UInt8] {
    let whole = try golden("rgb.png")
    return Array(whole[..<33]) + chunk + Array(whole[33...])
  }

  @Test(arguments: [
    (60_000, 60_000), (16_385, 1), (1, 16_385), (16_384, 16_384), (0x7FFF_FFFF, 0x7FFF_FFFF),
  ])
  func aPNGThatPromisesTooMuchIsRefusedByItsHeader(width: UInt32, height: UInt32) {
    #expect(status { try decode(png(width: width, height: height)) } == .limit)
  }

  @Test func aPNGTooShortForItsSizeIsRefusedBeforeMemoryIsTaken() throws {
    let memory = Memory()
    let bytes = png(width: 8000, height: 8000) + chunk("IDAT", [])
    #expect(status { try decode(bytes, in: memory) } == .truncated)
    #expect(memory.peakByteCount == 0)
  }

  @Test func aPNGWithoutPixelsIsRefused() {
    #expect(status { try decode(png(width: 0, height: 4)) } == .format)
    #expect(status { try decode(png(width: 4, height: 0)) } == .format)
  }

  @Test func aPNGsTextIsNeverInflated() throws {
    // A zTXt of garbage would be an error if it were read.
    let bytes = try rgb(with: chunk("zTXt", Array("k\0\0".utf8) + [UInt8](repeating: 7, count: 100)))
    #expect(try decode(bytes).array == golden("rgb.png.raw"))
  }

  @Test func aHugeAncillaryChunkCostsNoMemory() throws {
    let bytes = try rgb(with: chunk("teSt", [UInt8](repeating: 0, count: 9 << 20)))
    let memory = Memory()
    #expect(try decode(bytes, in: memory).array == golden("rgb.png.raw"))
    // What libpng keeps for itself, and no more for the chunk.
    #expect(memory.peakByteCount < 1 << 16)
  }

  @Test(arguments: [
    (60_000, 60_000, GenerativeError.Status.limit), (16_385, 10, .limit), (16_384, 16_384, .limit),
    (8000, 8000, .truncated),
  ])
  func aJPEGThatPromisesTooMuchIsRefusedByItsHeader(
    height: Int, width: Int, expected: GenerativeError.Status
  ) throws {
    var bytes = try golden("rgb-420.jpg")
    let start = try #require((0..<bytes.count - 1).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    bytes.replaceSubrange(
      start + 5..<start + 9,
      with: [height >> 8, height & 255, width >> 8, width & 255].map { UInt8($0) })
    let memory = Memory()
    #expect(status { try decode(bytes, in: memory) } == expected)
    // What libjpeg keeps for itself.
    #expect(memory.peakByteCount < 1 << 12)
    #expect(memory.usedByteCount == 0)
  }

  /// One black-to-white middle: a progressive gray block of 8 × 8 whose coefficients are all 0, each
  /// sent bit by bit in a scan of its own, which is legal and costs a pass.
  private func jpeg(scanCount: Int) -> [UInt8] {
    var bytes: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
    bytes += [0xFF, 0xC2, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0]
    // One code of one bit, meaning "no difference" or "end of block".
    for table: UInt8 in [0x00, 0x10] {
      bytes += [0xFF, 0xC4, 0, 20, table, 1] + [UInt8](repeating: 0, count: 15) + [0]
    }
    let scan: [UInt8] = [0xFF, 0xDA, 0, 8, 1, 1, 0x00]
    bytes += scan + [0, 0, 0, 0x7F]
    for i in 0..<scanCount - 1 {
      let (low, coefficient) = (UInt8(13 - i % 14), UInt8(1 + i / 14))
      let high = low == 13 ? 0 : low + 1
      bytes += scan + [coefficient, coefficient, high << 4 | low, 0x7F]
    }
    return bytes + [0xFF, 0xD9]
  }

  @Test func aJPEGOfManyScansIsDecodedUpToTheLimit() throws {
    let picture = try decode(jpeg(scanCount: 500))
    #expect(picture.array == [UInt8](repeating: 128, count: 64))
    #expect(status { try decode(jpeg(scanCount: 501)) } == .limit)
  }

  @Test func aRefusedAllocationIsAnError() throws {
    let memory = Memory(limit: 100)
    let bytes = try golden("rgb.png")
    #expect(status { try decode(bytes, in: memory) } == .memory)
    #expect(memory.usedByteCount == 0)
  }
}
