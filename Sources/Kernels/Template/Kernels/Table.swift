import KernelTemplate

/// The kernels of this instruction set. Computed on every access, because a stored table would need a weak
/// initializer function.
package var table: KernelTable {
  KernelTable(
    name: instructionSetName, laneCount: Floats.scalarCount,
    product: ProductKernels(
      tileColumns: 2 * Floats.scalarCount, packRows: packRows, packColumns: packColumns,
      multiplyBlock: multiplyBlock, multiplyRows: multiplyRows, multiplyPlain: multiplyPlain),
    roundedProduct: ProductKernels(
      tileColumns: 2 * Floats.scalarCount, packRows: packRoundedRows, packColumns: packRoundedColumns,
      roundRows: roundRows, multiplyBlock: multiplyBlock, multiplyRows: multiplyRows,
      multiplyPlain: multiplyPlain),
    winograd: WinogradKernels(
      tileSize: 4, transformPatch: transformPatch, transformPatches: transformPatches,
      transformTiles: transformTiles, transformTaps: transformTaps, makeTile: makeTile, addTaps: addTaps),
    roundedWinograd: roundedWinograd,
    floatMoments: MomentKernels(
      rowsPerLane: 1, bias: 0, pack: packFloats, gather: gatherFloats, multiply: multiplyFloats,
      add: addFloats),
    byteMoments: MomentKernels(
      rowsPerLane: rowsPerLane, bias: byteBias, pack: packBytes, gather: gatherBytes, multiply: multiplyBytes,
      add: addIntegers),
    elementwise: ElementwiseKernels(
      activate: activate, activateBackward: activateBackward, scaleRow: scaleRow, finishRow: finishRow,
      combine: combine, multiply: multiply, scale: scale, clamp: clamp, exponential: exponential,
      logarithm: logarithm, fromBytes: fromBytes, toBytes: toBytes,
      fromDoubles: fromDoubles, weighBytes: weighBytes, weighFloats: weighFloats),
    reductions: ReductionKernels(
      sum: sum, dot: dot, isFinite: isFinite, isWithin: isWithin, columnSums: columnSums,
      columnSquares: columnSquares,
      crossEntropy: crossEntropy, squaredError: squaredError),
    optimizers: OptimizerKernels(adam: adam, momentum: momentum, rmsProp: rmsProp),
    random: RandomKernels(uniform: uniform, normal: normal),
    doubles: DoubleKernels(
      tileColumns: 2 * DoubleVector.scalarCount, multiplyBlock: multiplyDoubleBlock,
      centreColumns: centreColumns, addSquares: addDoubleSquares, projectColumns: projectColumns,
      dot: dotDoubles,
      addScaled: addScaledDoubles, multiplySymmetric: multiplySymmetric, secularSums: secularSums))
}
