import CGenerative
import Glibc

/// Shows the current stage of a long command on standard error: its progress on a terminal, otherwise an occasional
/// line.
enum Stage {
  /// When a line was last written, if standard error is not a terminal.
  nonisolated(unsafe) private static var lastLine = now()
  nonisolated(unsafe) private static var name = ""

  /// Calls `body` with a run that shows how the call goes.
  static func following<Result>(
    _ name: String, _ body: (UnsafePointer<gen_run>) throws -> Result
  ) throws -> Result {
    var run: gen_run = try defaults(gen_run_init)
    Stage.name = name
    begin()
    run.event = { event, _ in
      if let event = event?.pointee, event.n_steps > 0, isatty(STDERR_FILENO) == 1 {
        Stage.show("\(Stage.name): \(100 * event.step / event.n_steps)%")
      }
      return Int32(GEN_GO_ON)
    }
    defer { if isatty(STDERR_FILENO) == 1 { showProgress("\r\u{1B}[2K") } }
    return try body(&run)
  }

  private static func begin() {
    if isatty(STDERR_FILENO) == 1 { return show(name) }
    guard now() - lastLine > 10 else { return }
    lastLine = now()
    showProgress(name + "\n")
  }

  private static func show(_ text: String) { showProgress("\r\u{1B}[2K\(text)") }
}
