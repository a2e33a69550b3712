import KernelTemplate

/// This instruction set's kernels.
package let table = KernelTable(
  name: instructionSetName, laneCount: Floats.scalarCount,
  product: ProductKernels(
    tileColumns: 2 * Floats.scalarCount, packRows: packRows, packColumns: packColumns,
    multiplyBlock: multiplyBlock, multiplyRows: multiplyRows))
