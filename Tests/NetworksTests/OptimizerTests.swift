import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@Suite("Optimizers")
struct OptimizerTests {
  private let context = Context.standard

  @Test(
    "five steps agree with PyTorch",
    arguments: [
      ("sgd", Optimizer.Rule.sgd(), Float(0.05)), ("momentum", .sgd(momentum: 0.9), 0.05),
      ("rmsProp", .rmsProp(rho: 0.9, epsilon: 1e-6), 0.01),
      ("adam", .adam(beta1: 0.5, beta2: 0.99, epsilon: 1e-7), 0.02), ("adamW", .adamW(decay: 0.1), 0.02),
    ])
  func agreesWithPyTorch(name: String, rule: Optimizer.Rule, rate: Float) throws {
    let golden = try Golden("networks-optimizers")
    let p = try copy(golden("start.values"))
    let scale = try golden("scale.values")
    var optimizer = try Optimizer(rule, parameterCount: p.count, context: context)
    for step in 0..<5 {
      let g = try copy((0..<p.count).map { scale[$0] * p[$0] + sin(Float(step) + p[$0]) })
      if step == 2 { optimizer = try resumed(optimizer, p.count) }
      optimizer.step(step + 1, p.base, gradient: g.base, rate: rate, context: context)
      #expect(largestError(p.elements, try golden("\(name).\(step).values")) < 2e-6)
    }
  }

  /// A new optimizer with the state of `optimizer`, as after a checkpoint.
  private func resumed(_ optimizer: Optimizer, _ count: Int) throws -> Optimizer {
    let other = try Optimizer(optimizer.rule, parameterCount: count, context: context)
    for (mine, theirs) in zip(other.state, optimizer.state) {
      #expect(mine.name == theirs.name)
      mine.values.assign(Array(theirs.values.elements))
    }
    return other
  }

  @Test("schedules have the values of their formulas")
  func schedules() {
    func rates(_ schedule: Schedule, _ n: Int) -> [Float] { (0..<n).map { schedule.rate(step: $0, of: n) } }
    #expect(rates(Schedule(2), 3) == [2, 2, 2])
    #expect(rates(Schedule(8, .step(factor: 0.5, period: 2)), 6) == [8, 8, 4, 4, 2, 2])
    #expect(largestError(rates(Schedule(4, .linear(floor: 0.25)), 4), [4, 3, 2, 1]) < 1e-6)
    #expect(largestError(rates(Schedule(2, .cosine()), 5), [2, 1.7071068, 1, 0.29289322, 0]) < 1e-6)
    #expect(largestError(rates(Schedule(2, .cosine(floor: 0.5)), 3), [2, 1.5, 1]) < 1e-6)
    #expect(largestError(rates(Schedule(3, .linear(), warmUp: .steps(3)), 6), [1, 2, 3, 3, 1.5, 0]) < 1e-6)
    #expect(rates(Schedule(1, .constant, warmUp: .fraction(0.5)), 4) == [0.5, 1, 1, 1])
    // Nothing to divide by, and beyond the end.
    #expect(Schedule(1, .cosine()).rate(step: 0, of: 1) == 1)
    #expect(Schedule(1, .linear()).rate(step: 9, of: 5) == 0)
    #expect(Schedule(1, .cosine(), warmUp: .fraction(.nan)).rate(step: 0, of: 5) == 1)
    #expect(Schedule(1, .constant, warmUp: .steps(.max)).rate(step: 3, of: 4) == 1)
  }

  @Test("the average weights steps by powers of the decay, for parameters and statistics")
  func average() throws {
    let shape = Shape(features: 3)
    let network = try Network("generator", [BatchNormalization(shape)])
    let weights = try Weights(network, seed: 1, context: context)
    let average = try ExponentialAverage(of: weights, decay: 0.9, ramps: false, context: context)
    var expected = [Double](repeating: 0, count: 6)
    var statistics = expected
    let total = (0..<7).reduce(0) { $0 + pow(0.9, Double($1)) }
    for step in 0..<7 {
      weights.parameters.assign(normals(6, seed: UInt64(step)))
      weights.statistics.assign(normals(6, seed: UInt64(100 + step)))
      average.update(weights, step: step + 1, context: context)
      for i in 0..<6 {
        expected[i] += pow(0.9, Double(6 - step)) / total * Double(weights.parameters[i])
        statistics[i] += pow(0.9, Double(6 - step)) / total * Double(weights.statistics[i])
      }
    }
    #expect(largestError(average.weights.parameters.elements, expected.map(Float.init)) < 1e-6)
    #expect(largestError(average.weights.statistics.elements, statistics.map(Float.init)) < 1e-6)
    #expect(average.weights.parameters.base != weights.parameters.base)
  }

  @Test("the window of a ramped average is a ninth of the steps, up to the decay's window")
  func rampedAverage() throws {
    let network = try Network("generator", [BatchNormalization(Shape(features: 1))])
    let weights = try Weights(network, seed: 1, context: context)
    let average = try ExponentialAverage(of: weights, decay: 0.9, context: context)
    var expected = Double(weights.parameters[0])
    for step in 1...200 {
      weights.parameters.assign([Float(step), 0])
      average.update(weights, step: step, context: context)
      let decay = min(Double(Float(0.9)), (1 + Double(step)) / (10 + Double(step)))
      expected = decay * expected + (1 - decay) * Double(step)
      #expect(abs(Double(average.weights.parameters[0]) - expected) < 1e-4 * expected)
    }
    // The mean age under a decay of 0.9 is nine steps.
    #expect(abs(expected - 191) < 0.1)
  }
}
