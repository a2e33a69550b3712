import Glibc
import Tensors
import Testing

/// Blocks that the system's allocator keeps, which are the whole process': other tests use them meanwhile.
@Suite(.serialized) struct SpareBlockTests {
  @Test(.enabled(if: !SpareBlocks.areWatched)) func aBlockGoesToWhoeverAsksForAsMuch() throws {
    // A size that no other test asks for.
    let size = (3 << 20) + 64 * 77
    var wasKept = false
    for _ in 0..<1_000 where !wasKept {
      let block = try #require(malloc(size))
      SpareBlocks.keep(block, byteCount: size)
      #expect(SpareBlocks.take(byteCount: size + 64) == nil)
      // Another test may have had all of them released.
      guard let taken = SpareBlocks.take(byteCount: size) else { continue }
      #expect(taken == block)
      #expect(SpareBlocks.take(byteCount: size) == nil)
      free(taken)
      wasKept = true
    }
    #expect(wasKept)
  }

  @Test func moreThanIsKeptIsGivenBackAndAllOfItCanBeHadAgain() throws {
    let memory = Memory()
    for size in [1 << 20, 5 << 20, 8 << 20, 9 << 20] {
      for _ in 0..<3 {
        let blocks = try (0..<20).map { _ in try memory.allocate(byteCount: size) }
        #expect(Set(blocks).count == 20)
        for (index, block) in blocks.enumerated() { block.storeBytes(of: index, as: Int.self) }
        for (index, block) in blocks.enumerated() { #expect(block.load(as: Int.self) == index) }
        for block in blocks { memory.release(block, byteCount: size) }
      }
    }
    #expect(memory.usedByteCount == 0)
  }
}
