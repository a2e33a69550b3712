import Glibc
import Networks
import Tensors
import TestSupport
import Testing

/// The penalties of latents beside sums in Double.
@Suite struct PenaltyTests {
  private let rows = 5
  private let latent = 7

  @Test(arguments: [SparsityPenalty.absolute(weight: 0.3), .divergence(weight: 0.7, target: 0.05)])
  func `A sparsity penalty equals its formula, and its gradient agrees with finite differences`(
    _ penalty: SparsityPenalty
  ) throws {
    let h = try noise(rows * latent, seed: 2, 0.02, 0.9)
    if case .absolute = penalty { for i in 0..<h.count where i % 3 == 0 { h[i] *= i % 2 == 0 ? -1 : 0 } }
    func reference(_ h: [Double]) -> Double {
      switch penalty {
      case .absolute(let weight): return Double(weight) * h.reduce(0) { $0 + abs($1) } / Double(rows)
      case .divergence(let weight, let target):
        return (0..<latent).reduce(0.0) { sum, j in
          let mean = (0..<rows).reduce(0.0) { $0 + h[$1 * latent + j] } / Double(rows)
          let rho = Double(target)
          return sum + Double(weight)
            * (rho * log(rho / mean) + (1 - rho) * log((1 - rho) / (1 - mean)))
        }
      }
    }
    let values = h.elements.map(Double.init)
    let means = try Buffer<Float>(count: latent)
    let dh = try Buffer<Float>(count: h.count)
    for i in 0..<h.count { dh[i] = 1 }
    let matrix = Matrix(h.base, rows: rows, columns: latent)
    let loss = penalty.evaluate(matrix, means: means.base, dh: dh.base, context: .standard)
    #expect(abs(loss - reference(values)) < 1e-6 * max(loss, 1))
    #expect(penalty.evaluate(matrix, means: means.base, context: .standard) == loss)
    for i in 0..<h.count where values[i] != 0 {
      var (plus, minus) = (values, values)
      plus[i] += 1e-6
      minus[i] -= 1e-6
      let slope = (reference(plus) - reference(minus)) / 2e-6
      #expect(abs(Double(dh[i]) - 1 - slope) < 1e-5)
    }
    // Beside zero both ways up: nothing pulls.
    for i in 0..<h.count where values[i] == 0 { #expect(dh[i] == 1) }
  }

  @Test(arguments: [Float(0), 1])
  func `A latent that is never or always active gives finite numbers`(_ value: Float) throws {
    let h = try Buffer<Float>(count: rows * latent)
    for i in 0..<h.count { h[i] = value }
    let means = try Buffer<Float>(count: latent)
    let dh = try Buffer<Float>(count: h.count)
    let loss = SparsityPenalty.divergence(weight: 2, target: 0.05).evaluate(
      Matrix(h.base, rows: rows, columns: latent), means: means.base, dh: dh.base, context: .standard)
    #expect(loss.isFinite && loss > 0)
    // Towards the target.
    #expect(dh.elements.allSatisfy { $0.isFinite && ($0 < 0) == (value == 0) })
  }

  // MARK: - The Jacobian

  private func layers(_ widths: [Int], _ activations: [Activation]) -> [any Layer] {
    activations.indices.map {
      Dense(Shape(features: widths[$0]), Shape(features: widths[$0 + 1]), activations[$0])
    }
  }

  private func value(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .identity: x
    case .relu: max(0, x)
    case .leakyReLU(let slope): x > 0 ? x : Double(slope) * x
    case .silu: x / (1 + exp(-x))
    case .elu: x > 0 ? x : expm1(x)
    case .tanh: tanh(x)
    case .softplus: max(x, 0) + log1p(exp(-abs(x)))
    case .sigmoid: 1 / (1 + exp(-x))
    }
  }

  /// The network's output of one row in Double.
  private func output(_ run: LayerRun, _ x: [Double]) -> [Double] {
    var offset = 0
    return run.network.layers.reduce(x) { x, layer in
      guard let dense = layer as? Dense else { return [] }
      let (m, n) = (dense.output.count, dense.input.count)
      let weights = run.weights.parameters
      defer { offset += m * n + m }
      return (0..<m).map { j in
        value(
          dense.activation,
          (0..<n).reduce(Double(weights[offset + m * n + j])) {
            $0 + Double(weights[offset + j * n + $1]) * x[$1]
          })
      }
    }
  }

  /// ‖∂h/∂x‖² by central differences.
  private func squaredNorm(_ run: LayerRun, _ x: [Float]) -> Double {
    let x = x.map(Double.init)
    return x.indices.reduce(0.0) { sum, i in
      var (plus, minus) = (x, x)
      plus[i] += 1e-5
      minus[i] -= 1e-5
      return sum
        + zip(output(run, plus), output(run, minus)).reduce(0.0) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1) / 4e-10
        }
    }
  }

  private static let stacks: [[Activation]] = [
    [.sigmoid], [.tanh], [.silu], [.elu], [.leakyReLU(slope: 0.2)], [.identity], [.silu, .sigmoid],
    [.tanh, .elu, .identity], [.softplus], [.relu, .tanh], [.sigmoid, .silu, .silu],
  ]

  private func run(_ activations: [Activation], rows: Int = 3) throws -> LayerRun {
    let run = try LayerRun(layers([6, 5, 4, 3], activations), rows: rows, mode: .inference)
    let parameters = run.weights.parameters
    for (i, offset) in normals(parameters.count, seed: 6).enumerated() { parameters[i] += 0.2 * offset }
    return run
  }

  @Test(arguments: PenaltyTests.stacks)
  func `The penalty equals the norm of finite differences`(_ activations: [Activation]) throws {
    let run = try run(activations)
    let x = normals(3 * 6, seed: 8)
    _ = run.forward(x)
    let penalty = try JacobianPenalty(run.network, rows: 3, context: .standard)
    let losses = try Buffer<Float>(count: 3)
    let wanted = (0..<3).map { squaredNorm(run, Array(x[$0 * 6..<($0 + 1) * 6])) }
    let draws = activations.count == 1 ? 1 : 20_000
    var (sums, squares) = ([0.0, 0, 0], [0.0, 0, 0])
    for draw in 0..<draws {
      penalty.evaluate(
        x, rows: 3, run.weights, run.workspace, Random(seed: 1, purpose: .test, step: UInt64(draw)),
        losses: losses.base)
      for i in 0..<3 {
        sums[i] += Double(losses[i])
        squares[i] += Double(losses[i] * losses[i])
      }
    }
    for i in 0..<3 {
      let mean = sums[i] / Double(draws)
      let variance = max(squares[i] / Double(draws) - mean * mean, 0)
      // An estimate within five standard errors of its mean.
      let tolerance = 1e-4 * wanted[i] + 5 * (variance / Double(draws)).squareRoot()
      #expect(abs(mean - wanted[i]) < tolerance, "\(mean) and \(wanted[i])")
    }
  }

  @Test(arguments: PenaltyTests.stacks)
  func `The penalty's gradient agrees with finite differences`(_ activations: [Activation]) throws {
    let run = try run(activations)
    let x = normals(3 * 6, seed: 8)
    let penalty = try JacobianPenalty(run.network, rows: 3, context: .standard)
    let losses = try Buffer<Float>(count: 3)
    func loss(_ gradient: UnsafeMutablePointer<Float>? = nil) -> Double {
      let outputs = run.forward(x)
      #expect(outputs.count == 3 * run.network.output.count)
      penalty.evaluate(
        x, rows: 3, run.weights, run.workspace, Random(seed: 1, purpose: .test), losses: losses.base,
        gradientScale: 1, gradient: gradient)
      return losses.elements.reduce(0) { $0 + Double($1) }
    }
    for i in 0..<run.gradient.count { run.gradient[i] = 1 }
    #expect(loss(run.gradient.base) == loss())
    let parameters = run.weights.parameters
    var (worst, scale) = (0.0, 1.0)
    for i in 0..<parameters.count {
      let value = parameters[i]
      parameters[i] = value + 4e-3
      let plus = loss()
      parameters[i] = value - 4e-3
      let minus = loss()
      parameters[i] = value
      let slope = (plus - minus) / 8e-3
      worst = max(worst, abs(Double(run.gradient[i]) - 1 - slope))
      scale = max(scale, abs(slope))
    }
    #expect(worst / scale < 2e-3, "\(worst) of \(scale)")
  }

  // MARK: - The gradient of a discriminator

  private static let terms: [GradientPenalty.Term] = [.zero, .one]

  /// Discriminators, all of leaky ReLU: of a table, conditional with dropout and noise, and of images.
  private static let discriminators = ["dense", "conditional", "convolutional"]

  private func discriminator(_ name: String) throws -> LayerRun {
    let leaky = Activation.leakyReLU(slope: 0.2)
    let (mode, rows) = (Mode.training(Random(seed: 3, purpose: .test)), 3)
    let run: LayerRun
    switch name {
    case "dense":
      run = try LayerRun(layers([6, 5, 4, 1], [leaky, .relu, .identity]), rows: rows, mode: mode)
    case "conditional":
      let (input, hidden) = (Shape(features: 6), Shape(features: 7))
      run = try LayerRun(
        [
          GaussianNoise(input, deviation: 0.1), Dense(input, hidden, .identity),
          ClassBias(hidden, classCount: 3, leaky), Dropout(hidden, rate: 0.3),
          Dense(hidden, Shape(features: 1), .identity),
        ], rows: rows, labels: [2, 0, 2], mode: mode)
    default:
      let padded = try ZeroPadding(
        Shape(height: 3, width: 5, channels: 2), to: Shape(height: 4, width: 6, channels: 2))
      let convolution = try Convolution(
        padded.output, filters: 5, Window(kernel: 4, stride: 2, padding: 1), leaky)
      run = try LayerRun(
        [padded, convolution, Dense(convolution.output, Shape(features: 1), .identity)], rows: rows,
        mode: mode)
    }
    let parameters = run.weights.parameters
    for (i, offset) in normals(parameters.count, seed: 6).enumerated() { parameters[i] += 0.3 * offset }
    return run
  }

  /// The sum of the penalties of rows x, after a forward pass of them.
  private func penalty(
    _ term: GradientPenalty.Term, _ run: LayerRun, _ x: [Float], gradient: UnsafeMutablePointer<Float>? = nil
  ) throws -> Double {
    let x = try copy(x)
    let losses = try Buffer<Float>(count: run.rows)
    _ = run.network.forward(
      x.base, rows: run.rows, given: run.labels, run.weights, run.workspace, run.mode)
    try GradientPenalty(run.network, rows: run.rows, context: .standard).evaluate(
      term, weight: 0.7, x.base, rows: run.rows, given: run.labels, run.weights, run.workspace, run.mode,
      losses: losses.base, gradient: gradient)
    return losses.elements.reduce(0) { $0 + Double($1) }
  }

  @Test(arguments: PenaltyTests.discriminators, PenaltyTests.terms)
  func `A gradient penalty and its gradient agree with finite differences`(
    _ name: String, _ term: GradientPenalty.Term
  ) throws {
    let run = try discriminator(name)
    let width = run.network.input.count
    let x = normals(3 * width, seed: 8)
    // Linear pieces: a difference over any step that crosses no kink is the slope.
    func slope(_ row: Int, _ j: Int) -> Double {
      var (plus, minus) = (x, x)
      plus[row * width + j] += 1e-2
      minus[row * width + j] -= 1e-2
      return (Double(run.forward(plus)[row]) - Double(run.forward(minus)[row]))
        / Double(plus[row * width + j] - minus[row * width + j])
    }
    let wanted = (0..<3).reduce(0.0) { sum, row in
      let square = (0..<width).reduce(0.0) { $0 + slope(row, $1) * slope(row, $1) }
      switch term {
      case .zero: return sum + 0.7 * square / 2
      case .one: return sum + 0.7 * (square.squareRoot() - 1) * (square.squareRoot() - 1)
      }
    }
    run.gradient.assign([Float](repeating: 1, count: run.gradient.count))
    let loss = try penalty(term, run, x, gradient: run.gradient.base)
    #expect(abs(loss - wanted) < 1e-3 * max(wanted, 1), "\(loss) and \(wanted)")
    #expect(try penalty(term, run, x) == loss)
    let parameters = run.weights.parameters
    var (worst, scale) = (0.0, 1.0)
    for i in 0..<parameters.count {
      let value = parameters[i]
      parameters[i] = value + 1e-3
      let plus = try penalty(term, run, x)
      parameters[i] = value - 1e-3
      let minus = try penalty(term, run, x)
      parameters[i] = value
      let slope = (plus - minus) / 2e-3
      worst = max(worst, abs(Double(run.gradient[i]) - 1 - slope))
      scale = max(scale, abs(slope))
    }
    #expect(worst / scale < 2e-3, "\(worst) of \(scale)")
  }

  @Test func `A network that is curved or has batch norm is refused`() throws {
    let shape = Shape(features: 4)
    for layers: [any Layer] in [[Dense(shape, shape, .tanh)], [BatchNormalization(shape)]] {
      let network = try Network("test", layers)
      #expect(throws: GenerativeError.self) {
        _ = try GradientPenalty(network, rows: 2, context: .standard)
      }
    }
  }
}
