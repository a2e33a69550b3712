/// What a symmetric product adds to `ProductKernels`: sums kept in Double, shifts taken off while
/// packing, and exact products of bytes.
///
/// Bytes are packed in pairs of rows: panel[p * width + i] holds element (2p, i) in its lower and
/// (2p + 1, i) in its upper 16 bits. Depths count pairs there.
package struct SymmetricKernels: Sendable {
  package typealias Input = UnsafePointer<Float>
  package typealias Output = UnsafeMutablePointer<Float>
  package typealias Wide = UnsafeMutablePointer<Double>

  /// `ProductKernels.MultiplyBlock`, adding to a Double C. The tile's products of one depth block are
  /// summed in Float.
  package var addBlock:
    @Sendable (
      _ a: Input, _ rows: Int, _ b: Input, _ panelStride: Int, _ columns: Int, _ depth: Int, _ c: Wide,
      _ rowStride: Int, _ diagonal: Int, _ tile: Output
    ) -> Void
  /// The same of packed bytes, exact; at most 16,000 pairs deep.
  package var addByteBlock:
    @Sendable (
      _ a: UnsafePointer<Int32>, _ rows: Int, _ b: UnsafePointer<Int32>, _ panelStride: Int, _ columns: Int,
      _ depth: Int, _ c: Wide, _ rowStride: Int, _ diagonal: Int, _ tile: UnsafeMutablePointer<Int32>
    ) -> Void
  /// Packs `count` ≤ `width` columns of `rows` rows of bytes, zeros behind.
  package var packBytes:
    @Sendable (
      _ source: UnsafePointer<UInt8>, _ rowStride: Int, _ rows: Int, _ count: Int, _ width: Int,
      _ panel: UnsafeMutablePointer<Int32>
    ) -> Void
  /// Packs rows first ..< first + 6 of Aᵀ from the packed panels of A, `rows` columns in all; rows past
  /// the last repeat it.
  package var gatherRows:
    @Sendable (_ panels: Input, _ panelStride: Int, _ rows: Int, _ first: Int, _ depth: Int, _ panel: Output)
      -> Void
  /// panel[p * width + i] −= shift[i] for i < count.
  package var subtractShift:
    @Sendable (_ panel: Output, _ depth: Int, _ width: Int, _ shift: Input, _ count: Int) -> Void
  /// sums[j] += Σᵢ x[i, j] − shift[j], in Double; no shift when nil.
  package var addColumnSums:
    @Sendable (_ x: Input, _ rows: Int, _ columns: Int, _ rowStride: Int, _ shift: Input?, _ sums: Wide) ->
      Void
  /// sums[j] += Σᵢ x[i, j], exact.
  package var addByteColumnSums:
    @Sendable (_ x: UnsafePointer<UInt8>, _ rows: Int, _ columns: Int, _ rowStride: Int, _ sums: Wide) -> Void

  package init(
    addBlock: @escaping @Sendable (Input, Int, Input, Int, Int, Int, Wide, Int, Int, Output) -> Void,
    addByteBlock:
      @escaping @Sendable (
        UnsafePointer<Int32>, Int, UnsafePointer<Int32>, Int, Int, Int, Wide, Int, Int,
        UnsafeMutablePointer<Int32>
      ) -> Void,
    packBytes:
      @escaping @Sendable (
        UnsafePointer<UInt8>, Int, Int, Int, Int, UnsafeMutablePointer<Int32>
      ) -> Void,
    gatherRows: @escaping @Sendable (Input, Int, Int, Int, Int, Output) -> Void,
    subtractShift: @escaping @Sendable (Output, Int, Int, Input, Int) -> Void,
    addColumnSums: @escaping @Sendable (Input, Int, Int, Int, Input?, Wide) -> Void,
    addByteColumnSums: @escaping @Sendable (UnsafePointer<UInt8>, Int, Int, Int, Wide) -> Void
  ) {
    self.addBlock = addBlock
    self.addByteBlock = addByteBlock
    self.packBytes = packBytes
    self.gatherRows = gatherRows
    self.subtractShift = subtractShift
    self.addColumnSums = addColumnSums
    self.addByteColumnSums = addByteColumnSums
  }
}
