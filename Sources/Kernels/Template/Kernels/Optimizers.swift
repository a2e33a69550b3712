import KernelTemplate

// Each step is written for one vector, and the last, partial vector uses the same code.

func adam(_ p: Output, _ g: Input, _ m: Output, _ v: Output, _ adam: OptimizerKernels.Adam, _ count: Int) {
  let beta1 = all(adam.beta1)
  let beta2 = all(adam.beta2)
  let rest1 = all(1 - adam.beta1)
  let rest2 = all(1 - adam.beta2)
  let keep = all(1 - adam.decay)
  let step = all(adam.step)
  let rootScale = all(adam.rootScale)
  let epsilon = all(adam.epsilon)
  let scale = all(adam.gradientScale)
  var i = 0
  while i < count {
    let left = count &- i
    let isWhole = left >= laneCount
    let gradient = scale * (isWhole ? load(g + i) : loadPartial(g + i, left))
    let first = isWhole ? load(m + i) : loadPartial(m + i, left)
    let second = isWhole ? load(v + i) : loadPartial(v + i, left)
    let old = isWhole ? load(p + i) : loadPartial(p + i, left)
    let newFirst = multiplyAdd(beta1, first, rest1 * gradient)
    let newSecond = multiplyAdd(beta2, second, rest2 * gradient * gradient)
    let root = multiplyAdd(squareRoot(newSecond), rootScale, epsilon)
    let new = multiplyAdd(keep, old, -(step * newFirst / root))
    if isWhole {
      store(newFirst, m + i)
      store(newSecond, v + i)
      store(new, p + i)
    } else {
      storePartial(newFirst, m + i, left)
      storePartial(newSecond, v + i, left)
      storePartial(new, p + i, left)
    }
    i &+= laneCount
  }
}

func momentum(
  _ p: Output, _ g: Input, _ scale: Float, _ m: Output, _ rate: Float, _ mu: Float, _ decay: Float,
  _ count: Int
) {
  map(m, g, m, count) { multiplyAdd(all(mu), $0, all(scale) * $1) }
  map(p, m, p, count) { multiplyAdd(all(-rate), multiplyAdd(all(decay), $0, $1), $0) }
}

func rmsProp(
  _ p: Output, _ g: Input, _ scale: Float, _ v: Output, _ rate: Float, _ rho: Float, _ epsilon: Float,
  _ count: Int
) {
  let rest = all(1 - rho)
  map(v, g, v, count) {
    let gradient = all(scale) * $1
    return multiplyAdd(all(rho), $0, rest * gradient * gradient)
  }
  var i = 0
  while i < count {
    let left = count &- i
    let isWhole = left >= laneCount
    let gradient = all(scale) * (isWhole ? load(g + i) : loadPartial(g + i, left))
    let second = isWhole ? load(v + i) : loadPartial(v + i, left)
    let old = isWhole ? load(p + i) : loadPartial(p + i, left)
    let new = old - all(rate) * gradient / (squareRoot(second) + all(epsilon))
    if isWhole { store(new, p + i) } else { storePartial(new, p + i, left) }
    i &+= laneCount
  }
}
