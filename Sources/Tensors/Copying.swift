import Glibc

extension UnsafeMutablePointer where Pointee: BitwiseCopyable {
  /// Copies `count` values from `source`, which may overlap.
  ///
  /// Replaces the standard library's function of this name, which Embedded Swift compiles to one call per
  /// value.
  @inline(always)
  package func update(from source: UnsafePointer<Pointee>, count: Int) {
    memmove(self, source, count * MemoryLayout<Pointee>.stride)
  }
}
