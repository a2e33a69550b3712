import Networks
import Tensors

/// The memory and work that a model will need, computed before it is created.
package struct Plan: Sendable, Equatable {
  /// Trainable parameters.
  package var parameterCount = 0
  /// Peak bytes while fitting with Adam and no validation, without the data.
  package var peakByteCount = 0
  /// Floating-point operations of one training step, per row.
  package var flopsPerRow = 0

  /// A network that learns.
  package struct Trainee {
    let network: Network
    /// Training workspaces.
    var workspaces = 1
    /// How often it runs forward and backward (a full backward pass counts as two forward passes).
    package var passes = 3
    /// Rows of its own for each row of the batch.
    var rowsEach = 1

    package init(network: Network, workspaces: Int = 1, passes: Int = 3, rowsEach: Int = 1) {
      self.network = network
      self.workspaces = workspaces
      self.passes = passes
      self.rowsEach = rowsEach
    }
  }

  /// - Parameters:
  ///   - trainees: the networks that learn.
  ///   - rowFloats: floats per row that batch and step hold in addition to the workspaces.
  ///   - floats: further floats, independent of the number of rows.
  ///   - averaged: the network that has a moving average.
  package init(
    _ trainees: [Trainee], rows: Int, rowFloats: Int, floats: Int = 0, averaged: Network? = nil,
    context: Context
  ) throws(GenerativeError) {
    for trainee in trainees {
      let network = trainee.network
      guard let passRows = checkedProduct(rows, trainee.rowsEach) else {
        throw GenerativeError(.memory, "batches of \(rows) rows do not fit in memory")
      }
      parameterCount += network.parameterCount
      flopsPerRow += network.flops * trainee.passes * trainee.rowsEach
      peakByteCount += Learner.byteCount(network, .adam())
      peakByteCount +=
        trainee.workspaces * (try Workspace.byteCount(network, rows: passRows, .training, context: context))
    }
    guard let step = checkedProduct(rows, rowFloats, MemoryLayout<Float>.stride) else {
      throw GenerativeError(.memory, "batches of \(rows) rows do not fit in memory")
    }
    peakByteCount += step + floats * MemoryLayout<Float>.stride
    if let averaged {
      // The average and the snapshot of it.
      peakByteCount += 2 * (averaged.parameterCount + averaged.statisticCount) * MemoryLayout<Float>.stride
    }
  }
}

extension Network {
  /// Floating-point operations of one row, forward: a multiplication and an addition for each use of a weight.
  fileprivate var flops: Int { layers.reduce(0) { $0 + 2 * $1.weightUseCount } }
}
