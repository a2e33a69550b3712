// Sums in Double. Each lane sums every V-th element, and the lanes are added in order at the end.

/// The sum of the lanes, first to last.
@inline(__always) private func total(_ x: Doubles) -> Double {
  var sum = 0.0
  var i = 0
  while i < laneCount {
    sum += x[i]
    i &+= 1
  }
  return sum
}

func sum(_ x: Input, _ count: Int) -> Double {
  var sums = Doubles(repeating: 0)
  var i = 0
  while i &+ laneCount <= count {
    sums += widen(load(x + i))
    i &+= laneCount
  }
  if i < count { sums += widen(loadPartial(x + i, count &- i)) }
  return total(sums)
}

func dot(_ x: Input, _ y: Input, _ count: Int) -> Double {
  var sums = Doubles(repeating: 0)
  var i = 0
  while i &+ laneCount <= count {
    sums += widen(load(x + i)) * widen(load(y + i))
    i &+= laneCount
  }
  if i < count {
    sums += widen(loadPartial(x + i, count &- i)) * widen(loadPartial(y + i, count &- i))
  }
  return total(sums)
}

/// 0·x is NaN if x is infinite or NaN, and ±0 otherwise, so one sum of these products decides.
func isFinite(_ x: Input, _ count: Int) -> Bool {
  var zeros = all(0)
  var i = 0
  while i &+ laneCount <= count {
    zeros += load(x + i) * all(0)
    i &+= laneCount
  }
  if i < count { zeros += loadPartial(x + i, count &- i) * all(0) }
  i = 0
  var isFinite = true
  while i < laneCount {
    isFinite = isFinite && zeros[i] == 0
    i &+= 1
  }
  return isFinite
}

/// The squared distance of x from the interval is 0 inside and NaN for NaN, so one sum of these squares
/// decides.
func isWithin(_ x: Input, _ low: Float, _ high: Float, _ count: Int) -> Bool {
  let (low, high) = (all(low), all(high))
  var squares = all(0)
  var i = 0
  while i < count {
    let x = i &+ laneCount <= count ? load(x + i) : loadPartial(x + i, count &- i)
    let outside = x - smaller(high, larger(low, x))
    squares += outside * outside
    i &+= laneCount
  }
  i = 0
  var isWithin = true
  while i < laneCount {
    isWithin = isWithin && squares[i] == 0
    i &+= 1
  }
  return isWithin
}

/// Sums columns of one vector in blocks of 128 rows, so that the rounding error grows with the number of
/// blocks instead of rows.
@inline(__always)
private func sumColumns(_ x: Input, _ rows: Int, _ rowStride: Int, _ width: Int, _ term: (Floats) -> Floats)
  -> Floats
{
  var sums = all(0)
  var i = 0
  while i < rows {
    let end = rows &- i < 128 ? rows : i &+ 128
    var block = all(0)
    while i < end {
      let row = x + i &* rowStride
      block += term(width == laneCount ? load(row) : loadPartial(row, width))
      i &+= 1
    }
    sums += block
  }
  return sums
}

/// See `ReductionKernels.columnSums`.
func columnSums(_ x: Input, _ rows: Int, _ columns: Int, _ rowStride: Int, _ sums: Output, _ adding: Bool) {
  var j = 0
  while j < columns {
    let width = columns &- j < laneCount ? columns &- j : laneCount
    let sum =
      width == laneCount
      ? sumColumns(x + j, rows, rowStride, laneCount) { $0 }
      : sumColumns(x + j, rows, rowStride, width) { $0 }
    var i = 0
    while i < width {
      sums[j &+ i] = adding ? sums[j &+ i] + sum[i] : sum[i]
      i &+= 1
    }
    j &+= laneCount
  }
}

/// See `ReductionKernels.columnSquares`.
func columnSquares(
  _ x: Input, _ rows: Int, _ columns: Int, _ rowStride: Int, _ mean: Input, _ squares: Output
) {
  var j = 0
  while j < columns {
    let width = columns &- j < laneCount ? columns &- j : laneCount
    if width == laneCount {
      let center = load(mean + j)
      let sum = sumColumns(x + j, rows, rowStride, laneCount) { ($0 - center) * ($0 - center) }
      store(sum, squares + j)
    } else {
      let center = loadPartial(mean + j, width)
      let sum = sumColumns(x + j, rows, rowStride, width) { ($0 - center) * ($0 - center) }
      storePartial(sum, squares + j, width)
    }
    j &+= laneCount
  }
}

func crossEntropy(_ logits: Input, _ targets: Input, _ scale: Float, _ dLogits: Output?, _ count: Int)
  -> Double
{
  var sums = Doubles(repeating: 0)
  var i = 0
  while i < count {
    let left = count &- i
    let isWhole = left >= laneCount
    let l = isWhole ? load(logits + i) : loadPartial(logits + i, left)
    let t = isWhole ? load(targets + i) : loadPartial(targets + i, left)
    // softplus(l) − t·l and σ(l) share e⁻|ˡ|.
    let z = exponential(-magnitude(l))
    let positive = larger(l, all(0)).replacing(with: l, where: .!(l .== l))
    let loss = widen(logarithmOfOnePlus(z) + multiplyAdd(-t, l, positive))
    if isWhole { sums += loss } else { sums += firstLanes(loss, left) }
    if let dLogits {
      let q = z.replacing(with: all(1), where: l .>= all(0)) / (all(1) + z)
      let d = all(scale) * (q - t)
      if isWhole { store(d, dLogits + i) } else { storePartial(d, dLogits + i, left) }
    }
    i &+= laneCount
  }
  return total(sums)
}

/// The first `count` lanes; the other lanes are zero.
@inline(__always) private func firstLanes(_ x: Doubles, _ count: Int) -> Doubles {
  var y = Doubles(repeating: 0)
  var i = 0
  while i < count {
    y[i] = x[i]
    i &+= 1
  }
  return y
}

func squaredError(_ y: Input, _ targets: Input, _ scale: Float, _ dy: Output?, _ count: Int) -> Double {
  var sums = Doubles(repeating: 0)
  var i = 0
  while i < count {
    let left = count &- i
    let isWhole = left >= laneCount
    let e =
      isWhole
      ? load(y + i) - load(targets + i) : loadPartial(y + i, left) - loadPartial(targets + i, left)
    let wide = widen(e)
    sums += wide * wide
    if let dy {
      let d = all(2 * scale) * e
      if isWhole { store(d, dy + i) } else { storePartial(d, dy + i, left) }
    }
    i &+= laneCount
  }
  return total(sums)
}
