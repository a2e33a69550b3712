import Networks
import Tensors

/// The memory and work that a model will need, computed before it is created.
package struct Plan: Sendable, Equatable {
  /// The number of trainable parameters.
  package var parameterCount = 0
  /// Peak number of bytes while fitting with Adam and without validation, not counting the data.
  package var peakByteCount = 0
  /// Floating-point operations of one training step, per row.
  package var flopsPerRow = 0

  /// A network that is trained.
  package struct Trainee {
    let network: Network
    /// The number of training workspaces.
    var workspaces = 1
    /// How many passes it makes per step (a full backward pass counts as two forward passes).
    package var passes = 3
    /// The number of the network's rows per row of the batch.
    var rowsEach = 1

    package init(network: Network, workspaces: Int = 1, passes: Int = 3, rowsEach: Int = 1) {
      self.network = network
      self.workspaces = workspaces
      self.passes = passes
      self.rowsEach = rowsEach
    }
  }

  /// - Parameters:
  ///   - trainees: the networks that are trained.
  ///   - rowFloats: floats per row that batch and step need in addition to the workspaces.
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
      // The average and its snapshot.
      peakByteCount += 2 * (averaged.parameterCount + averaged.statisticCount) * MemoryLayout<Float>.stride
    }
  }
}

extension Network {
  /// The number of floating-point operations in one row's forward pass: one multiplication and one addition
  /// for each use of a weight.
  fileprivate var flops: Int { layers.reduce(0) { $0 + 2 * $1.weightUseCount } }
}
