import KernelTemplate

// One loop per function, with the switch outside the loop.

typealias Function = ElementwiseKernels.Function

/// Uses a switch because `==` would emit a weak witness symbol for the comparison.
@inline(__always) private func isIdentity(_ f: Function) -> Bool {
  switch f {
  case .identity: true
  default: false
  }
}

func activate(_ f: Function, _ slope: Float, _ x: Input, _ y: Output, _ count: Int) {
  switch f {
  case .identity: map(x, y, count) { $0 }
  case .relu: map(x, y, count) { rectified($0) }
  case .leakyReLU: map(x, y, count) { leaky($0, all(slope)) }
  case .silu: map(x, y, count) { $0 * sigmoid($0) }
  case .elu: map(x, y, count) { exponentialUnit($0) }
  case .tanh: map(x, y, count) { hyperbolicTangent($0) }
  case .sigmoid: map(x, y, count) { sigmoid($0) }
  case .softplus: map(x, y, count) { softplus($0) }
  }
}

/// max(0, x). NaN is preserved.
@inline(__always) private func rectified(_ x: Floats) -> Floats {
  x.replacing(with: all(0), where: x .< all(0))
}

@inline(__always) private func leaky(_ x: Floats, _ slope: Floats) -> Floats {
  (x * slope).replacing(with: x, where: x .> all(0))
}

@inline(__always) private func exponentialUnit(_ x: Floats) -> Floats {
  exponentialLessOne(x).replacing(with: x, where: x .> all(0))
}

func activateBackward(_ f: Function, _ slope: Float, _ dy: Input, _ saved: Input, _ dx: Output, _ count: Int)
{
  switch f {
  case .identity: map(dy, dx, count) { $0 }
  case .relu: map(dy, saved, dx, count, reluBackward)
  case .leakyReLU:
    map(dy, saved, dx, count) { d, y in (d * all(slope)).replacing(with: d, where: y .> all(0)) }
  case .silu: map(dy, saved, dx, count, siluBackward)
  case .elu: map(dy, saved, dx, count, eluBackward)
  case .tanh: map(dy, saved, dx, count, tanhBackward)
  case .sigmoid: map(dy, saved, dx, count, sigmoidBackward)
  case .softplus: map(dy, saved, dx, count, softplusBackward)
  }
}

// Named functions, because the compiler always inlines a function but may call a closure.

@inline(__always) private func reluBackward(_ d: Floats, _ y: Floats) -> Floats {
  all(0).replacing(with: d, where: y .> all(0))
}

@inline(__always) private func siluBackward(_ d: Floats, _ x: Floats) -> Floats {
  let q = sigmoid(x)
  return d * q * multiplyAdd(x, all(1) - q, all(1))
}

@inline(__always) private func eluBackward(_ d: Floats, _ y: Floats) -> Floats {
  (d * (y + all(1))).replacing(with: d, where: y .> all(0))
}

@inline(__always) private func tanhBackward(_ d: Floats, _ y: Floats) -> Floats { d * (all(1) - y * y) }

@inline(__always) private func sigmoidBackward(_ d: Floats, _ y: Floats) -> Floats { d * y * (all(1) - y) }

/// f′(x) = σ(x) = 1 − e⁻ʸ
@inline(__always) private func softplusBackward(_ d: Floats, _ y: Floats) -> Floats {
  all(0) - d * exponentialLessOne(all(0) - y)
}

func scaleRow(
  _ x: Input, _ scale: Input, _ shift: Input, _ f: Function, _ slope: Float, _ y: Output, _ count: Int
) {
  var i = 0
  while i &+ laneCount <= count {
    store(multiplyAdd(load(x + i), load(scale + i), load(shift + i)), y + i)
    i &+= laneCount
  }
  if i < count {
    let left = count &- i
    let factor = loadPartial(scale + i, left)
    storePartial(multiplyAdd(loadPartial(x + i, left), factor, loadPartial(shift + i, left)), y + i, left)
  }
  if !isIdentity(f) { activate(f, slope, y, y, count) }
}

func finishRow(_ y: Output, _ bias: Input?, _ f: Function, _ slope: Float, _ count: Int) {
  guard let bias else {
    if !isIdentity(f) { activate(f, slope, y, y, count) }
    return
  }
  switch f {
  case .identity: map(y, bias, y, count) { $0 + $1 }
  case .relu: map(y, bias, y, count) { rectified($0 + $1) }
  case .leakyReLU: map(y, bias, y, count) { leaky($0 + $1, all(slope)) }
  case .silu, .elu, .tanh, .sigmoid, .softplus:
    map(y, bias, y, count) { $0 + $1 }
    activate(f, slope, y, y, count)
  }
}
