import CShims
import Synchronization

/// The threads of a `ThreadPool`, and the atomic word that synchronizes them.
///
/// The word holds the number of workers inside the current loop, whether more may enter, whether the caller
/// sleeps until the last one leaves, and the loop's number. A worker that wakes too late finds the loop
/// closed and goes back to waiting; nobody waits for it.
final class ThreadCrew: @unchecked Sendable {
  /// Maximum number of threads, including the caller. The count in `word` could hold twice as many.
  static let maximumCount = 64

  private static let countMask: Int32 = 0x7f
  private static let isOpen: Int32 = 0x80
  private static let isAwaited: Int32 = 0x100
  private static let isOver: Int32 = 0x200
  private static let numberStep: Int32 = 0x400
  private static let numberMask: Int32 = ~0x3ff

  /// About 100 µs, the cost of waking a thread on a virtual machine. Workers are then still awake for the
  /// next loop of a training step or of one row's inference, and for the next of several calls in a row.
  private static let longestSpin = 4000
  /// How many times to poll before sleeping. 0 if there are at least as many threads as CPUs, because
  /// spinning would take time from the others or from a control group's quota.
  private let spinCount: Int

  /// Two cache lines: one for the word, one for the number of workers that sleep on it.
  private let lines: UnsafeMutablePointer<Atomic<Int32>>
  private var word: UnsafeMutablePointer<Atomic<Int32>> { lines }
  private var sleepers: UnsafeMutablePointer<Atomic<Int32>> { lines + 16 }
  private var futex: UnsafePointer<Int32> { UnsafeRawPointer(lines).assumingMemoryBound(to: Int32.self) }

  /// The fork generation of the process in which the threads run.
  let forkGeneration = shim_fork_generation()
  private var threads: [UInt] = []
  /// The loop's body. Valid while the word is open or counts workers.
  private var body: ((Int) -> Void)?

  /// Starts `workerCount` threads, or as many as the system allows.
  init(workerCount: Int) {
    spinCount = workerCount < Int(shim_cpu_count()) ? Self.longestSpin : 0
    lines = .allocate(capacity: 32)
    word.initialize(to: Atomic(0))
    sleepers.initialize(to: Atomic(0))
    for slot in 1...workerCount {
      let start = Start(crew: self, slot: slot)
      var thread: UInt = 0
      let argument = Unmanaged.passRetained(start)
      let failed = shim_thread_start(
        &thread,
        { argument in
          guard let argument else { return nil }
          shim_modes_reset()
          let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
          start.crew._withUnsafeGuaranteedRef { $0.work(slot: start.slot) }
          return nil
        }, argument.toOpaque())
      if failed != 0 {
        argument.release()
        break
      }
      threads.append(thread)
    }
  }

  deinit {
    word.pointee.bitwiseOr(Self.isOver, ordering: .sequentiallyConsistent)
    shim_wake_all(futex)
    for thread in threads { shim_thread_join(thread) }
    lines.deallocate()
  }

  /// A new thread's argument. It does not retain the crew, which outlives its threads.
  private final class Start {
    let crew: Unmanaged<ThreadCrew>
    let slot: Int
    init(crew: ThreadCrew, slot: Int) {
      self.crew = .passUnretained(crew)
      self.slot = slot
    }
  }

  /// See `ThreadPool.run`.
  func run(_ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      self.body = body
      let number = (word.pointee.load(ordering: .relaxed) & Self.numberMask) &+ Self.numberStep
      word.pointee.store(number | Self.isOpen, ordering: .sequentiallyConsistent)
      if sleepers.pointee.load(ordering: .sequentiallyConsistent) > 0 { shim_wake_all(futex) }
      body(0)
      word.pointee.bitwiseAnd(~Self.isOpen, ordering: .sequentiallyConsistent)
      awaitWorkers()
      self.body = nil
    }
  }

  private func awaitWorkers() {
    for _ in 0..<spinCount {
      if word.pointee.load(ordering: .acquiring) & Self.countMask == 0 { return }
      shim_cpu_relax()
    }
    while true {
      let value = word.pointee.bitwiseOr(Self.isAwaited, ordering: .sequentiallyConsistent).newValue
      if value & Self.countMask == 0 { return }
      shim_wait_while(futex, value)
    }
  }

  private func work(slot: Int) {
    var seen: Int32 = 0
    while true {
      let value = awaitLoop(after: seen)
      if value & Self.isOver != 0 { return }
      let entered = word.pointee.compareExchange(
        expected: value, desired: value + 1, ordering: .acquiring
      ).exchanged
      guard entered else { continue }
      seen = value & Self.numberMask
      body?(slot)
      let left = word.pointee.subtract(1, ordering: .sequentiallyConsistent).newValue
      if left & Self.countMask == 0, left & Self.isAwaited != 0 { shim_wake_all(futex) }
    }
  }

  /// Waits for an open loop that this worker has not entered yet, or for the end, and returns the word.
  private func awaitLoop(after seen: Int32) -> Int32 {
    var spins = 0
    while true {
      let value = word.pointee.load(ordering: .acquiring)
      if value & Self.isOver != 0 { return value }
      if value & Self.isOpen != 0, value & Self.numberMask != seen { return value }
      if spins < spinCount {
        spins += 1
        shim_cpu_relax()
      } else {
        sleepers.pointee.add(1, ordering: .sequentiallyConsistent)
        shim_wait_while(futex, value)
        sleepers.pointee.subtract(1, ordering: .sequentiallyConsistent)
      }
    }
  }
}
