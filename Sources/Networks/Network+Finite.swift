import Tensors

extension Network {
  /// The first layer whose output in the workspace's last pass, of so many rows, is not finite; nil
  /// when all are.
  package func firstNonfinite(_ workspace: Workspace, rows: Int) -> String? {
    let index = layers.indices.first {
      !workspace.context.isFinite(workspace.output($0), count: rows * layers[$0].output.count)
    }
    return index.map(layerName)
  }

  /// The last layer, which backward comes by first, whose part of a flat gradient is not finite; nil
  /// when all are.
  package func lastNonfinite(_ gradient: UnsafePointer<Float>, context: Context) -> String? {
    let index = layers.indices.last {
      !context.isFinite(gradient + parameterOffsets[$0], count: layers[$0].parameterCount)
    }
    return index.map(layerName)
  }

  /// `decoder.2 (dense)`: a layer by its name in checkpoints and its kind.
  package func layerName(_ index: Int) -> String {
    "\(name).\(index) (\(layers[index].kind))"
  }
}
