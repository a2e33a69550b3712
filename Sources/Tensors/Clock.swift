import Glibc

/// Limits reports to ten per second.
package struct Pace {
  private let clock: Clock
  private var last: Double

  /// - Parameter isDueAtOnce: whether the first report may be made immediately.
  package init(_ clock: Clock, isDueAtOnce: Bool = false) {
    self.clock = clock
    last = isDueAtOnce ? -.infinity : 0
  }

  package var isDue: Bool { clock.seconds - last >= 0.1 }

  /// Starts the wait for the next report.
  package mutating func begin() { last = clock.seconds }
}

/// The seconds since the clock was created.
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
