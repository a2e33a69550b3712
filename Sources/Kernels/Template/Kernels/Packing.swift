// Packing copies a panel with any strides into the order in which the micro-kernel reads it. Groups of four
// rows are transposed in registers.

/// Loads the four floats at `pointer`.
@inline(__always) private func load4(_ pointer: Input) -> SIMD4<Float> {
  UnsafeRawPointer(pointer).loadUnaligned(as: SIMD4<Float>.self)
}

@inline(__always) private func store4(_ value: SIMD4<Float>, _ pointer: Output) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: SIMD4<Float>.self)
}

/// panel[p * width + i] ← source[p + i * stride] for p, i < 4.
@inline(__always)
func transpose4(_ source: Input, _ stride: Int, _ panel: Output, _ width: Int) {
  let a = load4(source)
  let b = load4(source + stride)
  let c = load4(source + 2 &* stride)
  let d = load4(source + 3 &* stride)
  store4(SIMD4(a[0], b[0], c[0], d[0]), panel)
  store4(SIMD4(a[1], b[1], c[1], d[1]), panel + width)
  store4(SIMD4(a[2], b[2], c[2], d[2]), panel + 2 &* width)
  store4(SIMD4(a[3], b[3], c[3], d[3]), panel + 3 &* width)
}

/// panel[p * width + i] ← source[p + i * stride] for p < 4, i < 2.
@inline(__always)
private func transpose2(_ source: Input, _ stride: Int, _ panel: Output, _ width: Int) {
  let a = load4(source)
  let b = load4(source + stride)
  panel[0] = a[0]
  panel[1] = b[0]
  panel[width] = a[1]
  panel[width &+ 1] = b[1]
  panel[2 &* width] = a[2]
  panel[2 &* width &+ 1] = b[2]
  panel[3 &* width] = a[3]
  panel[3 &* width &+ 1] = b[3]
}

/// Packs with any strides and any count, and pads with zeros.
@inline(__always)
private func packStrided(
  _ source: Input, _ depthStride: Int, _ widthStride: Int, _ depth: Int, _ count: Int, _ width: Int,
  _ panel: Output
) {
  var p = 0
  while p < depth {
    let from = source + p &* depthStride
    let to = panel + p &* width
    var i = 0
    while i < count {
      to[i] = from[i &* widthStride]
      i &+= 1
    }
    while i < width {
      to[i] = 0
      i &+= 1
    }
    p &+= 1
  }
}

/// See `ProductKernels.Pack`. Panels have six rows.
func packRows(
  _ source: Input, _ depthStride: Int, _ widthStride: Int, _ depth: Int, _ count: Int, _ panel: Output
) {
  guard count == tileRows, depthStride == 1 || widthStride == 1 else {
    return packStrided(source, depthStride, widthStride, depth, count, tileRows, panel)
  }
  var p = 0
  if depthStride == 1 {
    while p &+ 4 <= depth {
      transpose4(source + p, widthStride, panel + p &* tileRows, tileRows)
      transpose2(source + p + 4 &* widthStride, widthStride, panel + p &* tileRows + 4, tileRows)
      p &+= 4
    }
    packStrided(
      source + p, depthStride, widthStride, depth &- p, count, tileRows, panel + p &* tileRows)
  } else {
    while p < depth {
      let from = source + p &* depthStride
      let to = panel + p &* tileRows
      store4(load4(from), to)
      to[4] = from[4]
      to[5] = from[5]
      p &+= 1
    }
  }
}

/// See `ProductKernels.Pack`. Panels are two vectors wide.
func packColumns(
  _ source: Input, _ depthStride: Int, _ widthStride: Int, _ depth: Int, _ count: Int, _ panel: Output
) {
  guard count == tileColumns, depthStride == 1 || widthStride == 1 else {
    return packStrided(source, depthStride, widthStride, depth, count, tileColumns, panel)
  }
  var p = 0
  if widthStride == 1 {
    while p < depth {
      let from = source + p &* depthStride
      let to = panel + p &* tileColumns
      store(load(from), to)
      store(load(from + laneCount), to + laneCount)
      p &+= 1
    }
  } else {
    while p &+ 4 <= depth {
      var i = 0
      while i < tileColumns {
        transpose4(
          source + (p &+ i &* widthStride), widthStride, panel + (p &* tileColumns &+ i), tileColumns)
        i &+= 4
      }
      p &+= 4
    }
    packStrided(
      source + p, depthStride, widthStride, depth &- p, count, tileColumns, panel + p &* tileColumns)
  }
}
