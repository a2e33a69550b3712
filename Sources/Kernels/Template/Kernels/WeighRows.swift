// Weighted sums of rows, used to resize images. Multiplication and addition are not fused, because some
// instruction sets cannot fuse them.

/// y ← Σₖ weights[k] · xₖ. Four vectors at a time, because each addition waits for the previous one.
@inline(__always)
private func weigh(
  _ weights: Input, _ rows: Int, _ y: Output, _ count: Int, _ vector: (_ row: Int, _ column: Int) -> Floats,
  _ element: (_ row: Int, _ column: Int) -> Float
) {
  var i = 0
  while i &+ 4 &* laneCount <= count {
    var (s0, s1, s2, s3) = (all(0), all(0), all(0), all(0))
    var k = 0
    while k < rows {
      let w = all(weights[k])
      s0 += w * vector(k, i)
      s1 += w * vector(k, i &+ laneCount)
      s2 += w * vector(k, i &+ 2 &* laneCount)
      s3 += w * vector(k, i &+ 3 &* laneCount)
      k &+= 1
    }
    store(s0, y + i)
    store(s1, y + (i &+ laneCount))
    store(s2, y + (i &+ 2 &* laneCount))
    store(s3, y + (i &+ 3 &* laneCount))
    i &+= 4 &* laneCount
  }
  while i &+ laneCount <= count {
    var sum = all(0)
    var k = 0
    while k < rows {
      sum += all(weights[k]) * vector(k, i)
      k &+= 1
    }
    store(sum, y + i)
    i &+= laneCount
  }
  while i < count {
    var sum: Float = 0
    var k = 0
    while k < rows {
      sum += weights[k] * element(k, i)
      k &+= 1
    }
    y[i] = sum
    i &+= 1
  }
}

/// See `ElementwiseKernels.weighBytes`.
func weighBytes(
  _ x: UnsafePointer<UInt8>, _ rowStride: Int, _ weights: Input, _ rows: Int, _ y: Output, _ count: Int
) {
  weigh(weights, rows, y, count) {
    floats(bytes: x + ($0 &* rowStride &+ $1))
  } _: {
    Float(x[$0 &* rowStride &+ $1])
  }
}

/// See `ElementwiseKernels.weighFloats`.
func weighFloats(
  _ x: Input, _ rowStride: Int, _ weights: Input, _ rows: Int, _ y: Output, _ count: Int
) {
  weigh(weights, rows, y, count) {
    load(x + ($0 &* rowStride &+ $1))
  } _: {
    x[$0 &* rowStride &+ $1]
  }
}
