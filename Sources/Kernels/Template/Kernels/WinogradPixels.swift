// What the transforms of both sizes of tiles share.

import KernelTemplate

/// Pixel x of a row, or zeros if it lies outside the window.
@inline(__always)
func pixel(_ row: Input, _ x: Int, _ window: WinogradKernels.Window) -> Floats {
  x >= window.firstColumn && x < window.endColumn ? load(row + x &* window.pixelStride) : all(0)
}

@inline(__always) func add(_ v: Floats, to p: Output) { store(load(p) + v, p) }
