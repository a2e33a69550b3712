import Tensors

/// The most recent steps and changes of the gradient, from which L-BFGS computes its direction.
final class SecantHistory {
  private static let capacity = 20

  private let steps: [Buffer<Double>]
  private let changes: [Buffer<Double>]
  private let scale: Buffer<Double>
  /// The indices of the pairs, oldest first.
  private var order: [Int] = []

  init(count: Int, scale: Buffer<Double>, in memory: Memory) throws(GenerativeError) {
    var (steps, changes): ([Buffer<Double>], [Buffer<Double>]) = ([], [])
    for _ in 0..<Self.capacity {
      steps.append(try Buffer(count: count, in: memory))
      changes.append(try Buffer(count: count, in: memory))
    }
    (self.steps, self.changes, self.scale) = (steps, changes, scale)
  }

  func add(
    _ point: Buffer<Double>, _ next: Buffer<Double>, _ gradient: Buffer<Double>,
    _ nextGradient: Buffer<Double>
  ) {
    let place = order.count < Self.capacity ? order.count : order.removeFirst()
    let (s, y) = (steps[place], changes[place])
    for k in 0..<s.count {
      s.base[k] = next.base[k] - point.base[k]
      y.base[k] = nextGradient.base[k] - gradient.base[k]
    }
    // A convex function has s·y ≥ 0. For a very short step, rounding could make it negative, which would
    // spoil the direction.
    if dot(s, y) > 1e-12 * dot(y, y).squareRoot() * dot(s, s).squareRoot() {
      order.append(place)
    } else {
      order = []
    }
  }

  /// direction ← −H·gradient, where H is defined by the pairs, starting from the scale.
  func direction(_ gradient: Buffer<Double>, into direction: Buffer<Double>) {
    let n = gradient.count
    var alphas = [Double](repeating: 0, count: Self.capacity)
    for k in 0..<n { direction.base[k] = -gradient.base[k] }
    for place in order.reversed() {
      let alpha = dot(steps[place], direction) / dot(steps[place], changes[place])
      alphas[place] = alpha
      for k in 0..<n { direction.base[k] -= alpha * changes[place].base[k] }
    }
    var factor = 1.0
    if let last = order.last {
      var scaled = 0.0
      let y = changes[last]
      for k in 0..<n { scaled += y.base[k] * scale.base[k] * y.base[k] }
      factor = dot(steps[last], y) / scaled
    }
    for k in 0..<n { direction.base[k] *= factor * scale.base[k] }
    for place in order {
      let beta = dot(changes[place], direction) / dot(steps[place], changes[place])
      for k in 0..<n { direction.base[k] += (alphas[place] - beta) * steps[place].base[k] }
    }
  }
}

func dot(_ a: Buffer<Double>, _ b: Buffer<Double>) -> Double {
  var sum = 0.0
  for k in 0..<a.count { sum += a.base[k] * b.base[k] }
  return sum
}

func norm(_ a: Buffer<Double>) -> Double { dot(a, a).squareRoot() }
