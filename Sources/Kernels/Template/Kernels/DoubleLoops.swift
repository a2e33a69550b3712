// Loops over contiguous doubles.

/// The sum of the lanes, first to last.
@inline(__always) private func total(_ x: DoubleVector) -> Double {
  var sum = 0.0
  var i = 0
  while i < doubleLaneCount {
    sum += x[i]
    i &+= 1
  }
  return sum
}

/// See `DoubleKernels.dot`. Four independent sums keep latency from limiting the loop.
func dotDoubles(_ x: DoubleInput, _ y: DoubleInput, _ count: Int) -> Double {
  var sum0 = DoubleVector(repeating: 0)
  var sum1 = sum0
  var sum2 = sum0
  var sum3 = sum0
  var i = 0
  while i &+ 4 &* doubleLaneCount <= count {
    sum0 = multiplyAdd(loadDoubles(x + i), loadDoubles(y + i), sum0)
    sum1 = multiplyAdd(loadDoubles(x + i + doubleLaneCount), loadDoubles(y + i + doubleLaneCount), sum1)
    sum2 = multiplyAdd(
      loadDoubles(x + i + 2 &* doubleLaneCount), loadDoubles(y + i + 2 &* doubleLaneCount), sum2)
    sum3 = multiplyAdd(
      loadDoubles(x + i + 3 &* doubleLaneCount), loadDoubles(y + i + 3 &* doubleLaneCount), sum3)
    i &+= 4 &* doubleLaneCount
  }
  var sum = total((sum0 + sum1) + (sum2 + sum3))
  while i < count {
    sum += x[i] * y[i]
    i &+= 1
  }
  return sum
}

/// See `DoubleKernels.addScaled`.
func addScaledDoubles(_ a: Double, _ x: DoubleInput, _ y: DoubleOutput, _ count: Int) {
  let factor = DoubleVector(repeating: a)
  var i = 0
  while i &+ doubleLaneCount <= count {
    storeDoubles(multiplyAdd(factor, loadDoubles(x + i), loadDoubles(y + i)), y + i)
    i &+= doubleLaneCount
  }
  while i < count {
    y[i] += a * x[i]
    i &+= 1
  }
}

/// See `DoubleKernels.MultiplySymmetric`. Processes four rows at a time, so x and y are loaded once for four
/// rows.
func multiplySymmetric(
  _ a: DoubleInput, _ rowStride: Int, _ first: Int, _ end: Int, _ x: DoubleInput, _ count: Int,
  _ y: DoubleOutput
) {
  var i = first
  while i &+ 4 <= end {
    addFourRows(a + i &* rowStride, rowStride, i, x, count, y)
    i &+= 4
  }
  while i < end {
    let row = a + i &* rowStride
    let rest = count &- i &- 1
    y[i] += row[i] * x[i] + dotDoubles(row + i + 1, x + i + 1, rest)
    addScaledDoubles(x[i], row + i + 1, y + i + 1, rest)
    i &+= 1
  }
}

@inline(__always)
private func addFourRows(
  _ a0: DoubleInput, _ rowStride: Int, _ i: Int, _ x: DoubleInput, _ count: Int, _ y: DoubleOutput
) {
  // The 4 × 4 corner on the diagonal.
  var r = 0
  while r < 4 {
    let row = a0 + (r &* rowStride &+ i)
    y[i &+ r] += row[r] * x[i &+ r]
    var c = r &+ 1
    while c < 4 {
      y[i &+ r] += row[c] * x[i &+ c]
      y[i &+ c] += row[c] * x[i &+ r]
      c &+= 1
    }
    r &+= 1
  }
  let a1 = a0 + rowStride
  let a2 = a1 + rowStride
  let a3 = a2 + rowStride
  let x0 = DoubleVector(repeating: x[i])
  let x1 = DoubleVector(repeating: x[i &+ 1])
  let x2 = DoubleVector(repeating: x[i &+ 2])
  let x3 = DoubleVector(repeating: x[i &+ 3])
  var s0 = DoubleVector(repeating: 0)
  var s1 = s0
  var s2 = s0
  var s3 = s0
  var j = i &+ 4
  while j &+ doubleLaneCount <= count {
    let xj = loadDoubles(x + j)
    var yj = loadDoubles(y + j)
    let r0 = loadDoubles(a0 + j)
    yj = multiplyAdd(r0, x0, yj)
    s0 = multiplyAdd(r0, xj, s0)
    let r1 = loadDoubles(a1 + j)
    yj = multiplyAdd(r1, x1, yj)
    s1 = multiplyAdd(r1, xj, s1)
    let r2 = loadDoubles(a2 + j)
    yj = multiplyAdd(r2, x2, yj)
    s2 = multiplyAdd(r2, xj, s2)
    let r3 = loadDoubles(a3 + j)
    yj = multiplyAdd(r3, x3, yj)
    s3 = multiplyAdd(r3, xj, s3)
    storeDoubles(yj, y + j)
    j &+= doubleLaneCount
  }
  var t0 = total(s0)
  var t1 = total(s1)
  var t2 = total(s2)
  var t3 = total(s3)
  while j < count {
    let xj = x[j]
    t0 += a0[j] * xj
    t1 += a1[j] * xj
    t2 += a2[j] * xj
    t3 += a3[j] * xj
    y[j] += (a0[j] * x[i] + a1[j] * x[i &+ 1]) + (a2[j] * x[i &+ 2] + a3[j] * x[i &+ 3])
    j &+= 1
  }
  y[i] += t0
  y[i &+ 1] += t1
  y[i &+ 2] += t2
  y[i &+ 3] += t3
}

/// See `DoubleKernels.SecularSums`.
func secularSums(_ delta: DoubleInput, _ z: DoubleInput, _ eta: Double, _ count: Int, _ sums: DoubleOutput) {
  let shift = DoubleVector(repeating: eta)
  var values = DoubleVector(repeating: 0)
  var slopes = values
  var i = 0
  while i &+ doubleLaneCount <= count {
    let zi = loadDoubles(z + i)
    let q = zi / (loadDoubles(delta + i) - shift)
    values = multiplyAdd(zi, q, values)
    slopes = multiplyAdd(q, q, slopes)
    i &+= doubleLaneCount
  }
  var value = total(values)
  var slope = total(slopes)
  while i < count {
    let q = z[i] / (delta[i] - eta)
    value += z[i] * q
    slope += q * q
    i &+= 1
  }
  sums[0] = value
  sums[1] = slope
}
