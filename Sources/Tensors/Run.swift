import CShims

/// Follows a long call's progress, and may stop it.
///
/// A call makes its run the thread's current run with `during`. The loops of algorithms on that thread then
/// report with `Run.proceed`, without an extra parameter.
package final class Run {
  /// Receives the steps done, the total number of steps (0 if unknown) and the seconds since the start.
  /// Returns whether to continue.
  package typealias Listener = (_ done: Int, _ count: Int, _ seconds: Double) -> Bool

  private let listener: Listener?
  private let isCancelled: () -> Bool
  private let clock = Clock()
  private var pace: Pace

  package init(_ listener: Listener?, isCancelled: @escaping () -> Bool) {
    pace = Pace(clock)
    self.listener = listener
    self.isCancelled = isCancelled
  }

  /// Runs `body` as the call that this run follows.
  ///
  /// - Throws: `.cancelled` if the token is already cancelled; errors of `body`.
  package func during<Result>(
    _ body: () throws(GenerativeError) -> Result
  ) throws(GenerativeError) -> Result {
    try checkToken()
    let outer = shim_set_run(Unmanaged.passUnretained(self).toOpaque())
    defer { _ = shim_set_run(outer) }
    return try body()
  }

  /// Runs `body` without a run: for a function of the host, or a step of a loop that reports its own
  /// progress.
  package static func apart<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let outer = shim_set_run(nil)
    defer { _ = shim_set_run(outer) }
    return try body()
  }

  /// Reports the progress of the thread's call, at most ten times a second.
  ///
  /// Loops call it between steps, at points where stopping leaves no object half changed.
  ///
  /// - Throws: `.cancelled` if the host stops the call.
  package static func proceed(_ done: Int, of count: Int) throws(GenerativeError) {
    guard let run = shim_run() else { return }
    try Unmanaged<Run>.fromOpaque(run).takeUnretainedValue().proceed(done, of: count)
  }

  private func proceed(_ done: Int, of count: Int) throws(GenerativeError) {
    try checkToken()
    guard let listener, pace.isDue else { return }
    pace.begin()
    guard listener(done, count, clock.seconds) else {
      throw GenerativeError(.cancelled, "the call was stopped by its callback")
    }
  }

  private func checkToken() throws(GenerativeError) {
    if isCancelled() { throw GenerativeError(.cancelled, "the call was cancelled by its token") }
  }
}
