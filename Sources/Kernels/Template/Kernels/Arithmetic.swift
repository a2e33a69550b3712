func combine(_ a: Float, _ x: Input, _ b: Float, _ y: Output, _ count: Int) {
  map(x, y, y, count) { multiplyAdd(all(a), $0, all(b) * $1) }
}

func multiply(_ x: Input, _ y: Input, _ z: Output, _ count: Int) { map(x, y, z, count) { $0 * $1 } }

func scale(_ x: Input, _ a: Float, _ b: Float, _ y: Output, _ count: Int) {
  map(x, y, count) { multiplyAdd(all(a), $0, all(b)) }
}

func clamp(_ x: Input, _ low: Float, _ high: Float, _ y: Output, _ count: Int) {
  map(x, y, count) { smaller(all(high), larger(all(low), $0)) }
}

func exponential(_ x: Input, _ y: Output, _ count: Int) { map(x, y, count) { exponential($0) } }

func logarithm(_ x: Input, _ y: Output, _ count: Int) { map(x, y, count) { logarithm($0) } }

func fromBytes(_ x: UnsafePointer<UInt8>, _ a: Float, _ y: Output, _ count: Int) {
  var i = 0
  while i &+ laneCount <= count {
    store(floats(bytes: x + i) * all(a), y + i)
    i &+= laneCount
  }
  while i < count {
    y[i] = Float(x[i]) * a
    i &+= 1
  }
}

/// See `ElementwiseKernels.toBytes`.
func toBytes(_ x: Input, _ y: UnsafeMutablePointer<UInt8>, _ count: Int) -> Bool {
  var isByte = Integers(repeating: -1)
  var i = 0
  while i < count {
    let left = count &- i
    let isWhole = left >= laneCount
    let value = isWhole ? load(x + i) : loadPartial(x + i, left)
    let bytes = nearestBytes(value)
    isByte &= areBytes(value, bytes)
    if isWhole {
      storeBytes(bytes, y + i)
    } else {
      var lane = 0
      while lane < left {
        y[i &+ lane] = UInt8(truncatingIfNeeded: bytes[lane])
        lane &+= 1
      }
    }
    i &+= laneCount
  }
  var areAll = true
  i = 0
  while i < laneCount {
    areAll = areAll && isByte[i] != 0
    i &+= 1
  }
  return areAll
}

func fromDoubles(_ x: UnsafePointer<Double>, _ y: Output, _ count: Int) {
  var i = 0
  while i &+ laneCount <= count {
    store(narrow(UnsafeRawPointer(x + i).loadUnaligned(as: Doubles.self)), y + i)
    i &+= laneCount
  }
  while i < count {
    y[i] = Float(x[i])
    i &+= 1
  }
}
