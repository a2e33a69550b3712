// Kernels for narrow rows in Double, stored as columns. Each vector holds one column's values of several
// rows, so every lane is used whatever the number of columns.

@inline(__always) private func loadWide(_ pointer: DoubleInput) -> Doubles {
  UnsafeRawPointer(pointer).loadUnaligned(as: Doubles.self)
}

/// See `DoubleKernels.CentreColumns`.
func centreColumns(
  _ x: UnsafeRawPointer, _ isFloat: Bool, _ rowStride: Int, _ columnStride: Int, _ rows: Int, _ columns: Int,
  _ centre: DoubleInput?, _ out: DoubleOutput, _ pitch: Int
) {
  if isFloat {
    let x = x.assumingMemoryBound(to: Float.self)
    centreAll(
      rowStride, columnStride, rows, columns, centre, out, pitch, { Double(x[$0]) },
      {
        let four = UnsafeRawPointer(x + $0).loadUnaligned(as: SIMD4<Float>.self)
        return SIMD4<Double>(Double(four[0]), Double(four[1]), Double(four[2]), Double(four[3]))
      }, { widen(load(x + $0)) })
  } else {
    let x = x.assumingMemoryBound(to: Double.self)
    centreAll(
      rowStride, columnStride, rows, columns, centre, out, pitch, { x[$0] },
      { UnsafeRawPointer(x + $0).loadUnaligned(as: SIMD4<Double>.self) }, { loadWide(x + $0) })
  }
}

@inline(__always)
private func centreAll(
  _ rowStride: Int, _ columnStride: Int, _ rows: Int, _ columns: Int, _ centre: DoubleInput?,
  _ out: DoubleOutput,
  _ pitch: Int, _ one: (Int) -> Double, _ four: (Int) -> SIMD4<Double>, _ many: (Int) -> Doubles
) {
  var j = 0
  while j < columns {
    let target = out + j &* pitch
    let c = centre?[j] ?? 0
    var i = 0
    if rowStride == 1 {
      while i &+ laneCount <= rows {
        let value = many(j &* columnStride &+ i) - Doubles(repeating: c)
        UnsafeMutableRawPointer(target + i).storeBytes(of: value, as: Doubles.self)
        i &+= laneCount
      }
    } else if j &+ 4 <= columns && columnStride == 1 {
      let (c1, c2, c3) = (centre?[j &+ 1] ?? 0, centre?[j &+ 2] ?? 0, centre?[j &+ 3] ?? 0)
      let shift = SIMD4<Double>(c, c1, c2, c3)
      // 4 × 4 numbers at a time, transposed in registers.
      while i &+ 4 <= rows {
        let at = i &* rowStride &+ j
        let a = four(at) - shift
        let b = four(at &+ rowStride) - shift
        let d = four(at &+ 2 &* rowStride) - shift
        let e = four(at &+ 3 &* rowStride) - shift
        var k = 0
        while k < 4 {
          let column = SIMD4<Double>(a[k], b[k], d[k], e[k])
          UnsafeMutableRawPointer(target + (k &* pitch &+ i)).storeBytes(of: column, as: SIMD4<Double>.self)
          k &+= 1
        }
        i &+= 4
      }
      while i < rows {
        let at = i &* rowStride &+ j
        target[i] = one(at) - c
        target[i &+ pitch] = one(at &+ 1) - c1
        target[i &+ 2 &* pitch] = one(at &+ 2) - c2
        target[i &+ 3 &* pitch] = one(at &+ 3) - c3
        i &+= 1
      }
      var k = 0
      while k < 4 {
        clear(target + k &* pitch, from: rows)
        k &+= 1
      }
      j &+= 4
      continue
    }
    while i < rows {
      target[i] = one(i &* rowStride &+ j &* columnStride) - c
      i &+= 1
    }
    clear(target, from: rows)
    j &+= 1
  }
}

/// Appends zeros up to a multiple of 2V rows.
@inline(__always) private func clear(_ column: DoubleOutput, from rows: Int) {
  var i = rows
  while i % laneCount != 0 {
    column[i] = 0
    i &+= 1
  }
}

/// See `DoubleKernels.AddSquares`. Tiles are 4 × 2 columns: eight independent sums cover the latency of two
/// multiply-adds per cycle.
func addDoubleSquares(_ x: DoubleInput, _ rows: Int, _ pitch: Int, _ columns: Int, _ c: DoubleOutput) {
  var c = c
  var j = 0
  while j < columns {
    let y0 = x + j &* pitch
    let y1 = y0 + pitch
    var i = 0
    while i < j &+ 2 {
      let x0 = x + i &* pitch
      let x1 = x0 + pitch
      let x2 = x1 + pitch
      let x3 = x2 + pitch
      var r00 = DoubleVector(repeating: 0)
      var (r01, r10, r11, r20, r21, r30, r31) = (r00, r00, r00, r00, r00, r00, r00)
      var p = 0
      while p < rows {
        let a = loadDoubles(y0 + p)
        let b = loadDoubles(y1 + p)
        var v = loadDoubles(x0 + p)
        r00 = multiplyAdd(v, a, r00)
        r01 = multiplyAdd(v, b, r01)
        v = loadDoubles(x1 + p)
        r10 = multiplyAdd(v, a, r10)
        r11 = multiplyAdd(v, b, r11)
        v = loadDoubles(x2 + p)
        r20 = multiplyAdd(v, a, r20)
        r21 = multiplyAdd(v, b, r21)
        v = loadDoubles(x3 + p)
        r30 = multiplyAdd(v, a, r30)
        r31 = multiplyAdd(v, b, r31)
        p &+= doubleLaneCount
      }
      addTo(c, 0, r00)
      addTo(c, 1, r01)
      addTo(c, 2, r10)
      addTo(c, 3, r11)
      addTo(c, 4, r20)
      addTo(c, 5, r21)
      addTo(c, 6, r30)
      addTo(c, 7, r31)
      c += 8 &* doubleLaneCount
      i &+= 4
    }
    j &+= 2
  }
}

@inline(__always) private func addTo(_ c: DoubleOutput, _ index: Int, _ value: DoubleVector) {
  let c = c + index &* doubleLaneCount
  storeDoubles(loadDoubles(c) + value, c)
}

/// See `DoubleKernels.ProjectColumns`. Tiles are 2 vectors of rows × 4 outputs.
func projectColumns(
  _ x: DoubleInput, _ rows: Int, _ pitch: Int, _ columns: Int, _ v: DoubleInput, _ vStride: Int,
  _ outputs: Int,
  _ y: DoubleOutput, _ isAdding: Bool
) {
  var p = 0
  while p < outputs {
    var i = 0
    while i < rows {
      var r00 = DoubleVector(repeating: 0)
      var (r01, r10, r11, r20, r21, r30, r31) = (r00, r00, r00, r00, r00, r00, r00)
      var x0 = x + i
      var weights = v + p &* vStride
      var j = columns
      while j > 0 {
        let a = loadDoubles(x0)
        let b = loadDoubles(x0 + doubleLaneCount)
        var w = DoubleVector(repeating: weights[0])
        r00 = multiplyAdd(w, a, r00)
        r01 = multiplyAdd(w, b, r01)
        w = DoubleVector(repeating: weights[1])
        r10 = multiplyAdd(w, a, r10)
        r11 = multiplyAdd(w, b, r11)
        w = DoubleVector(repeating: weights[2])
        r20 = multiplyAdd(w, a, r20)
        r21 = multiplyAdd(w, b, r21)
        w = DoubleVector(repeating: weights[3])
        r30 = multiplyAdd(w, a, r30)
        r31 = multiplyAdd(w, b, r31)
        x0 += pitch
        weights += 4
        j &-= 1
      }
      let target = y + (p &* pitch &+ i)
      write(target, r00, r01, isAdding)
      write(target + pitch, r10, r11, isAdding)
      write(target + 2 &* pitch, r20, r21, isAdding)
      write(target + 3 &* pitch, r30, r31, isAdding)
      i &+= 2 &* doubleLaneCount
    }
    p &+= 4
  }
}

@inline(__always)
private func write(_ y: DoubleOutput, _ a: DoubleVector, _ b: DoubleVector, _ isAdding: Bool) {
  let other = y + doubleLaneCount
  storeDoubles(isAdding ? loadDoubles(y) + a : a, y)
  storeDoubles(isAdding ? loadDoubles(other) + b : b, other)
}
