// Operands rounded to bfloat16 and kept as floats, for processors without an instruction that multiplies
// bfloat16 numbers. The product of two such numbers has at most 16 bits, so it is exact as a float, and the
// kernels for floats give the bits of the instruction, which adds one product after the other (PairLanes.swift).
//
// The instruction takes subnormal numbers as zeros. It meets none: operands below 2⁻⁵⁶ become 0, so the products
// of the others, and all sums of them, are multiples of 2⁻¹²⁶, the smallest normal float.

/// x rounded to bfloat16, to nearest even. Magnitudes below 2⁻⁵⁶ become 0. NaN stays NaN.
@inline(__always) private func rounded(_ x: Floats) -> Floats {
  let bits = unsafeBitCast(x, to: Words.self)
  let isOdd = (bits &>> Words(repeating: 16)) & Words(repeating: 1)
  let nearest = bits &+ Words(repeating: 0x7fff) &+ isOdd
  let isNumber = x .== x
  let value = (bits | Words(repeating: 0x40_0000)).replacing(with: nearest, where: isNumber)
  return floats(bits: value & Words(repeating: 0xffff_0000)).replacing(
    with: all(0), where: magnitude(x) .< all(0x1p-56))
}

/// See `ProductKernels.packRows`.
func packRoundedRows(
  _ source: Input, _ depthStride: Int, _ widthStride: Int, _ depth: Int, _ count: Int, _ panel: Output
) {
  packRows(source, depthStride, widthStride, depth, count, panel)
  map(panel, panel, depth &* tileRows, rounded)
}

/// See `ProductKernels.packColumns`.
func packRoundedColumns(
  _ source: Input, _ depthStride: Int, _ widthStride: Int, _ depth: Int, _ count: Int, _ panel: Output
) {
  packColumns(source, depthStride, widthStride, depth, count, panel)
  map(panel, panel, depth &* tileColumns, rounded)
}

/// See `ProductKernels.RoundRows`.
func roundRows(
  _ source: Input, _ rowStride: Int, _ rows: Int, _ depth: Int, _ lanes: Output, _ laneStride: Int
) {
  var i = 0
  while i < rows {
    map(source + i &* rowStride, lanes + i &* laneStride, depth, rounded)
    i &+= 1
  }
}

// MARK: - Lanes of transformed operands

/// The number of elements along the depth in a lane of a rounded operand.
@inline(__always) var roundedPerLane: Int { 1 }

/// Stores a vector of elements that are adjacent along the depth.
@inline(__always) func storeRounded(_ x: Floats, _ lanes: Output) { store(rounded(x), lanes) }

/// Lanes of elements x and, if a lane holds two, of those that follow them along the depth.
@inline(__always) func roundedAcross(_ x: Floats, _ next: Floats) -> Floats { rounded(x) }
