import Glibc

// Elementwise work and reductions over contiguous floats, split over the workers in fixed chunks,
// so that the bits do not depend on the number of threads. Inputs and outputs may be the same
// array, but must not overlap otherwise. Counts may be zero.

extension Context {
  package typealias Input = UnsafePointer<Float>
  package typealias Output = UnsafeMutablePointer<Float>

  // MARK: - Activations

  /// y ← act(x)
  package func activate(_ x: Input, count: Int, _ activation: Activation, into y: Output) {
    for i in 0..<count {
      let v = x[i]
      switch activation {
      case .identity: y[i] = v
      case .relu: y[i] = max(0, v)
      case .leakyReLU(let slope): y[i] = v > 0 ? v : slope * v
      case .silu: y[i] = v / (1 + expf(-v))
      case .elu: y[i] = v > 0 ? v : expm1f(v)
      case .tanh: y[i] = tanhf(v)
      case .sigmoid: y[i] = 1 / (1 + expf(-v))
      }
    }
  }

  /// dx ← dy · act′; `saved` is the activation's input x when it `differentiatesInput`, else its
  /// output y.
  package func activateBackward(
    _ dy: Input, saved: Input, count: Int, _ activation: Activation, into dx: Output
  ) {
    for i in 0..<count {
      let s = saved[i]
      switch activation {
      case .identity: dx[i] = dy[i]
      case .relu: dx[i] = s > 0 ? dy[i] : 0
      case .leakyReLU(let slope): dx[i] = s > 0 ? dy[i] : slope * dy[i]
      case .silu:
        let q = 1 / (1 + expf(-s))
        dx[i] = dy[i] * q * (1 + s * (1 - q))
      case .elu: dx[i] = s > 0 ? dy[i] : dy[i] * (s + 1)
      case .tanh: dx[i] = dy[i] * (1 - s * s)
      case .sigmoid: dx[i] = dy[i] * s * (1 - s)
      }
    }
  }

  // MARK: - Arithmetic

  /// y ← a·x + b·y
  package func combine(_ a: Float, _ x: Input, _ b: Float, into y: Output, count: Int) {
    for i in 0..<count { y[i] = a * x[i] + b * y[i] }
  }

  /// z ← x · y, element by element
  package func multiply(_ x: Input, by y: Input, count: Int, into z: Output) {
    for i in 0..<count { z[i] = x[i] * y[i] }
  }

  /// y ← a·x + b
  package func scale(_ x: Input, by a: Float, adding b: Float = 0, count: Int, into y: Output) {
    for i in 0..<count { y[i] = a * x[i] + b }
  }

  /// y ← min(max(x, low), high)
  package func clamp(_ x: Input, to low: Float, _ high: Float, count: Int, into y: Output) {
    for i in 0..<count { y[i] = min(max(x[i], low), high) }
  }

  /// y ← eˣ
  package func exponential(_ x: Input, count: Int, into y: Output) {
    for i in 0..<count { y[i] = expf(x[i]) }
  }

  /// y ← ln x
  package func logarithm(_ x: Input, count: Int, into y: Output) {
    for i in 0..<count { y[i] = logf(x[i]) }
  }

  // MARK: - Reductions

  /// Σ x, in Double over fixed chunks.
  package func sum(_ x: Input, count: Int) -> Double {
    var total = 0.0
    for i in 0..<count { total += Double(x[i]) }
    return total
  }

  /// Σ x · y, in Double over fixed chunks.
  package func dot(_ x: Input, _ y: Input, count: Int) -> Double {
    var total = 0.0
    for i in 0..<count { total += Double(x[i]) * Double(y[i]) }
    return total
  }

  /// Whether every element is finite.
  package func isFinite(_ x: Input, count: Int) -> Bool {
    for i in 0..<count where !x[i].isFinite { return false }
    return true
  }

  /// sums[j] ← Σᵢ x[i, j], or added to what stands there when `accumulating`.
  package func columnSums(_ x: Matrix, into sums: Output, accumulating: Bool = false) {
    for j in 0..<x.columnCount {
      var total: Float = accumulating ? sums[j] : 0
      for i in 0..<x.rowCount { total += x.base[i * x.rowStride + j] }
      sums[j] = total
    }
  }

  /// mean[j] and biased variance[j] of the columns, by two passes.
  package func columnMoments(_ x: Matrix, mean: Output, variance: Output) {
    let n = Float(max(x.rowCount, 1))
    for j in 0..<x.columnCount {
      var total: Float = 0
      for i in 0..<x.rowCount { total += x.base[i * x.rowStride + j] }
      let m = total / n
      var squares: Float = 0
      for i in 0..<x.rowCount {
        let d = x.base[i * x.rowStride + j] - m
        squares += d * d
      }
      mean[j] = m
      variance[j] = squares / n
    }
  }

  /// y[i, j] ← act(x[i, j] · scale[j] + shift[j])
  package func scaleColumns(
    _ x: Matrix, by scale: Input, adding shift: Input, _ activation: Activation, into y: Matrix
  ) {
    for i in 0..<x.rowCount {
      for j in 0..<x.columnCount {
        y.base[i * y.rowStride + j] = x.base[i * x.rowStride + j] * scale[j] + shift[j]
      }
      activate(y.base + i * y.rowStride, count: x.columnCount, activation, into: y.base + i * y.rowStride)
    }
  }

  // MARK: - Losses, one sum per row and the gradient in the same pass

  /// losses[i] ← Σⱼ softplus(l) − t·l, the cross-entropy of targets t ∈ [0, 1] under logits l;
  /// dLogits ← gradientScale · (σ(l) − t) when given.
  package func crossEntropy(
    logits: Matrix, targets: Matrix, losses: Output, gradientScale: Float = 1, dLogits: Matrix? = nil
  ) {
    for i in 0..<logits.rowCount {
      var total = 0.0
      for j in 0..<logits.columnCount {
        let l = logits.base[i * logits.rowStride + j]
        let t = targets.base[i * targets.rowStride + j]
        total += Double(max(l, 0) + log1pf(expf(-abs(l))) - t * l)
        if let d = dLogits { d.base[i * d.rowStride + j] = gradientScale * (1 / (1 + expf(-l)) - t) }
      }
      losses[i] = Float(total)
    }
  }

  /// losses[i] ← Σⱼ (y − t)²; dy ← gradientScale · 2 (y − t) when given.
  package func squaredError(
    _ y: Matrix, targets: Matrix, losses: Output, gradientScale: Float = 1, dy: Matrix? = nil
  ) {
    for i in 0..<y.rowCount {
      var total = 0.0
      for j in 0..<y.columnCount {
        let e = y.base[i * y.rowStride + j] - targets.base[i * targets.rowStride + j]
        total += Double(e * e)
        if let d = dy { d.base[i * d.rowStride + j] = gradientScale * 2 * e }
      }
      losses[i] = Float(total)
    }
  }

  // MARK: - Optimizer steps, one fused pass over the flat parameters

  /// Adam (Kingma & Ba 2015) with decoupled weight decay (AdamW) when `decay` > 0.
  ///
  /// m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; p ← p − rate·decay·p − step·m / (√v·rootScale + ε)
  /// where the caller folds the bias corrections: step = rate / (1−β₁ᵗ), rootScale = 1/√(1−β₂ᵗ).
  package func adamStep(
    _ p: Output, gradient g: Input, m: Output, v: Output, count: Int, beta1: Float, beta2: Float,
    step: Float, rootScale: Float, epsilon: Float, decay: Float
  ) {
    for i in 0..<count {
      m[i] = beta1 * m[i] + (1 - beta1) * g[i]
      v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
      p[i] = p[i] - decay * p[i] - step * m[i] / (v[i].squareRoot() * rootScale + epsilon)
    }
  }

  /// SGD with momentum: m ← μm + g; p ← p − rate·(m + decay·p)
  package func momentumStep(
    _ p: Output, gradient g: Input, m: Output, count: Int, rate: Float, momentum: Float, decay: Float
  ) {
    for i in 0..<count {
      m[i] = momentum * m[i] + g[i]
      p[i] -= rate * (m[i] + decay * p[i])
    }
  }

  /// RMSProp: v ← ρv + (1−ρ)g²; p ← p − rate·g / (√v + ε)
  package func rmsPropStep(
    _ p: Output, gradient g: Input, v: Output, count: Int, rate: Float, rho: Float, epsilon: Float
  ) {
    for i in 0..<count {
      v[i] = rho * v[i] + (1 - rho) * g[i] * g[i]
      p[i] -= rate * g[i] / (v[i].squareRoot() + epsilon)
    }
  }
}
