import Glibc
import Kernels
import Synchronization
import TestSupport
import Tensors
import Testing

/// The product of two fixed matrices, as a number that depends on every bit.
private func fingerprint(_ context: Context) throws -> UInt64 {
  let (m, n, k) = (90, 70, 400)
  let a = try noise(m * k, seed: 41)
  let b = try noise(k * n, seed: 42)
  let c = try Buffer<Float>(count: m * n)
  context.multiply(
    Matrix(a.base, rows: m, columns: k), Matrix(b.base, rows: k, columns: n),
    into: Matrix(c.base, rows: m, columns: n))
  return c.elements.reduce(0) { ($0 &* 31) ^ UInt64($1.bitPattern) }
}

@Suite struct ContextTests {
  @Test func nestedAndConcurrentLoopsAllRun() throws {
    let context = try Context(threadCount: 4)
    let sum = Atomic<Int>(0)
    context.parallel(50) { _ in context.parallel(20) { sum.add($0 + 1, ordering: .relaxed) } }
    #expect(sum.load(ordering: .relaxed) == 50 * 210)
    let expected = try fingerprint(context)
    let wrong = Atomic<Int>(0)
    // Threads of the host, all on one context.
    try onThreads(6) {
      for _ in 0..<20 where (try? fingerprint(context)) != expected { wrong.add(1, ordering: .relaxed) }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  @Test func slotsAreNeverSharedAtTheSameTime() throws {
    let context = try Context(threadCount: 4)
    let inUse = Mutex([Bool](repeating: false, count: 4))
    let clashes = Atomic<Int>(0)
    context.parallelSlots(2_000) { slot, _ in
      let clash = inUse.withLock {
        let old = $0[slot]
        $0[slot] = true
        return old
      }
      if clash { clashes.add(1, ordering: .relaxed) }
      inUse.withLock { $0[slot] = false }
    }
    #expect(clashes.load(ordering: .relaxed) == 0)
  }

  @Test(arguments: [2, 3, 63, 64, 65, 500])
  func everyIndexIsHandedOutOnce(count: Int) throws {
    let context = try Context(threadCount: 3)
    let times = Mutex([Int](repeating: 0, count: count))
    for _ in 0..<20 { context.parallel(count) { index in times.withLock { $0[index] += 1 } } }
    #expect(times.withLock { $0 } == [Int](repeating: 20, count: count))
  }

  @Test func eachThreadBeginsWithItsOwnShareOfAFewIndices() throws {
    let order = Mutex<[Int]>([])
    let hosted = try Context(threadCount: 3, hostLoop: { _, body in body(1) })
    hosted.parallelSlots(7) { slot, index in order.withLock { $0.append(index) } }
    #expect(order.withLock { $0 } == [2, 3, 4, 5, 6, 0, 1])
  }

  @Test func aHostsLoopDoesTheWork() throws {
    let calls = Atomic<Int>(0)
    let counter = Counter()
    let hosted = try Context(
      threadCount: 3,
      hostLoop: { count, body in
        counter.value.add(1, ordering: .relaxed)
        for index in (0..<count).reversed() { body(index) }
      })
    #expect(try fingerprint(hosted) == fingerprint(Context(threadCount: 1)))
    hosted.parallel(10) { _ in calls.add(1, ordering: .relaxed) }
    #expect(calls.load(ordering: .relaxed) == 10)
    #expect(counter.value.load(ordering: .relaxed) >= 2)
  }

  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
  }

  @Test func theChildOfAForkComputesTheSameOnThreadsOfItsOwn() throws {
    let context = try Context(threadCount: 3)
    let expected = try fingerprint(context)
    for _ in 0..<20 {
      let child = forkProcess()
      if child == 0 {
        // Only exit codes tell what happened in here.
        let value = try? fingerprint(context)
        let again = try? fingerprint(context)
        _exit(value == expected && again == expected ? 0 : 1)
      }
      #expect(child > 0)
      var status: Int32 = -1
      waitpid(child, &status, 0)
      #expect(status == 0)
      #expect(try fingerprint(context) == expected)
    }
  }

  @Test func whenScratchRunsOutCallsWaitInsteadOfFailing() throws {
    // Room for one scratch and a little more, so that concurrent products share it.
    let memory = Memory(limit: 6 << 20)
    let context = try Context(threadCount: 2, memory: memory)
    let expected = try fingerprint(context)
    let wrong = Atomic<Int>(0)
    try onThreads(4) {
      for _ in 0..<20 where (try? fingerprint(context)) != expected { wrong.add(1, ordering: .relaxed) }
    }
    #expect(wrong.load(ordering: .relaxed) == 0)
    #expect(memory.peakByteCount <= 6 << 20)
  }

  @Test func aContextWithoutMemoryIsAnErrorAndOneThatGoesGivesAllBack() throws {
    #expect(throws: GenerativeError.self) { try Context(threadCount: 2, memory: Memory(limit: 1 << 20)) }
    let memory = Memory(limit: 64 << 20)
    do {
      let context = try Context(threadCount: 2, memory: memory)
      _ = try fingerprint(context)
      #expect(memory.usedByteCount > 0)
    }
    #expect(memory.usedByteCount == 0)
  }

  @Test func aRepackedMatrixIsTheNewOneWithoutAllocating() throws {
    let memory = Memory()
    let context = try Context(threadCount: 2, memory: memory)
    let b = try noise(50 * 37, seed: 43)
    let packed = try PackedMatrix(Matrix(b.base, rows: 37, columns: 50).transposed, in: context)
    for i in 0..<b.count { b[i] = b[i] * 3 + 1 }
    let used = memory.usedByteCount
    let transposed = Matrix(b.base, rows: 37, columns: 50).transposed
    packed.repack(transposed)
    #expect(memory.usedByteCount == used)
    let a = try noise(9 * 50, seed: 44)
    let aMatrix = Matrix(a.base, rows: 9, columns: 50)
    let c = try Buffer<Float>(count: 9 * 37)
    context.multiply(aMatrix, packed: packed, into: Matrix(c.base, rows: 9, columns: 37))
    for i in 0..<9 {
      for j in 0..<37 {
        let reference = referenceProduct(aMatrix, transposed, row: i, column: j)
        #expect(abs(Double(c[i * 37 + j]) - reference.value) < 1e-6 * reference.scale)
      }
    }
  }
}

/// Runs `body` on `count` threads of the host at once.
private func onThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) throws {
  final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var threads: [pthread_t] = []
  for _ in 0..<count {
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body)).toOpaque()
    let failed = pthread_create(
      &thread, nil,
      { box in
        if let box { Unmanaged<Box>.fromOpaque(box).takeRetainedValue().body() }
        return nil
      }, box)
    try #require(failed == 0)
    threads.append(thread)
  }
  for thread in threads { pthread_join(thread, nil) }
}

/// fork(), which Swift hides.
private func forkProcess() -> pid_t {
  typealias Fork = @convention(c) () -> pid_t
  guard let symbol = dlsym(nil, "fork") else { return -1 }
  return unsafeBitCast(symbol, to: Fork.self)()
}
