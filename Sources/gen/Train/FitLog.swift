import CGenerative

/// Reports the progress of a fit, as a bar or as lines of JSON, and writes the history next to the model.
final class FitLog {
  private let bar: ProgressBar?
  private var history: [String]
  private let historyPath: String?
  private let epochsBefore: Int
  /// The page of --watch.
  private let page: WatchPage?

  /// - Parameters:
  ///   - path: the model's file; nil: no history is written.
  ///   - epochsBefore: number of epochs of earlier fits.
  ///   - epochsDone: number of epochs of earlier fits and of this fit before it was interrupted; the history continues
  ///     after them.
  ///   - json: whether to print lines of JSON on standard output instead of a bar.
  ///   - page: a page to update during the fit.
  init(
    _ name: String, model path: String?, epochsBefore: Int = 0, epochsDone: Int = 0, json: Bool = false,
    page: WatchPage? = nil
  ) {
    self.page = page
    historyPath = path.map(History.path)
    history = epochsDone > 0 ? path.map { History.lines(beside: $0, epochs: epochsDone) } ?? [] : []
    self.epochsBefore = epochsBefore
    bar = json ? nil : ProgressBar(name, epochsBefore: epochsBefore)
  }

  /// Calls `body` with a run that reports progress to `log` and stops when `token` is cancelled.
  static func following<Result>(
    _ log: FitLog?, _ token: OpaquePointer? = nil, _ body: (UnsafePointer<gen_run>) throws -> Result
  ) throws -> Result {
    var run: gen_run = try defaults(gen_run_init)
    run.token = token
    if let log {
      run.user_data = Unmanaged.passUnretained(log).toOpaque()
      run.event = { event, log in
        if let event, let log {
          Unmanaged<FitLog>.fromOpaque(log).takeUnretainedValue().take(event.pointee)
        }
        return Int32(GEN_GO_ON)
      }
    }
    return try withExtendedLifetime(log) { try body(&run) }
  }

  /// Adds an event to the history.
  func add(_ event: String, _ members: [(name: String, value: JSON)]) {
    let line = JSON.object([("event", .string(event))] + members).text
    history.append(line)
    if bar == nil { showLine(line) }
  }

  /// Reports the result and writes the history.
  func finish() throws {
    bar?.finish()
    try save()
    try page?.write(history, isEnded: true)
  }

  /// Writes the final page of a fit that failed. The page does not reload itself.
  func fail(_ error: any Error) {
    add("warning", [("message", .string("the fit failed: \(error)"))])
    try? page?.write(history, isEnded: true)
  }

  private func save() throws {
    if let historyPath { try write(history.joined(separator: "\n") + "\n", to: historyPath) }
  }

  private func take(_ event: gen_event) {
    bar?.take(event)
    switch Int(event.kind) {
    case GEN_EVENT_EPOCH:
      add("epoch", metrics(event))
      // The history of a fit that is killed is kept, too. Write errors are reported at the end.
      try? save()
      try? page?.update(history)
    case GEN_EVENT_WARNING: add("warning", [("message", .string(text(event.message)))])
    default: break
    }
  }

  /// The metrics that the model supports.
  private func metrics(_ event: gen_event) -> [(name: String, value: JSON)] {
    let metrics = [
      ("seconds", event.seconds), ("learning_rate", event.learning_rate), ("loss", event.loss),
      ("reconstruction", event.reconstruction), ("kl", event.kl),
      ("discriminator_loss", event.discriminator_loss), ("generator_loss", event.generator_loss),
      ("real_score", event.real_score), ("fake_score", event.fake_score),
      ("penalty", event.penalty), ("gradient_norm", event.gradient_norm),
      ("validation_loss", event.validation_loss),
      ("validation_reconstruction", event.validation_reconstruction), ("validation_kl", event.validation_kl),
    ]
    let epoch = epochsBefore + Int(event.epoch)
    return [("epoch", .integer(epoch)), ("epochs", .integer(epochsBefore + Int(event.n_epochs)))]
      + metrics.filter { !$0.1.isNaN }.map { (name: $0.0, value: JSON.number($0.1)) }
  }
}

/// The file of JSON lines that `gen train` writes next to a model.
enum History {
  /// "faces.history.jsonl" for "faces.safetensors".
  static func path(beside model: String) -> String {
    let ending = ".safetensors"
    return (model.hasSuffix(ending) ? String(model.dropLast(ending.count)) : model) + ".history.jsonl"
  }

  /// The lines that look like JSON objects, judged by their first and last characters; empty if there is no history.
  ///
  /// - Parameter epochs: later epochs, which a killed fit completed but did not save, are omitted.
  static func lines(beside model: String, epochs: Int = .max) -> [String] {
    (contents(of: path(beside: model)) ?? "").split(separator: "\n").map(String.init)
      .filter { $0.hasPrefix("{") && $0.hasSuffix("}") && epoch(of: $0) ?? 0 <= epochs }
  }

  /// The message of a line that reports a warning; nil for other lines. Escapes are not decoded.
  static func warning(in line: String) -> String? {
    let (start, end) = (#"{"event":"warning","message":""#, #""}"#)
    guard line.hasPrefix(start), line.hasSuffix(end) else { return nil }
    return String(line.dropFirst(start.count).dropLast(end.count))
  }

  /// The epoch of a line; nil if the line is not an epoch.
  private static func epoch(of line: String) -> Int? {
    let start = #"{"event":"epoch","epoch":"#
    return line.hasPrefix(start) ? Int(line.dropFirst(start.count).prefix { $0.isNumber }) : nil
  }
}
