// The matrices of F(2, 2): two outputs of a correlation with two taps from three products, by evaluating
// polynomials at 0, 1 and ∞. They have no elements but 0, 1 and −1, so they amplify the rounding of operands to
// bfloat16 little: patches, tiles and taps are transformed as floats, and their points are rounded. The products
// are those of rounded operands, and lanes are as described in `ProductKernels`.
//
//   y = Aᵀ·[(G·w) ⊙ (Bᵀ·d)],  dw = Gᵀ·[(A·dy) ⊙ (Bᵀ·d)]
//
//        1 −1  0              1  0
//   Bᵀ = 0  1  0     G = A =  1  1
//        0 −1  1              0  1
//
// In two dimensions each matrix is applied along rows, then along columns.

import KernelTemplate

private struct Two { var a, b: Floats }
struct Three { var a, b, c: Floats }
/// Points, or pixels, of a square: its rows.
struct Nine { var a, b, c: Three }

/// Bᵀ·d
@inline(__always) private func transformPatch(_ d: Three) -> Three {
  Three(a: d.a - d.b, b: d.b, c: d.c - d.b)
}

/// A·d, and G·w
@inline(__always) private func spread(_ d: Two) -> Three { Three(a: d.a, b: d.a + d.b, c: d.b) }

/// Aᵀ·m, and Gᵀ·m
@inline(__always) private func gather(_ m: Three) -> Two { Two(a: m.a + m.b, b: m.b + m.c) }

/// A·d·Aᵀ, and G·w·Gᵀ
@inline(__always) private func spread(_ upper: Two, _ lower: Two) -> Nine {
  let (u, l) = (spread(upper), spread(lower))
  let (a, b, c) = (spread(Two(a: u.a, b: l.a)), spread(Two(a: u.b, b: l.b)), spread(Two(a: u.c, b: l.c)))
  return Nine(
    a: Three(a: a.a, b: b.a, c: c.a), b: Three(a: a.b, b: b.b, c: c.b), c: Three(a: a.c, b: b.c, c: c.c))
}

/// Aᵀ·m·A, and Gᵀ·m·G
@inline(__always) private func gather(_ m: Nine) -> (upper: Two, lower: Two) {
  let (a, b, c) = (gather(m.a), gather(m.b), gather(m.c))
  let (left, right) = (gather(Three(a: a.a, b: b.a, c: c.a)), gather(Three(a: a.b, b: b.b, c: c.b)))
  return (Two(a: left.a, b: right.a), Two(a: left.b, b: right.b))
}

// MARK: - Loads and stores

/// Bᵀ along row y of a patch.
@inline(__always)
private func patchRow(_ pixels: Input, _ y: Int, _ window: WinogradKernels.Window) -> Three {
  guard y >= window.firstRow, y < window.endRow else { return Three(a: all(0), b: all(0), c: all(0)) }
  let row = pixels + y &* window.rowStride
  return transformPatch(
    Three(a: pixel(row, 0, window), b: pixel(row, 1, window), c: pixel(row, 2, window)))
}

/// Bᵀ·d·B
func patchPoints(_ pixels: Input, _ window: WinogradKernels.Window) -> Nine {
  let (r, s, t) = (patchRow(pixels, 0, window), patchRow(pixels, 1, window), patchRow(pixels, 2, window))
  let a = transformPatch(Three(a: r.a, b: s.a, c: t.a))
  let b = transformPatch(Three(a: r.b, b: s.b, c: t.b))
  let c = transformPatch(Three(a: r.c, b: s.c, c: t.c))
  return Nine(
    a: Three(a: a.a, b: b.a, c: c.a), b: Three(a: a.b, b: b.b, c: c.b), c: Three(a: a.c, b: b.c, c: c.c))
}

/// Row y of a tile.
@inline(__always)
private func tileRow(_ pixels: Input, _ y: Int, _ window: WinogradKernels.Window) -> Two {
  guard y >= window.firstRow, y < window.endRow else { return Two(a: all(0), b: all(0)) }
  let row = pixels + y &* window.rowStride
  return Two(a: pixel(row, 0, window), b: pixel(row, 1, window))
}

/// Stores the pixels of a tile's row y that lie inside the window.
@inline(__always)
private func storeRow(_ v: Two, _ pixels: Output, _ y: Int, _ window: WinogradKernels.Window) {
  guard y >= window.firstRow, y < window.endRow else { return }
  let row = pixels + y &* window.rowStride
  if window.firstColumn <= 0, 0 < window.endColumn { store(v.a, row) }
  if window.firstColumn <= 1, 1 < window.endColumn { store(v.b, row + window.pixelStride) }
}

@inline(__always) private func loadPoints(_ p: Input, _ stride: Int) -> Nine {
  @inline(__always) func three(_ p: Input) -> Three {
    Three(a: load(p), b: load(p + stride), c: load(p + 2 &* stride))
  }
  return Nine(a: three(p), b: three(p + 3 &* stride), c: three(p + 6 &* stride))
}

/// Calls `body` with each point and its offset.
@inline(__always) private func forEach(
  _ x: Nine, _ y: Nine, _ stride: Int, _ body: (Floats, Floats, Int) -> Void
) {
  body(x.a.a, y.a.a, 0)
  body(x.a.b, y.a.b, stride)
  body(x.a.c, y.a.c, 2 &* stride)
  body(x.b.a, y.b.a, 3 &* stride)
  body(x.b.b, y.b.b, 4 &* stride)
  body(x.b.c, y.b.c, 5 &* stride)
  body(x.c.a, y.c.a, 6 &* stride)
  body(x.c.b, y.c.b, 7 &* stride)
  body(x.c.c, y.c.c, 8 &* stride)
}

// MARK: - The kernels

/// See `WinogradKernels.transformPatch`.
func transformSmallPatch(
  _ pixels: Input, _ window: WinogradKernels.Window, _ channels: Int, _ points: Output, _ pointStride: Int
) {
  var c = 0
  while c < channels {
    let patch = patchPoints(pixels + c, window)
    let to = points + c / roundedPerLane
    forEach(patch, patch, pointStride) { point, _, offset in storeRounded(point, to + offset) }
    c &+= laneCount
  }
}

/// See `WinogradKernels.transformPatches`.
func transformSmallPatches(
  _ first: Input, _ firstWindow: WinogradKernels.Window, _ second: Input,
  _ secondWindow: WinogradKernels.Window, _ channels: Int, _ points: Output, _ pointStride: Int
) {
  var c = 0
  while c < channels {
    forEach(patchPoints(first + c, firstWindow), patchPoints(second + c, secondWindow), pointStride) {
      store(roundedAcross($0, $1), points + (c &+ $2))
    }
    c &+= laneCount
  }
}

/// See `WinogradKernels.transformTiles`.
func transformSmallTiles(
  _ first: Input, _ firstWindow: WinogradKernels.Window, _ second: Input,
  _ secondWindow: WinogradKernels.Window, _ channels: Int, _ points: Output, _ pointStride: Int
) {
  var c = 0
  while c < channels {
    let (x, y) = (first + c, second + c)
    let one = spread(tileRow(x, 0, firstWindow), tileRow(x, 1, firstWindow))
    let other = spread(tileRow(y, 0, secondWindow), tileRow(y, 1, secondWindow))
    forEach(one, other, pointStride) { store(roundedAcross($0, $1), points + (c &+ $2)) }
    c &+= laneCount
  }
}

/// See `WinogradKernels.transformTaps`.
func transformSmallTaps(
  _ taps: Input, _ rowStride: Int, _ tapStride: Int, _ depthStride: Int, _ depth: Int, _ points: Output,
  _ pointStride: Int
) {
  @inline(__always) func tapPoints(_ from: Input) -> Nine {
    let lower = from + rowStride
    return spread(
      Two(a: load(from), b: load(from + tapStride)), Two(a: load(lower), b: load(lower + tapStride)))
  }
  var from = taps
  var to = points
  var p = depth
  while p > 0 {
    // Rows are kilobytes apart, too far for the hardware prefetcher.
    var ahead = from + 8 &* depthStride
    var i = 0
    while i < roundedPerLane {
      prefetch(ahead)
      prefetch(ahead + tapStride)
      prefetch(ahead + rowStride)
      prefetch(ahead + (rowStride &+ tapStride))
      ahead += depthStride
      i &+= 1
    }
    let next = from + (roundedPerLane &- 1) &* depthStride
    var c = 0
    while c < tileColumns {
      forEach(tapPoints(from + c), tapPoints(next + c), pointStride) { store(roundedAcross($0, $1), to + $2) }
      to += laneCount
      c &+= laneCount
    }
    from += roundedPerLane &* depthStride
    p &-= roundedPerLane
  }
}

/// See `WinogradKernels.makeTile`.
func makeSmallTile(
  _ points: Input, _ pointStride: Int, _ channels: Int, _ pixels: Output, _ window: WinogradKernels.Window
) {
  var c = 0
  while c < channels {
    let tile = gather(loadPoints(points + c, pointStride))
    storeRow(tile.upper, pixels + c, 0, window)
    storeRow(tile.lower, pixels + c, 1, window)
    c &+= laneCount
  }
}

/// See `WinogradKernels.addTaps`.
func addSmallTaps(
  _ points: Input, _ pointStride: Int, _ channels: Int, _ taps: Output, _ rowStride: Int, _ tapStride: Int
) {
  var c = 0
  while c < channels {
    let sums = gather(loadPoints(points + c, pointStride))
    let to = taps + c
    add(sums.upper.a, to: to)
    add(sums.upper.b, to: to + tapStride)
    add(sums.lower.a, to: to + rowStride)
    add(sums.lower.b, to: to + rowStride + tapStride)
    c &+= laneCount
  }
}

/// The transforms for products of operands rounded to bfloat16. Computed on every access, like a table.
package var roundedWinograd: WinogradKernels {
  WinogradKernels(
    tileSize: 2, transformPatch: transformSmallPatch, transformPatches: transformSmallPatches,
    transformTiles: transformSmallTiles, transformTaps: transformSmallTaps, makeTile: makeSmallTile,
    addTaps: addSmallTaps)
}
