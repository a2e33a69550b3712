import KernelTemplate

/// The kernels for operands rounded to bfloat16. The other kernels of a processor with this instruction set are
/// those of AVX-512. Computed on every access, like a table.
package var roundedProduct: ProductKernels {
  ProductKernels(
    tileColumns: 2 * Floats.scalarCount, depthPerLane: depthPerLane, packRows: packRows,
    packColumns: packColumns, roundRows: roundRows, multiplyBlock: multiplyBlock, multiplyRows: multiplyRows,
    multiplyPlain: multiplyPlain)
}
