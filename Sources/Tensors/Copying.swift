import Glibc

extension UnsafeMutablePointer where Pointee: BitwiseCopyable {
  /// Copies `count` values from `source`, which may overlap.
  ///
  /// In place of the standard library's function of this name, which Embedded Swift compiles to a call for each
  /// value.
  @inline(always)
  package func update(from source: UnsafePointer<Pointee>, count: Int) {
    memmove(self, source, count * MemoryLayout<Pointee>.stride)
  }
}
