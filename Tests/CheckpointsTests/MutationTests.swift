import Checkpoints
import Tensors
import TestSupport
import Testing

/// A sound file, changed everywhere: an error or the same tensors, never a crash.
struct MutationTests {
  /// Whether two checkpoints have the same tensors, in names, types, shapes and bytes.
  private func sameTensors(_ a: Checkpoint, _ b: Checkpoint) -> Bool {
    a.tensors.count == b.tensors.count
      && zip(a.tensors, b.tensors).allSatisfy {
        $0.name == $1.name && $0.type == $1.type && $0.shape == $1.shape && $0.bytes.elementsEqual($1.bytes)
      }
  }

  @Test func everyTruncationIsReported() throws {
    let bytes = try sample().serialized().array
    for count in bytes.indices {
      let error = failure { try Checkpoint.read(Array(bytes[..<count])) }
      #expect(error?.status == .truncated, "\(count) of \(bytes.count) bytes: \(error?.message ?? "read")")
    }
  }

  @Test func everyExtensionIsReported() throws {
    let bytes = try sample().serialized().array
    for count in [1, 7, 8, 4096] {
      let longer = bytes + [UInt8](repeating: 0, count: count)
      let error = failure { try Checkpoint.read(longer) }
      #expect(error == GenerativeError(.trailing, "\(count) bytes follow the last tensor"))
    }
  }

  @Test func everyChangedBitOfATensorIsFoundByTheChecksum() throws {
    let bytes = try sample().serialized().array
    let payload = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    for place in payload..<bytes.count {
      for bit in 0..<8 {
        var changed = bytes
        changed[place] ^= 1 << bit
        let error = failure { try Checkpoint.read(changed) }
        #expect(error?.status == .format)
      }
    }
  }

  /// In the header only a name, a shape of equal product, metadata or white space can change and leave
  /// a sound file; the tensors' bytes are then still those written.
  @Test func everyValueOfEveryByteOfTheHeaderGivesAnErrorOrSoundTensors() throws {
    let original = try sample()
    let bytes = try original.serialized().array
    let written = try Checkpoint.read(bytes)
    let payload = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    var refused = 0
    for place in 0..<payload {
      var changed = bytes
      for value in stride(from: 0, through: 255, by: sized(1, watched: 16)) where value != Int(bytes[place]) {
        changed[place] = UInt8(value)
        do throws(GenerativeError) {
          let read = try Checkpoint.read(changed, nonfinite: .allow)
          #expect(read.tensors.map(\.bytes.count) == written.tensors.map(\.bytes.count))
          #expect(zip(read.tensors, written.tensors).allSatisfy { $0.bytes.elementsEqual($1.bytes) })
        } catch {
          refused += 1
          #expect(!error.message.isEmpty)
        }
      }
    }
    #expect(refused > payload * 255 / sized(2, watched: 32))
  }

  /// Without a checksum a changed byte of a tensor is a changed number; what is read can still be
  /// written and comes back the same.
  @Test func randomDamageGivesAnErrorOrACheckpointLikeAnyOther() throws {
    var bytes = try sample().serialized().array
    let key = Array("crc32c".utf8)
    let place = try #require((0..<bytes.count - 6).first { bytes[$0..<$0 + 6].elementsEqual(key) })
    bytes[place] = UInt8(ascii: "x")
    let random = Random(seed: 5, purpose: .test)
    var soundCount = 0
    for round in 0..<sized(20_000, watched: 4_000) {
      let damaged = damage(bytes, random.words(UInt64(round)))
      guard let read = try? Checkpoint.read(damaged, nonfinite: .allow) else { continue }
      soundCount += 1
      let again = try Checkpoint.read(read.serialized(nonfinite: .allow).array, nonfinite: .allow)
      #expect(sameTensors(again, read))
      #expect(again.metadata == read.metadata)
    }
    #expect((sized(100, watched: 20)..<10_000).contains(soundCount))
  }

  /// Removes, repeats, overwrites or swaps up to 8 bytes.
  private func damage(_ bytes: [UInt8], _ words: SIMD4<UInt32>) -> [UInt8] {
    var changed = bytes
    let place = Int(words.x) % bytes.count
    let range = place..<min(place + 1 + Int(words.y % 8), bytes.count)
    let other = Int(words.w) % bytes.count
    switch words.z % 4 {
    case 0: changed.removeSubrange(range)
    case 1: changed.insert(contentsOf: bytes[range], at: other)
    case 2: for i in range { changed[i] = UInt8(truncatingIfNeeded: words.w >> (i % 4 * 8)) }
    default: changed.swapAt(place, other)
    }
    return changed
  }
}
