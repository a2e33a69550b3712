// Packing copies a panel with any strides into the order in which the micro-kernel reads it. Groups of four
// rows are transposed in registers.
//
// What a lane holds is up to the functions that read lanes: a float (FloatLanes.swift) or a pair of bfloat16
// numbers (PairLanes.swift).

@inline(__always) private func store4(_ value: SIMD4<Float>, _ pointer: Output) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: SIMD4<Float>.self)
}

/// panel[p * width + i] ← lane p of row i for p, i < 4; rows are `stride` apart.
@inline(__always)
func transpose4(_ source: Input, _ stride: Int, _ panel: Output, _ width: Int) {
  let a = lanesAlong(source)
  let b = lanesAlong(source + stride)
  let c = lanesAlong(source + 2 &* stride)
  let d = lanesAlong(source + 3 &* stride)
  store4(SIMD4(a[0], b[0], c[0], d[0]), panel)
  store4(SIMD4(a[1], b[1], c[1], d[1]), panel + width)
  store4(SIMD4(a[2], b[2], c[2], d[2]), panel + 2 &* width)
  store4(SIMD4(a[3], b[3], c[3], d[3]), panel + 3 &* width)
}

/// panel[p * width + i] ← lane p of row i for p < 4, i < 2; rows are `stride` apart.
@inline(__always)
private func transpose2(_ source: Input, _ stride: Int, _ panel: Output, _ width: Int) {
  let a = lanesAlong(source)
  let b = lanesAlong(source + stride)
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
  var from = source
  var to = panel
  var left = depth
  while left > 0 {
    var i = 0
    while i < count {
      to[i] = lane(from + i &* widthStride, depthStride, isWhole: left >= depthPerLane)
      i &+= 1
    }
    while i < width {
      to[i] = 0
      i &+= 1
    }
    from += depthPerLane &* depthStride
    to += width
    left &-= depthPerLane
  }
}

/// See `ProductKernels.Pack`. Panels have six rows.
func packRows(
  _ source: Input, _ depthStride: Int, _ widthStride: Int, _ depth: Int, _ count: Int, _ panel: Output
) {
  guard count == tileRows, depthStride == 1 || widthStride == 1 else {
    return packStrided(source, depthStride, widthStride, depth, count, tileRows, panel)
  }
  // Lanes that the depth fills.
  let whole = depth / depthPerLane
  var p = 0
  if depthStride == 1 {
    while p &+ 4 <= whole {
      let from = source + p &* depthPerLane
      transpose4(from, widthStride, panel + p &* tileRows, tileRows)
      transpose2(from + 4 &* widthStride, widthStride, panel + p &* tileRows + 4, tileRows)
      p &+= 4
    }
  } else {
    while p < whole {
      let from = source + p &* depthPerLane &* depthStride
      let to = panel + p &* tileRows
      store4(lanesAcross(from, depthStride), to)
      to[4] = lane(from + 4, depthStride, isWhole: true)
      to[5] = lane(from + 5, depthStride, isWhole: true)
      p &+= 1
    }
  }
  let done = p &* depthPerLane
  packStrided(
    source + done &* depthStride, depthStride, widthStride, depth &- done, count, tileRows,
    panel + p &* tileRows)
}

/// See `ProductKernels.Pack`. Panels are two vectors wide.
func packColumns(
  _ source: Input, _ depthStride: Int, _ widthStride: Int, _ depth: Int, _ count: Int, _ panel: Output
) {
  guard count == tileColumns, depthStride == 1 || widthStride == 1 else {
    return packStrided(source, depthStride, widthStride, depth, count, tileColumns, panel)
  }
  let whole = depth / depthPerLane
  var p = 0
  if widthStride == 1 {
    while p < whole {
      let from = source + p &* depthPerLane &* depthStride
      let to = panel + p &* tileColumns
      store(vectorAcross(from, depthStride), to)
      store(vectorAcross(from + laneCount, depthStride), to + laneCount)
      p &+= 1
    }
  } else {
    while p &+ 4 <= whole {
      var i = 0
      while i < tileColumns {
        transpose4(
          source + (p &* depthPerLane &+ i &* widthStride), widthStride,
          panel + (p &* tileColumns &+ i), tileColumns)
        i &+= 4
      }
      p &+= 4
    }
  }
  let done = p &* depthPerLane
  packStrided(
    source + done &* depthStride, depthStride, widthStride, depth &- done, count, tileColumns,
    panel + p &* tileColumns)
}
