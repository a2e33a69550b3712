import Tensors

extension Network {
  /// The first layer with a nonfinite output in the workspace's most recent pass of this many rows, or nil.
  package func firstNonfinite(_ workspace: Workspace, rows: Int) -> String? {
    let index = layers.indices.first {
      !workspace.context.isFinite(workspace.output($0), count: rows * layers[$0].output.count)
    }
    return index.map(layerName)
  }

  /// The last layer with a nonfinite part of a flat gradient, or nil. The backward pass reaches the last
  /// layer first.
  package func lastNonfinite(_ gradient: UnsafePointer<Float>, context: Context) -> String? {
    let index = layers.indices.last {
      !context.isFinite(gradient + parameterOffsets[$0], count: layers[$0].parameterCount)
    }
    return index.map(layerName)
  }

  /// A layer's name in checkpoints and its kind, such as `decoder.2 (dense)`.
  package func layerName(_ index: Int) -> String {
    "\(name).\(index) (\(layers[index].kind))"
  }
}
