import Glibc
import Tensors

/// Sends a fit's events to an observer, and its warnings to the context's log.
final class Reporter {
  /// The position of an event in a fit: the epoch, counted from 1, the steps done in it, and the steps per
  /// epoch.
  struct Place {
    let epoch: Int
    let step: Int
    let stepCount: Int
  }

  let clock = Clock()
  private let observer: Observer
  private let epochCount: Int
  private let context: Context
  private var pace: Pace
  private var warned: [Warning] = []

  init(_ observer: Observer, epochCount: Int, context: Context) {
    pace = Pace(clock)
    self.observer = observer
    self.context = context
    self.epochCount = epochCount
  }

  /// Whether a `step` event is due.
  var isDue: Bool { observer.tell != nil && pace.isDue }

  func tell(
    _ kind: Event.Kind, at place: Place, _ rate: Float, _ figures: Figures,
    _ validation: Figures = Figures()
  ) -> Observer.Answer {
    guard let tell = observer.tell else { return .goOn }
    if kind == .step { pace.begin() }
    var event = event(kind, place)
    event.learningRate = Double(rate)
    event.figures = figures
    event.validation = validation
    return tell(event)
  }

  /// Reports each warning once.
  func warn(_ present: [Warning], at place: Place) -> Observer.Answer {
    var answer = Observer.Answer.goOn
    for warning in present where !warned.contains(warning) {
      warned.append(warning)
      switch warn(warning, warning.message, at: place) {
      case .goOn: break
      case .stopAfterEpoch: if answer == .goOn { answer = .stopAfterEpoch }
      case .stopNow: answer = .stopNow
      }
    }
    return answer
  }

  /// Reports a warning, even if it was reported before.
  func warn(_ warning: Warning, _ message: String, at place: Place) -> Observer.Answer {
    context.log(.warning, message)
    guard let tell = observer.tell else { return .goOn }
    var event = event(.warning, place)
    event.warning = warning
    event.message = message
    return tell(event)
  }

  private func event(_ kind: Event.Kind, _ place: Place) -> Event {
    var event = Event(kind)
    event.epoch = place.epoch
    event.epochCount = epochCount
    event.step = place.step
    event.stepCount = place.stepCount
    event.seconds = clock.seconds
    return event
  }
}
