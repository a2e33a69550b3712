import CGenerative
import Glibc

/// A line on standard error that shows the progress of a fit. If that is not a terminal, a line after each epoch.
final class ProgressBar {
  private let name: String
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private(set) var last = gen_event()

  private let epochsBefore: Int64
  /// The position of the fit at the first event, which is past its start if the fit is resumed.
  private var first: (share: Double, seconds: Double)?

  /// - Parameter epochsBefore: the number of epochs of earlier fits, which are included in the count.
  init(_ name: String, epochsBefore: Int = 0) {
    self.name = name
    self.epochsBefore = Int64(epochsBefore)
  }

  /// Clears the bar and prints the result.
  func finish() {
    let line =
      "\(name.padded(22)) \(epochsBefore + last.epoch) epochs in \(clock(last.seconds)), \(losses(last))"
    showProgress((isTerminal ? "\r\u{1B}[2K" : "") + line + "\n")
  }

  func take(_ event: gen_event) {
    let isEpoch = event.kind == Int32(GEN_EVENT_EPOCH)
    if event.kind == Int32(GEN_EVENT_WARNING) {
      showProgress((isTerminal ? "\r\u{1B}[2K" : "") + "warning: \(text(event.message))" + "\n")
    }
    guard isEpoch || event.kind == Int32(GEN_EVENT_STEP) else { return }
    last = event
    last.message = nil  // valid during the call only
    if isTerminal {
      showProgress("\r\u{1B}[2K" + String(line(event, isEpoch: isEpoch).prefix(columns() - 1)))
    } else if isEpoch {
      showProgress("\(name.padded(22)) epoch \(place(event))  \(losses(event))" + "\n")
    }
  }

  private func line(_ event: gen_event, isEpoch: Bool) -> String {
    let steps = max(Double(event.n_steps), 1)
    let epochs = Double(event.epoch) - (isEpoch ? 0 : 1 - min(Double(event.step) / steps, 1))
    let share = max(epochs / max(Double(event.n_epochs), 1), 1e-6)
    let filled = Int((share * 20).rounded(.down))
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: max(0, 20 - filled))
    let start = first ?? (share, event.seconds)
    first = start
    let pace = (event.seconds - start.seconds) / max(share - start.share, 1e-6)
    let left = share > start.share ? clock(pace * (1 - share)) : "?"
    return "\(name.padded(22)) [\(bar)] epoch \(place(event)) step \(event.step)"
      + "/\(event.n_steps)  \(left) left  \(losses(event))"
  }

  private func place(_ event: gen_event) -> String {
    "\(epochsBefore + event.epoch)/\(epochsBefore + event.n_epochs)"
  }

  private func losses(_ event: gen_event) -> String {
    let named = [
      ("loss", event.loss), ("kl", event.kl), ("validation", event.validation_loss),
      ("D", event.discriminator_loss), ("G", event.generator_loss),
      ("D(x)", event.real_score), ("D(G(z))", event.fake_score),
    ]
    return named.filter { !$0.1.isNaN }.map { "\($0.0) \(fixed($0.1, 3))" }.joined(separator: "  ")
  }

  private func columns() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 80 }
    return Int(size.ws_col)
  }
}
