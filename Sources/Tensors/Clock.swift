import Glibc

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
