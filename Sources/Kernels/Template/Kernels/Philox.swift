import KernelTemplate

// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), one counter
// per lane. Counter c yields the words of elements 4c … 4c + 3.

/// The four words of counters `first`, `first` + 1, …
@inline(__always)
private func words(_ stream: RandomKernels.Stream, _ first: UInt64) -> (Words, Words, Words, Words) {
  var c0 = Words(repeating: 0)
  var c1 = Words(repeating: 0)
  var i = 0
  while i < laneCount {
    let counter = first &+ UInt64(truncatingIfNeeded: i)
    c0[i] = UInt32(truncatingIfNeeded: counter)
    c1[i] = UInt32(truncatingIfNeeded: counter &>> 32)
    i &+= 1
  }
  var c2 = Words(repeating: stream.high0)
  var c3 = Words(repeating: stream.high1)
  var k0 = stream.key0
  var k1 = stream.key1
  let m0 = Words(repeating: 0xD251_1F53)
  let m1 = Words(repeating: 0xCD9E_8D57)
  var round = 0
  while round < 10 {
    let n0 = multiplyHigh(m1, c2) ^ c1 ^ Words(repeating: k0)
    let n2 = multiplyHigh(m0, c0) ^ c3 ^ Words(repeating: k1)
    c1 = multiplyLow(m1, c2)
    c3 = multiplyLow(m0, c0)
    c0 = n0
    c2 = n2
    k0 = k0 &+ 0x9E37_79B9
    k1 = k1 &+ 0xBB67_AE85
    round &+= 1
  }
  return (c0, c1, c2, c3)
}

/// The upper 24 bits of each word, as a float.
@inline(__always) private func upper24(_ x: Words) -> Floats {
  floats(unsafeBitCast(x &>> Words(repeating: 8), to: Integers.self))
}

/// The distribution of the generated numbers.
private enum Distribution { case uniform, normal }

/// Returns a + b · the distribution for the counters from `counter` on: one vector for each of a counter's
/// four words.
@inline(__always)
private func block(
  _ distribution: Distribution, _ stream: RandomKernels.Stream, _ counter: UInt64, _ a: Floats, _ b: Floats,
  _ limit: Floats
) -> (Floats, Floats, Floats, Floats) {
  let (w0, w1, w2, w3) = words(stream, counter)
  switch distribution {
  case .uniform:
    // The product and the sum are rounded separately, so that all instruction sets give the same bits.
    let factor = b * all(0x1p-24)
    return (
      smaller(upper24(w0) * factor + a, limit), smaller(upper24(w1) * factor + a, limit),
      smaller(upper24(w2) * factor + a, limit), smaller(upper24(w3) * factor + a, limit)
    )
  case .normal:
    let (x, y) = normalPair(w0, w1)
    let (z, w) = normalPair(w2, w3)
    return (multiplyAdd(b, x, a), multiplyAdd(b, y, a), multiplyAdd(b, z, a), multiplyAdd(b, w, a))
  }
}

/// Box & Muller, "A note on the generation of random normal deviates" (Ann. Math. Stat. 29, 1958):
/// √(−2 ln u)·(cos 2πv, sin 2πv) with u in (0, 1].
@inline(__always) func normalPair(_ radiusWord: Words, _ angleWord: Words) -> (Floats, Floats) {
  let u = (upper24(radiusWord) + all(1)) * all(0x1p-24)
  let radius = squareRoot(all(-2) * logarithm(u))
  let (cosine, sine) = cosineAndSine(turns: upper24(angleWord) * all(0x1p-24))
  return (radius * cosine, radius * sine)
}

/// Writes elements first ..< first + count. `scratch` holds 8V floats.
@inline(__always)
private func fill(
  _ distribution: Distribution, _ stream: RandomKernels.Stream, _ first: UInt64, _ a: Float, _ b: Float,
  _ limit: Float, _ y: Output, _ count: Int, _ scratch: Output
) {
  // 4V elements, first ordered by word, then by element.
  let byWord = scratch
  let byElement = scratch + 4 &* laneCount
  let blockSize = 4 &* laneCount
  var counter = first &>> 2
  // Index in y of the block's first element; negative if the block starts before y.
  var at = -Int(truncatingIfNeeded: first & 3)
  while at < count {
    let (v0, v1, v2, v3) = block(distribution, stream, counter, all(a), all(b), all(limit))
    store(v0, byWord)
    store(v1, byWord + laneCount)
    store(v2, byWord + 2 &* laneCount)
    store(v3, byWord + 3 &* laneCount)
    let isWhole = at >= 0 && at &+ blockSize <= count
    let target = isWhole ? y + at : byElement
    var lane = 0
    while lane < laneCount {
      transpose4(Input(byWord + lane), laneCount, target + 4 &* lane, 4)
      lane &+= 4
    }
    if !isWhole {
      var i = at < 0 ? 0 : at
      let end = at &+ blockSize < count ? at &+ blockSize : count
      while i < end {
        y[i] = byElement[i &- at]
        i &+= 1
      }
    }
    counter = counter &+ UInt64(truncatingIfNeeded: laneCount)
    at &+= blockSize
  }
}

/// See `RandomKernels.uniform`.
func uniform(
  _ stream: RandomKernels.Stream, _ first: UInt64, _ a: Float, _ b: Float, _ limit: Float, _ y: Output,
  _ count: Int, _ scratch: Output
) {
  fill(.uniform, stream, first, a, b, limit, y, count, scratch)
}

/// See `RandomKernels.normal`.
func normal(
  _ stream: RandomKernels.Stream, _ first: UInt64, _ a: Float, _ b: Float, _ y: Output, _ count: Int,
  _ scratch: Output
) {
  fill(.normal, stream, first, a, b, 0, y, count, scratch)
}
