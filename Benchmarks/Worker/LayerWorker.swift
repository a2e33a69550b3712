import Glibc
import LinearAlgebra
import Networks
import Tensors

// A worker of `bench.py` for what the header does not expose: the bare matrix product, the eigensolver and single
// layers.
//
//   layer-worker product m=512 n=512 k=512
//   layer-worker eigen n=784 k=50 falling=1
//   layer-worker convolution size=32 channels=64 filters=128 transposed=0 direction=forward

@main struct LayerWorker {
  static func main() throws {
    var settings: [String: String] = [:]
    for argument in CommandLine.arguments.dropFirst(2) {
      let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
      if parts.count == 2 { settings[parts[0]] = parts[1] }
    }
    func number(_ name: String, default value: Int = 0) -> Int { settings[name].flatMap { Int($0) } ?? value }
    switch CommandLine.arguments.dropFirst().first {
    case "product":
      try serveProduct(m: number("m"), n: number("n"), k: number("k"))
    case "eigen":
      try serveEigen(n: number("n"), k: number("k"), isFalling: number("falling") == 1)
    case "convolution":
      try serveConvolution(
        size: number("size"), channels: number("channels"), filters: number("filters"),
        rows: number("rows", default: 64), isTransposed: number("transposed") == 1,
        settings["direction"] ?? "forward")
    default:
      print("usage: layer-worker product|eigen|convolution name=value ...")
      exit(2)
    }
  }

  private static func serveProduct(m: Int, n: Int, k: Int) throws {
    let context = Context.standard
    let random = Random(seed: 1, purpose: .test)
    let (a, b) = (try Buffer<Float>(count: m * k), try Buffer<Float>(count: k * n))
    let c = try Buffer<Float>(count: m * n)
    context.fillNormal(a.base, count: a.count, from: random)
    context.fillNormal(b.base, count: b.count, from: Random(seed: 2, purpose: .test))
    let left = Matrix(a.base, rows: m, columns: k)
    let right = Matrix(b.base, rows: k, columns: n)
    let product = Matrix(c.base, rows: m, columns: n)
    Bursts.serve({ context.multiply(left, right, into: product) }) {
      // The largest difference relative to the largest value, in a sample of rows.
      var (difference, largest) = (0.0, 0.0)
      for i in stride(from: 0, to: m, by: max(1, m / 16)) {
        for j in 0..<n {
          let exact = (0..<k).reduce(0.0) { $0 + Double(a[i * k + $1]) * Double(b[$1 * n + j]) }
          difference = max(difference, abs(exact - Double(c[i * n + j])))
          largest = max(largest, abs(exact))
        }
      }
      return difference / largest
    }
  }

  /// Computes the k leading eigenpairs of Xᵀ·X/n for an n × n matrix X of normal numbers. If `isFalling`, column
  /// j is divided by (j + 1)^¾, so that the spectrum falls like that of pictures.
  private static func serveEigen(n: Int, k: Int, isFalling: Bool) throws {
    let context = Context.standard
    let x = try Buffer<Float>(count: n * n)
    let covariance = try Buffer<Double>(count: n * n)
    let matrix = try Buffer<Double>(count: n * n)
    context.fillNormal(x.base, count: x.count, from: Random(seed: 1, purpose: .test))
    if isFalling {
      for p in 0..<n * n { x.base[p] /= Float(pow(Double(p % n + 1), 0.75)) }
    }
    context.rankUpdate(Matrix(x.base, rows: n, columns: n), into: covariance.base)
    context.mirrorUpperTriangle(covariance.base, columns: n)
    for i in 0..<n * n { covariance.base[i] /= Double(n) }
    var eigen: SymmetricEigen?
    func solve() {
      matrix.base.update(from: covariance.base, count: n * n)
      eigen = try? SymmetricEigen(destroying: matrix.base, n: n, leading: k, in: context)
    }
    Bursts.serve(solve) {
      guard let eigen else { return .nan }
      // The largest residual |A·v − λ·v| relative to the largest eigenvalue.
      var largest = 0.0
      for i in 0..<k {
        let v = eigen.vectors.base + i * n
        for r in 0..<n {
          let residual = context.dot(covariance.base + r * n, v, count: n) - eigen.values[i] * v[r]
          largest = max(largest, abs(residual))
        }
      }
      return largest / eigen.values[0]
    }
  }

  /// Runs a 4 × 4 layer of stride 2 between images of `size` and of half that size.
  private static func serveConvolution(
    size: Int, channels: Int, filters: Int, rows: Int, isTransposed: Bool, _ direction: String
  ) throws {
    let context = Context.standard
    let window = Window(kernel: 4, stride: 2, padding: 1)
    let large = Shape(height: size, width: size, channels: channels)
    let small = Shape(height: size / 2, width: size / 2, channels: filters)
    let layer: any Layer =
      isTransposed
      ? try TransposedConvolution(small, filters: channels, window, .identity, hasBias: false)
      : try Convolution(large, filters: filters, window, .identity, hasBias: false)
    let network = try Network("layer", [layer])
    let weights = try Weights(network, seed: 1, context: context)
    let workspace = try Workspace(network, rows: rows, .training, context: context)
    let gradient = try Buffer<Float>(count: network.parameterCount)
    let x = try Buffer<Float>(count: rows * layer.input.count)
    let dx = try Buffer<Float>(count: rows * layer.input.count)
    let dy = try Buffer<Float>(count: rows * layer.output.count)
    let random = Random(seed: 1, purpose: .test)
    let mode = Mode.training(random)
    context.fillNormal(x.base, count: x.count, from: random)
    context.fillNormal(dy.base, count: dy.count, from: Random(seed: 2, purpose: .test))
    _ = network.forward(x.base, rows: rows, weights, workspace, mode)
    Bursts.serve(
      {
        switch direction {
        case "forward": _ = network.forward(x.base, rows: rows, weights, workspace, mode)
        case "input":
          network.backward(
            dy.base, x: x.base, rows: rows, weights, workspace, mode, gradient: nil, inputGradient: dx.base)
        default:
          network.backward(dy.base, x: x.base, rows: rows, weights, workspace, mode, gradient: gradient.base)
        }
      }, error: { nil })
  }
}
