import ArgumentParser
import CGenerative
import Glibc

/// Handles Ctrl-C during a fit: the first stops it before its next step, the second ends the program.
enum Interruption {
  /// The token that the signal handler cancels. It is set before the handler is installed.
  nonisolated(unsafe) private static var token: OpaquePointer?

  /// Runs `body` with a token that SIGINT and SIGTERM cancel.
  static func during<Result>(_ body: (OpaquePointer) throws -> Result) throws -> Result {
    var made: OpaquePointer?
    try check(gen_token_create(&made))
    guard let made else { throw Failure(description: "the library returned no token") }
    token = made
    let signals = [SIGINT, SIGTERM]
    for number in signals {
      signal(number) { number in
        gen_token_cancel(Interruption.token)
        signal(number, SIG_DFL)
      }
    }
    defer {
      for number in signals { signal(number, SIG_DFL) }
      token = nil
      gen_token_destroy(made)
    }
    return try body(made)
  }

  /// The command line, with --resume added, for the user to run again.
  static var command: String {
    let words = CommandLine.arguments.enumerated().map { $0 == 0 ? "gen" : quoted($1) }
    return (words + (words.contains("--resume") ? [] : ["--resume"])).joined(separator: " ")
  }

  /// The exit code that shells report for a program that Ctrl-C ended.
  static let exitCode = ExitCode(128 + SIGINT)

  private static func quoted(_ word: String) -> String {
    let plain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=,".contains($0) }
    return plain && !word.isEmpty
      ? word
      : "'"
        + word.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "'\\''") + "'"
  }
}
