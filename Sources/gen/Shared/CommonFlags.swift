import ArgumentParser
import Glibc

/// The flags of every command.
struct CommonFlags: ParsableArguments {
  @Flag(name: [.short, .long], help: "Print only results and errors.")
  var quiet = false

  @Option(
    help: ArgumentHelp(
      "Number of threads, 1 to 64 (default: GEN_THREADS if set, otherwise the number of usable cores).",
      valueName: "n"))
  var threads: Int?

  func validate() throws {
    if let threads {
      guard (1...64).contains(threads) else {
        throw ValidationError("--threads must be between 1 and 64, not \(threads)")
      }
      // The library reads it when the first call needs threads.
      setenv("GEN_THREADS", "\(threads)", 1)
    }
    Messages.areQuiet = quiet
  }
}

/// Lines for the user that are neither results nor errors.
enum Messages {
  nonisolated(unsafe) static var areQuiet = false
}

/// Prints a line that says what was done, unless --quiet was given.
func tell(_ line: String) {
  if !Messages.areQuiet { showLine(line) }
}

/// Prints what was done: one line of JSON if it was asked for, otherwise a line for the user.
func tell(_ line: String, orJSON json: Bool, _ facts: @autoclosure () -> [(name: String, value: JSON)]) {
  if json { showLine(JSON.object(facts()).text) } else { tell(line) }
}

/// Shows text on standard error, apart from the results, unless --quiet was given.
func showProgress(_ text: String) {
  if !Messages.areQuiet { showError(text) }
}
