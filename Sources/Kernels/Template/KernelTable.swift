/// One instruction set's kernels.
package struct KernelTable: Sendable {
  /// `baseline`, `avx2`, `avx512` or `neon`: what `gen_kernels_name` answers.
  package let name: String
  package init(name: String) { self.name = name }
}
