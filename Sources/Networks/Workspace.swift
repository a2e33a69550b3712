import Tensors

/// The memory of one pass of a network, planned once: a pass allocates nothing.
///
/// For training, every layer's output and cache have their own place, and gradients alternate between two
/// buffers. For inference, outputs alternate too. One scratch area serves all layers.
package final class Workspace: Sendable {
  package enum Purpose: Sendable { case training, inference }

  /// With the network's precision.
  package let context: Context
  package let purpose: Purpose
  /// Maximum number of rows in a pass.
  package let rowCapacity: Int
  private let memory: Buffer<Float>
  private let outputOffsets: [Int]
  private let cacheOffsets: [Int]
  private let gradientOffsets: [Int]
  private let scratchOffset: Int

  /// - Throws: `.memory` if the plan does not fit.
  package init(_ network: Network, rows: Int, _ purpose: Purpose, context: Context) throws(GenerativeError) {
    let context = context.with(network.precision)
    let plan = try Plan(network, rows: rows, purpose, context)
    self.context = context
    self.purpose = purpose
    rowCapacity = rows
    memory = try Buffer(count: plan.count, in: context.memory)
    outputOffsets = plan.outputs
    cacheOffsets = plan.caches
    gradientOffsets = plan.gradients
    scratchOffset = plan.scratch
  }

  /// The number of bytes that a workspace would take. The scratch size depends slightly on the context's
  /// threads and kernels.
  package static func byteCount(
    _ network: Network, rows: Int, _ purpose: Purpose, context: Context = .standard
  ) throws(GenerativeError) -> Int {
    try Plan(network, rows: rows, purpose, context.with(network.precision)).count * MemoryLayout<Float>.stride
  }

  /// The output of layer `index` in the most recent pass. In a workspace for training it is valid until the
  /// next pass.
  package func output(_ index: Int) -> UnsafeMutablePointer<Float> { memory.base + outputOffsets[index] }
  func cache(_ index: Int) -> UnsafeMutablePointer<Float>? {
    purpose == .training ? memory.base + cacheOffsets[index] : nil
  }
  var scratch: UnsafeMutablePointer<Float> { memory.base + scratchOffset }
  func gradient(_ index: Int) -> UnsafeMutablePointer<Float> { memory.base + gradientOffsets[index] }

  private struct Plan {
    var count = 0
    var outputs: [Int] = []
    var caches: [Int] = []
    var gradients: [Int] = []
    var scratch = 0

    init(_ network: Network, rows: Int, _ purpose: Purpose, _ context: Context) throws(GenerativeError) {
      var widest = 0
      var scratchCount = 0
      for layer in network.layers {
        guard let floats = checkedProduct(rows, layer.output.count),
          let inputFloats = checkedProduct(rows, layer.input.count)
        else { throw GenerativeError(.memory, "a pass of \(rows) rows does not fit in memory") }
        widest = max(widest, floats, inputFloats)
        scratchCount = max(scratchCount, layer.scratchCount(rows: rows, context: context))
      }
      scratch = try take(scratchCount)
      let alternating = [try take(widest), try take(widest)]
      for (index, layer) in network.layers.enumerated() {
        // When training, the two buffers hold gradients: the dx of layer i and its dy are different ones.
        gradients.append(alternating[index & 1])
        switch purpose {
        case .training:
          outputs.append(try take(rows * layer.output.count))
          caches.append(try take(layer.cacheCount(rows: rows)))
        case .inference:
          outputs.append(alternating[index & 1])
          caches.append(0)
        }
      }
    }

    /// The offset of `floats` more floats. Each piece starts on its own cache line.
    private mutating func take(_ floats: Int) throws(GenerativeError) -> Int {
      let offset = count
      let (next, overflow) = count.addingReportingOverflow((floats + 15) & ~15)
      guard !overflow else { throw GenerativeError(.memory, "a pass does not fit in memory") }
      count = next
      return offset
    }
  }
}
