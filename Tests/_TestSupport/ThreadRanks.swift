import Glibc
import Ranks
import Tensors

/// Ranks that are threads of this process and meet in memory; sums are taken in the order of the ranks.
package final class ThreadRanks: @unchecked Sendable {
  /// The call, counted from 0, of a rank that fails instead of doing its work.
  package struct Failure: Sendable {
    package let rank: Int
    package let call: Int

    package init(rank: Int, call: Int) {
      self.rank = rank
      self.call = call
    }
  }

  package let count: Int
  private let failure: Failure?
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let arrival = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  // Under the mutex.
  private var arrived = 0
  private var round = 0
  private var isBroken = false
  private var callCounts: [Int]
  private var sources: [UnsafeMutableRawPointer?]

  package init(_ count: Int, failure: Failure? = nil) {
    self.count = count
    self.failure = failure
    callCounts = Array(repeating: 0, count: count)
    sources = Array(repeating: nil, count: count)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(arrival, nil)
  }

  deinit {
    pthread_cond_destroy(arrival)
    pthread_mutex_destroy(mutex)
    arrival.deallocate()
    mutex.deallocate()
  }

  /// Calls a rank has made so far.
  package func callCount(_ rank: Int) -> Int { callCounts[rank] }

  /// The functions of one rank.
  package func functions(_ rank: Int) -> Ranks.Functions {
    Ranks.Functions(
      allReduce: { values, count, number in
        switch number {
        case .float: self.sum(values.assumingMemoryBound(to: Float.self), count, rank)
        case .double: self.sum(values.assumingMemoryBound(to: Double.self), count, rank)
        case .integer: self.sum(values.assumingMemoryBound(to: Int64.self), count, rank)
        }
      },
      broadcast: { bytes, count, root in
        self.exchange(bytes, rank) { sources in
          guard rank != root, let source = sources[root] else { return }
          bytes.copyMemory(from: source, byteCount: count)
        }
      },
      allGather: { bytes, count, all in
        self.exchange(UnsafeMutableRawPointer(mutating: bytes), rank) { sources in
          for (other, source) in sources.enumerated() {
            guard let source else { continue }
            (all + other * count).copyMemory(from: source, byteCount: count)
          }
        }
      },
      barrier: { self.exchange(nil, rank) { _ in } })
  }

  package func ranks(_ rank: Int) -> Ranks { Ranks(rank: rank, of: count, functions(rank)) }

  /// Runs `body` for every rank at once, each on a thread of its own; returns when all are through.
  package func run(_ body: @escaping @Sendable (_ rank: Int) -> Void) {
    let threads = (0..<count).map { rank in
      var thread = pthread_t()
      let start = Unmanaged.passRetained(Start { body(rank) })
      pthread_create(
        &thread, nil,
        { argument in
          if let argument { Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body() }
          return nil
        }, start.toOpaque())
      return thread
    }
    for thread in threads { pthread_join(thread, nil) }
  }

  private final class Start {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  private func sum<Value: AdditiveArithmetic>(
    _ values: UnsafeMutablePointer<Value>, _ count: Int, _ rank: Int
  ) -> Int32 {
    var sums: [Value] = []
    let status = exchange(UnsafeMutableRawPointer(values), rank) { sources in
      sums = (0..<count).map { i in
        sources.reduce(.zero) { $0 + ($1?.assumingMemoryBound(to: Value.self)[i] ?? .zero) }
      }
    }
    if status == 0 { for i in 0..<count { values[i] = sums[i] } }
    return status
  }

  /// Shows the other ranks where this one's bytes are, and lets `read` see everybody's while all stand still.
  private func exchange(
    _ bytes: UnsafeMutableRawPointer?, _ rank: Int, _ read: ([UnsafeMutableRawPointer?]) -> Void
  ) -> Int32 {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    let call = callCounts[rank]
    callCounts[rank] += 1
    if let failure, failure.rank == rank, failure.call == call {
      isBroken = true
      pthread_cond_broadcast(arrival)
      return 7
    }
    sources[rank] = bytes
    guard wait() else { return 8 }
    read(sources)
    return wait() ? 0 : 8
  }

  /// Waits for all ranks to come here; false when one has failed.
  private func wait() -> Bool {
    if isBroken { return false }
    let own = round
    arrived += 1
    if arrived == count {
      (arrived, round) = (0, round + 1)
      pthread_cond_broadcast(arrival)
      return true
    }
    while round == own, !isBroken { pthread_cond_wait(arrival, mutex) }
    return round != own
  }
}
