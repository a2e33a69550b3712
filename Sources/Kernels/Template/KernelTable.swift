/// The kernels of one instruction set.
///
/// Kernels trust the pointers and counts that they receive; the callers in Tensors check sizes. Pointers need
/// only their element's alignment. Counts may be zero.
package struct KernelTable: Sendable {
  /// `baseline`, `avx2`, `avx512` or `neon`.
  package let name: String
  /// The number of lanes in a vector of floats.
  package let laneCount: Int
  package let product: ProductKernels
  package let winograd: WinogradKernels
  package let floatMoments: MomentKernels
  package let byteMoments: MomentKernels
  package let elementwise: ElementwiseKernels
  package let reductions: ReductionKernels
  package let optimizers: OptimizerKernels
  package let random: RandomKernels
  package let doubles: DoubleKernels

  package init(
    name: String, laneCount: Int, product: ProductKernels, winograd: WinogradKernels,
    floatMoments: MomentKernels, byteMoments: MomentKernels, elementwise: ElementwiseKernels,
    reductions: ReductionKernels, optimizers: OptimizerKernels, random: RandomKernels, doubles: DoubleKernels
  ) {
    self.name = name
    self.laneCount = laneCount
    self.product = product
    self.winograd = winograd
    self.floatMoments = floatMoments
    self.byteMoments = byteMoments
    self.elementwise = elementwise
    self.reductions = reductions
    self.optimizers = optimizers
    self.random = random
    self.doubles = doubles
  }
}
