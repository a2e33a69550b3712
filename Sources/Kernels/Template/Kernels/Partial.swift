// Loops over whole vectors and the partial vector at the end.

/// Loads the first `count` < V floats at `pointer`; the other lanes are zero.
@inline(__always) func loadPartial(_ pointer: Input, _ count: Int) -> Floats {
  var value = Floats(repeating: 0)
  var i = 0
  while i < count {
    value[i] = pointer[i]
    i &+= 1
  }
  return value
}

/// Writes the first `count` < V lanes.
@inline(__always) func storePartial(_ value: Floats, _ pointer: Output, _ count: Int) {
  var i = 0
  while i < count {
    pointer[i] = value[i]
    i &+= 1
  }
}

/// y ← f(x). A single call of f handles whole and partial vectors, so f is always inlined.
@inline(__always) func map(_ x: Input, _ y: Output, _ count: Int, _ f: (Floats) -> Floats) {
  var i = 0
  while i < count {
    let left = count &- i
    let isWhole = left >= laneCount
    let value = f(isWhole ? load(x + i) : loadPartial(x + i, left))
    if isWhole { store(value, y + i) } else { storePartial(value, y + i, left) }
    i &+= laneCount
  }
}

/// z ← f(x, y)
@inline(__always) func map(_ x: Input, _ y: Input, _ z: Output, _ count: Int, _ f: (Floats, Floats) -> Floats)
{
  var i = 0
  while i < count {
    let left = count &- i
    let isWhole = left >= laneCount
    let value = f(
      isWhole ? load(x + i) : loadPartial(x + i, left), isWhole ? load(y + i) : loadPartial(y + i, left))
    if isWhole { store(value, z + i) } else { storePartial(value, z + i, left) }
    i &+= laneCount
  }
}
