import Glibc

/// The worker's side of the protocol with `bench.py`, as in `bursts.py`: the worker answers each line with the
/// seconds of a burst, or "finish", with a line of JSON.
struct Bursts {
  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The duration of the untimed lead-in before each burst, as a fraction of the burst.
  private static let leadIn = 0.15

  /// Runs `call` in bursts until the driver finishes, then answers with the error compared with Double.
  static func serve(_ call: () -> Void, error: () -> Double?) {
    for _ in 0..<3 { call() }
    answer(#"{"ready": true}"#)
    while let line = readLine(), let length = Double(line) {
      _ = repeating(call, for: leadIn * length)
      let processor = seconds(CLOCK_PROCESS_CPUTIME_ID)
      let (count, wall) = repeating(call, for: length)
      let perCall = 1e3 / Double(count)
      let processorTime = (seconds(CLOCK_PROCESS_CPUTIME_ID) - processor) * perCall
      answer(#"{"ms": \#(wall * perCall), "cpu_ms": \#(processorTime), "repetitions": \#(count)}"#)
    }
    let peak = peakMiB
    let found = error().map { "\($0)" } ?? "null"
    let reason = found == "null" ? #""Tests/NetworksTests compare every layer with Double loops""# : "null"
    answer(#"{"peak_mib": \#(peak), "error": \#(found), "error_reason": \#(reason)}"#)
  }

  private static func repeating(_ call: () -> Void, for length: Double) -> (count: Int, wall: Double) {
    let start = seconds(CLOCK_MONOTONIC)
    var count = 0
    while true {
      call()
      count += 1
      let wall = seconds(CLOCK_MONOTONIC) - start
      if wall >= length { return (count, wall) }
    }
  }

  private static func answer(_ line: String) {
    print(line)
    fflush(nil)
  }

  private static var peakMiB: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }
}
