import Glibc
import Networks

extension FitOptions {
  /// The learning rate of a step.
  ///
  /// - Parameters:
  ///   - stepOfFit, stepOfLife: the number of steps done before, in this fit and over the model's lifetime.
  ///   - falls: how often a plateau schedule has lowered the rate.
  func rate(stepOfFit: Int, stepOfLife: Int, stepsPerEpoch: Int, falls: Int) -> Float {
    let warmUp = Networks.Schedule.WarmUp.steps(Int((warmUpEpochs * Double(stepsPerEpoch)).rounded()))
    let shape: Networks.Schedule.Shape =
      switch schedule {
      case .constant, .plateau: .constant
      case .step(let factor, let period): .step(factor: factor, period: period * stepsPerEpoch)
      case .cosine(let floor): .cosine(floor: floor)
      case .linear(let floor): .linear(floor: floor)
      }
    // A constant rate and a step schedule depend only on the model's progress, not on the length of the fit.
    let spansLife: Bool =
      switch schedule {
      case .constant, .step, .plateau: true
      case .cosine, .linear: scheduleEpochs != nil
      }
    let stepCount: Int =
      switch schedule {
      case .constant, .step, .plateau: .max
      case .cosine, .linear: (scheduleEpochs ?? epochCount) * stepsPerEpoch
      }
    var highest = learningRate
    if case .plateau(let factor, _) = schedule { highest *= Float(pow(Double(factor), Double(falls))) }
    return Networks.Schedule(highest, shape, warmUp: warmUp).rate(
      step: spansLife ? stepOfLife : stepOfFit, of: stepCount)
  }
}
