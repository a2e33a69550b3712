// The matrices of F(4, 2): four outputs of a correlation with two taps from five products, by
// evaluating polynomials at 0, 1, −1, 2 and ∞ (Winograd, "Arithmetic complexity of computations", 1980;
// Lavin & Gray, "Fast algorithms for convolutional neural networks", CVPR 2016):
//
//   y = Aᵀ·[(G·w) ⊙ (Bᵀ·d)],  dw = Gᵀ·[(A·dy) ⊙ (Bᵀ·d)]
//
//        2 −1 −2  1  0         ½  0          1  1  1  1  0
//        0 −2 −1  1  0        −½ −½          0  1 −1  2  0
//   Bᵀ = 0  2 −3  1  0    G = −⅙  ⅙     Aᵀ = 0  1  1  4  0
//        0 −1  0  1  0         ⅙  ⅓          0  1 −1  8  1
//        0  2 −1 −2  1         0  1
//
// In two dimensions each matrix is applied along rows, then along columns.

import KernelTemplate

private struct Two { var a, b: Floats }
private struct Four { var a, b, c, d: Floats }
private struct Five { var a, b, c, d, e: Floats }

/// Bᵀ·d
@inline(__always) private func transformPatch(_ d: Five) -> Five {
  let t = d.d - d.b
  let u = d.d - d.c
  return Five(
    a: multiplyAdd(all(2), d.a - d.c, t), b: multiplyAdd(all(-2), d.b, u),
    c: multiplyAdd(all(2), d.b - d.c, u), d: t, e: multiplyAdd(all(-2), t, d.e - d.c))
}

/// A·d
@inline(__always) private func transformTile(_ d: Four) -> Five {
  let even = d.a + d.c
  let odd = d.b + d.d
  let fourfold = multiplyAdd(all(4), d.d, d.b)
  return Five(
    a: d.a, b: even + odd, c: even - odd, d: multiplyAdd(all(2), fourfold, multiplyAdd(all(4), d.c, d.a)),
    e: d.d)
}

/// G·w
@inline(__always) private func transformTaps(_ w: Two) -> Five {
  let half = all(0.5) * w.a
  let sixth = all(1.0 / 6) * w.a
  return Five(
    a: half, b: multiplyAdd(all(-0.5), w.b, -half), c: multiplyAdd(all(1.0 / 6), w.b, -sixth),
    d: multiplyAdd(all(1.0 / 3), w.b, sixth), e: w.b)
}

/// Aᵀ·m
@inline(__always) private func makeTile(_ m: Five) -> Four {
  let sum = m.b + m.c
  let difference = m.b - m.c
  return Four(
    a: (m.a + m.d) + sum, b: multiplyAdd(all(2), m.d, difference), c: multiplyAdd(all(4), m.d, sum),
    d: multiplyAdd(all(8), m.d, difference + m.e))
}

/// Gᵀ·m
@inline(__always) private func makeTaps(_ m: Five) -> Two {
  let difference = all(1.0 / 6) * (m.d - m.c)
  let half = all(0.5) * m.b
  return Two(
    a: multiplyAdd(all(0.5), m.a, difference - half),
    b: (multiplyAdd(all(1.0 / 6), m.c, -half) + multiplyAdd(all(1.0 / 3), m.d, m.e)))
}

// MARK: - Loads and stores

@inline(__always) private func loadFive(_ p: Input, _ stride: Int) -> Five {
  Five(
    a: load(p), b: load(p + stride), c: load(p + 2 &* stride), d: load(p + 3 &* stride),
    e: load(p + 4 &* stride))
}

@inline(__always) private func storeFive(_ v: Five, _ p: Output, _ stride: Int) {
  store(v.a, p)
  store(v.b, p + stride)
  store(v.c, p + 2 &* stride)
  store(v.d, p + 3 &* stride)
  store(v.e, p + 4 &* stride)
}

/// Bᵀ along row y of a patch.
@inline(__always)
private func patchRow(_ pixels: Input, _ y: Int, _ window: WinogradKernels.Window) -> Five {
  guard y >= window.firstRow, y < window.endRow else {
    return Five(a: all(0), b: all(0), c: all(0), d: all(0), e: all(0))
  }
  let row = pixels + y &* window.rowStride
  return transformPatch(
    Five(
      a: pixel(row, 0, window), b: pixel(row, 1, window), c: pixel(row, 2, window), d: pixel(row, 3, window),
      e: pixel(row, 4, window)))
}

/// A along row y of a tile.
@inline(__always)
private func tileRow(_ pixels: Input, _ y: Int, _ window: WinogradKernels.Window) -> Five {
  guard y >= window.firstRow, y < window.endRow else {
    return Five(a: all(0), b: all(0), c: all(0), d: all(0), e: all(0))
  }
  let row = pixels + y &* window.rowStride
  return transformTile(
    Four(
      a: pixel(row, 0, window), b: pixel(row, 1, window), c: pixel(row, 2, window), d: pixel(row, 3, window)))
}

/// Stores the pixels of a tile's row y that lie inside the window.
@inline(__always)
private func storeRow(_ v: Four, _ pixels: Output, _ y: Int, _ window: WinogradKernels.Window) {
  guard y >= window.firstRow, y < window.endRow else { return }
  let row = pixels + y &* window.rowStride
  let (first, end) = (window.firstColumn, window.endColumn)
  if first <= 0, 0 < end { store(v.a, row) }
  if first <= 1, 1 < end { store(v.b, row + window.pixelStride) }
  if first <= 2, 2 < end { store(v.c, row + 2 &* window.pixelStride) }
  if first <= 3, 3 < end { store(v.d, row + 3 &* window.pixelStride) }
}

// MARK: - The kernels

/// See `WinogradKernels.transformPatch`.
func transformPatch(
  _ pixels: Input, _ window: WinogradKernels.Window, _ channels: Int, _ points: Output, _ pointStride: Int
) {
  var c = 0
  while c < channels {
    let r0 = patchRow(pixels + c, 0, window)
    let r1 = patchRow(pixels + c, 1, window)
    let r2 = patchRow(pixels + c, 2, window)
    let r3 = patchRow(pixels + c, 3, window)
    let r4 = patchRow(pixels + c, 4, window)
    let (to, down) = (points + c, 5 &* pointStride)
    storeFive(transformPatch(Five(a: r0.a, b: r1.a, c: r2.a, d: r3.a, e: r4.a)), to, down)
    storeFive(transformPatch(Five(a: r0.b, b: r1.b, c: r2.b, d: r3.b, e: r4.b)), to + pointStride, down)
    storeFive(
      transformPatch(Five(a: r0.c, b: r1.c, c: r2.c, d: r3.c, e: r4.c)), to + 2 &* pointStride, down)
    storeFive(
      transformPatch(Five(a: r0.d, b: r1.d, c: r2.d, d: r3.d, e: r4.d)), to + 3 &* pointStride, down)
    storeFive(
      transformPatch(Five(a: r0.e, b: r1.e, c: r2.e, d: r3.e, e: r4.e)), to + 4 &* pointStride, down)
    c &+= laneCount
  }
}

/// See `WinogradKernels.transformPatches`.
func transformPatches(
  _ first: Input, _ firstWindow: WinogradKernels.Window, _: Input, _: WinogradKernels.Window,
  _ channels: Int, _ points: Output, _ pointStride: Int
) {
  transformPatch(first, firstWindow, channels, points, pointStride)
}

/// See `WinogradKernels.transformTiles`.
func transformTiles(
  _ pixels: Input, _ window: WinogradKernels.Window, _: Input, _: WinogradKernels.Window,
  _ channels: Int, _ points: Output, _ pointStride: Int
) {
  var c = 0
  while c < channels {
    let r0 = tileRow(pixels + c, 0, window)
    let r1 = tileRow(pixels + c, 1, window)
    let r2 = tileRow(pixels + c, 2, window)
    let r3 = tileRow(pixels + c, 3, window)
    let (to, down) = (points + c, 5 &* pointStride)
    storeFive(transformTile(Four(a: r0.a, b: r1.a, c: r2.a, d: r3.a)), to, down)
    storeFive(transformTile(Four(a: r0.b, b: r1.b, c: r2.b, d: r3.b)), to + pointStride, down)
    storeFive(transformTile(Four(a: r0.c, b: r1.c, c: r2.c, d: r3.c)), to + 2 &* pointStride, down)
    storeFive(transformTile(Four(a: r0.d, b: r1.d, c: r2.d, d: r3.d)), to + 3 &* pointStride, down)
    storeFive(transformTile(Four(a: r0.e, b: r1.e, c: r2.e, d: r3.e)), to + 4 &* pointStride, down)
    c &+= laneCount
  }
}

/// See `WinogradKernels.transformTaps`.
func transformTaps(
  _ taps: Input, _ rowStride: Int, _ tapStride: Int, _ depthStride: Int, _ depth: Int, _ points: Output,
  _ pointStride: Int
) {
  var from = taps
  var to = points
  let down = 5 &* pointStride
  var p = depth
  while p > 0 {
    // Rows are kilobytes apart, too far for the hardware prefetcher.
    let ahead = from + 8 &* depthStride
    prefetch(ahead)
    prefetch(ahead + tapStride)
    prefetch(ahead + rowStride)
    prefetch(ahead + (rowStride &+ tapStride))
    var c = 0
    while c < tileColumns {
      let lower = from + (rowStride &+ c)
      let r0 = transformTaps(Two(a: load(from + c), b: load(from + (tapStride &+ c))))
      let r1 = transformTaps(Two(a: load(lower), b: load(lower + tapStride)))
      storeFive(transformTaps(Two(a: r0.a, b: r1.a)), to, down)
      storeFive(transformTaps(Two(a: r0.b, b: r1.b)), to + pointStride, down)
      storeFive(transformTaps(Two(a: r0.c, b: r1.c)), to + 2 &* pointStride, down)
      storeFive(transformTaps(Two(a: r0.d, b: r1.d)), to + 3 &* pointStride, down)
      storeFive(transformTaps(Two(a: r0.e, b: r1.e)), to + 4 &* pointStride, down)
      to += laneCount
      c &+= laneCount
    }
    from += depthStride
    p &-= 1
  }
}

/// See `WinogradKernels.makeTile`.
func makeTile(
  _ points: Input, _ pointStride: Int, _ channels: Int, _ pixels: Output, _ window: WinogradKernels.Window
) {
  var c = 0
  while c < channels {
    let (from, down) = (points + c, 5 &* pointStride)
    let r0 = makeTile(loadFive(from, down))
    let r1 = makeTile(loadFive(from + pointStride, down))
    let r2 = makeTile(loadFive(from + 2 &* pointStride, down))
    let r3 = makeTile(loadFive(from + 3 &* pointStride, down))
    let r4 = makeTile(loadFive(from + 4 &* pointStride, down))
    let to = pixels + c
    storeRow(makeTile(Five(a: r0.a, b: r1.a, c: r2.a, d: r3.a, e: r4.a)), to, 0, window)
    storeRow(makeTile(Five(a: r0.b, b: r1.b, c: r2.b, d: r3.b, e: r4.b)), to, 1, window)
    storeRow(makeTile(Five(a: r0.c, b: r1.c, c: r2.c, d: r3.c, e: r4.c)), to, 2, window)
    storeRow(makeTile(Five(a: r0.d, b: r1.d, c: r2.d, d: r3.d, e: r4.d)), to, 3, window)
    c &+= laneCount
  }
}

/// See `WinogradKernels.addTaps`.
func addTaps(
  _ points: Input, _ pointStride: Int, _ channels: Int, _ taps: Output, _ rowStride: Int, _ tapStride: Int
) {
  var c = 0
  while c < channels {
    let (from, down) = (points + c, 5 &* pointStride)
    let r0 = makeTaps(loadFive(from, down))
    let r1 = makeTaps(loadFive(from + pointStride, down))
    let r2 = makeTaps(loadFive(from + 2 &* pointStride, down))
    let r3 = makeTaps(loadFive(from + 3 &* pointStride, down))
    let r4 = makeTaps(loadFive(from + 4 &* pointStride, down))
    let upper = makeTaps(Five(a: r0.a, b: r1.a, c: r2.a, d: r3.a, e: r4.a))
    let lower = makeTaps(Five(a: r0.b, b: r1.b, c: r2.b, d: r3.b, e: r4.b))
    let to = taps + c
    add(upper.a, to: to)
    add(upper.b, to: to + tapStride)
    add(lower.a, to: to + rowStride)
    add(lower.b, to: to + rowStride + tapStride)
    c &+= laneCount
  }
}
