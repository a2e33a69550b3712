/// The kernels of one instruction set.
///
/// Kernels trust the pointers and counts that they receive; the callers in Tensors check sizes. Pointers need
/// only their element's alignment. Counts may be zero.
package struct KernelTable: Sendable {
  /// `baseline`, `avx2`, `avx512`, `avx512bf16` or `neon`.
  package let name: String
  /// The number of lanes in a vector of floats.
  package let laneCount: Int
  package let product: ProductKernels
  /// The products of operands rounded to bfloat16.
  package let roundedProduct: ProductKernels
  package let winograd: WinogradKernels
  /// The transforms whose points are rounded to bfloat16.
  package let roundedWinograd: WinogradKernels
  package let floatMoments: MomentKernels
  package let byteMoments: MomentKernels
  package let elementwise: ElementwiseKernels
  package let reductions: ReductionKernels
  package let optimizers: OptimizerKernels
  package let random: RandomKernels
  package let doubles: DoubleKernels

  package init(
    name: String, laneCount: Int, product: ProductKernels, roundedProduct: ProductKernels,
    winograd: WinogradKernels, roundedWinograd: WinogradKernels,
    floatMoments: MomentKernels, byteMoments: MomentKernels, elementwise: ElementwiseKernels,
    reductions: ReductionKernels, optimizers: OptimizerKernels, random: RandomKernels, doubles: DoubleKernels
  ) {
    self.name = name
    self.laneCount = laneCount
    self.product = product
    self.roundedProduct = roundedProduct
    self.winograd = winograd
    self.roundedWinograd = roundedWinograd
    self.floatMoments = floatMoments
    self.byteMoments = byteMoments
    self.elementwise = elementwise
    self.reductions = reductions
    self.optimizers = optimizers
    self.random = random
    self.doubles = doubles
  }

  /// The same kernels, with an instruction for products of bfloat16 numbers.
  package func with(
    _ roundedProduct: ProductKernels, _ roundedWinograd: WinogradKernels, name: String
  ) -> KernelTable {
    KernelTable(
      name: name, laneCount: laneCount, product: product, roundedProduct: roundedProduct, winograd: winograd,
      roundedWinograd: roundedWinograd, floatMoments: floatMoments, byteMoments: byteMoments,
      elementwise: elementwise, reductions: reductions,
      optimizers: optimizers, random: random, doubles: doubles)
  }
}
