import CGenerative
import Models
import Tensors
import Training

// Following and stopping long calls, and reading events by the names of their members.

extension Observer {
  /// The host's callback and token.
  ///
  /// - Throws: `.argument` for a run that was not initialized; `.handle` for an invalid token.
  init(_ run: UnsafePointer<gen_run>?) throws(GenerativeError) {
    self.init()
    let run = try gen_run(reading: run, "run")
    if let event = run.event {
      let userData = run.user_data
      tell = { moment in
        moment.message.withCString { message in
          var c = gen_event(moment)
          c.message = message
          return switch callHost({ event(&c, userData) }) {
          case Int32(GEN_GO_ON): .goOn
          case Int32(GEN_STOP_AFTER_EPOCH): .stopAfterEpoch
          default: .stopNow
          }
        }
      }
    }
    if let token = run.token {
      guard Tokens.isCancelled(token) != nil else { throw Tokens.invalid() }
      isCancelled = { Tokens.isCancelled(token) ?? false }
    }
  }
}

/// Runs `body` as a call that the host's run follows. In calls without epochs, any answer except GEN_GO_ON
/// stops it.
func following<Result>(
  _ run: UnsafePointer<gen_run>?, _ body: () throws(GenerativeError) -> Result
) throws(GenerativeError) -> Result {
  guard run != nil else { return try body() }
  let observer = try Observer(run)
  let listener: Run.Listener? = observer.tell.map { tell in
    { done, count, seconds in
      var event = Event(.progress)
      (event.step, event.stepCount, event.seconds) = (done, count, seconds)
      return tell(event) == .goOn
    }
  }
  return try Run(listener, isCancelled: observer.isCancelled).during(body)
}

/// The boundary of a long call.
func boundary(
  _ run: UnsafePointer<gen_run>?, _ body: () throws(GenerativeError) -> Void
) -> gen_status {
  boundary { () throws(GenerativeError) in try following(run, body) }
}

extension gen_event {
  init(_ event: Event) {
    self.init()
    struct_size = UInt32(MemoryLayout<gen_event>.stride)
    kind = event.kind.rawValue
    epoch = Int64(event.epoch)
    n_epochs = Int64(event.epochCount)
    step = Int64(event.step)
    n_steps = Int64(event.stepCount)
    seconds = event.seconds
    learning_rate = event.learningRate
    loss = event.figures[.loss]
    reconstruction = event.figures[.reconstruction]
    kl = event.figures[.kl]
    discriminator_loss = event.figures[.discriminatorLoss]
    generator_loss = event.figures[.generatorLoss]
    real_score = event.figures[.realScore]
    fake_score = event.figures[.fakeScore]
    gradient_norm = event.figures[.gradientNorm]
    validation_loss = event.validation[.loss]
    validation_reconstruction = event.validation[.reconstruction]
    validation_kl = event.validation[.kl]
    discriminator_gradient_norm = event.figures[.discriminatorGradientNorm]
    sample_distance = event.figures[.sampleDistance]
    real_distance = event.figures[.realDistance]
    penalty = event.figures[.penalty]
    warning = event.warning?.rawValue ?? Int32(GEN_WARNING_NONE)
  }
}
