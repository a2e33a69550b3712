import Checkpoints
import Tensors

/// Where and how often a fit is saved to a file.
package struct CheckpointRule: Sendable {
  package var path: String
  /// Steps and seconds between checkpoints; nil: no limit.
  package var steps: Int?
  package var seconds: Double?

  package init(path: String, steps: Int? = nil, seconds: Double? = nil) {
    self.path = path
    self.steps = steps
    self.seconds = seconds
  }
}

/// Writes a fit's checkpoints by its rule.
final class CheckpointWriter {
  private let rule: CheckpointRule
  private let clock: Clock
  private var stepsSince = 0
  private var lastTried = 0.0
  /// Whether the model has changed since the file was written.
  private(set) var hasNews = false

  /// - Throws: `.io` if the file cannot be written, so that a fit does not fail at its end.
  init(_ rule: CheckpointRule, clock: Clock) throws(GenerativeError) {
    self.rule = rule
    self.clock = clock
    try Checkpoint.checkWritable(rule.path)
  }

  /// Counts the given steps, and returns whether a checkpoint is due.
  func isDue(steps: Int) -> Bool {
    stepsSince += steps
    hasNews = hasNews || steps > 0
    return rule.steps.map { stepsSince >= $0 } ?? false
      || rule.seconds.map { clock.seconds - lastTried >= $0 } ?? false
  }

  /// - Throws: `.io`, `.memory`. The old file is then unchanged, and writing is retried when the next
  ///   checkpoint is due.
  func write(_ model: any Trainable) throws(GenerativeError) {
    (stepsSince, lastTried) = (0, clock.seconds)
    try model.checkpoint(.everything).write(to: rule.path, in: model.context.memory)
    hasNews = false
  }
}
