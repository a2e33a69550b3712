// How long DCGAN's layers take beside the arithmetic they do; medians, in milliseconds.
//
//   swift run -c release convolution-benchmark [rows]

import Glibc
import Networks
import Tensors

let context = Context.standard
let rows = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 64
let window = Window(kernel: 4, stride: 2, padding: 1)

func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func median(_ body: () -> Void) -> Double {
  body()
  let times = (0..<9).map { _ in
    let start = seconds()
    body()
    return seconds() - start
  }
  return times.sorted()[4]
}

func measure(_ name: String, _ layer: any Layer, products: Int) throws {
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
  context.fillNormal(dy.base, count: dy.count, from: random)
  let forward = median { _ = network.forward(x.base, rows: rows, weights, workspace, mode) }
  let toInput = median {
    network.backward(
      dy.base, x: x.base, rows: rows, weights, workspace, mode, gradient: nil, inputGradient: dx.base)
  }
  let toWeights = median {
    network.backward(
      dy.base, x: x.base, rows: rows, weights, workspace, mode, gradient: gradient.base)
  }
  let work = 2e-9 * Double(rows) * Double(products)
  func figure(_ time: Double) -> String {
    let (ms, rate) = ((time * 1e5).rounded() / 100, work > 0 ? (work / time).rounded() : 0)
    return "\(ms) ms" + (work > 0 ? " (\(rate) GFLOP/s)" : "")
  }
  print("\(name): forward \(figure(forward)), dx \(figure(toInput)), dW \(figure(toWeights))")
}

print("\(rows) rows, \(context.threadCount) threads, \(context.kernels.name)")
for (size, channels, filters) in [(64, 3, 64), (32, 64, 128), (16, 128, 256), (8, 256, 512)] {
  let large = Shape(height: size, width: size, channels: channels)
  let convolution = try Convolution(large, filters: filters, window, .identity, hasBias: false)
  let products = convolution.output.count * 16 * channels
  try measure("convolution \(large) → \(convolution.output)", convolution, products: products)
  let transposed = try TransposedConvolution(
    convolution.output, filters: channels, window, .identity, hasBias: false)
  try measure("transposed \(convolution.output) → \(large)", transposed, products: products)
  try measure(
    "normalisation \(convolution.output)", BatchNormalization(convolution.output, .relu), products: 0)
}
