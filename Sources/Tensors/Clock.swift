import Glibc

/// Lets news through at most ten times a second.
package struct Pace {
  private let clock: Clock
  private var last: Double

  /// - Parameter isDueAtOnce: whether the first news need not wait.
  package init(_ clock: Clock, isDueAtOnce: Bool = false) {
    self.clock = clock
    last = isDueAtOnce ? -.infinity : 0
  }

  package var isDue: Bool { clock.seconds - last >= 0.1 }

  /// The next news waits from now on.
  package mutating func begin() { last = clock.seconds }
}

/// Seconds since its making.
package struct Clock: Sendable {
  private let start = Clock.now

  package init() {}

  package var seconds: Double { Clock.now - start }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
