import Networks
import Tensors
import TestSupport
import Testing

@Suite("Dropout and Gaussian noise")
struct NoiseLayerTests {
  @Test("gradients agree with finite differences under the same noise")
  func gradients() throws {
    for mode in [Mode.training(Random(seed: 9, purpose: .dropout, step: 7)), .inference] {
      try checkGradient(of: Dropout(Shape(features: 7), rate: 0.4), rows: 5, mode: mode)
      try checkGradient(of: GaussianNoise(Shape(features: 7), deviation: 0.4), rows: 5, mode: mode)
    }
  }

  @Test("dropout keeps the mean and zeroes its share of features")
  func dropoutRate() throws {
    let run = try LayerRun([Dropout(Shape(features: 100), rate: 0.3)], rows: 1000)
    let y = run.forward([Float](repeating: 1, count: 100_000))
    let zeros = y.count { $0 == 0 }
    #expect(abs(zeros - 30_000) < 600)  // four standard deviations
    #expect(y.allSatisfy { $0 == 0 || $0 == 1 / (1 - Float(0.3)) })
  }

  @Test("noise has the requested standard deviation")
  func deviation() throws {
    let run = try LayerRun([GaussianNoise(Shape(features: 100), deviation: 0.3)], rows: 1000)
    let noise = run.forward([Float](repeating: 2, count: 100_000)).map { Double($0) - 2 }
    let mean = noise.reduce(0, +) / 1e5
    let variance = noise.reduce(0) { $0 + $1 * $1 } / 1e5
    #expect(abs(mean) < 0.004)
    #expect(abs(variance.squareRoot() - 0.3) < 0.003)
  }

  @Test("every layer, pass and step draws different numbers")
  func streams() throws {
    let random = Random(seed: 1, purpose: .dropout, step: 2)
    let layers = [
      GaussianNoise(Shape(features: 9), deviation: 1), GaussianNoise(Shape(features: 9), deviation: 1),
    ]
    func noise(_ layers: [any Layer], _ random: Random) throws -> [Float] {
      try LayerRun(layers, rows: 1, mode: .training(random)).forward([Float](repeating: 0, count: 9))
    }
    let first = try noise([layers[0]], random)
    #expect(zip(try noise(layers, random), first).allSatisfy { $0 - $1 != $1 })
    #expect(try noise([layers[0]], random.pass(0)) != first)
    #expect(try noise([layers[0]], random.pass(0)) != noise([layers[0]], random.pass(1)))
    #expect(try noise([layers[0]], Random(seed: 1, purpose: .dropout, step: 3)) != first)
    #expect(try noise([layers[0]], random) == first)
    let all = (0..<3).flatMap { pass in (0..<5).map { random.pass(pass).stream($0).step } }
    #expect(Set(all).count == 15)
  }

  @Test("inference passes x through")
  func inference() throws {
    let x = normals(5 * 7, seed: 4)
    for purpose in [Workspace.Purpose.training, .inference] {
      let layers: [any Layer] = [
        Dropout(Shape(features: 7), rate: 0.5), GaussianNoise(Shape(features: 7), deviation: 1),
      ]
      #expect(try LayerRun(layers, rows: 5, mode: .inference, purpose: purpose).forward(x) == x)
    }
  }
}
