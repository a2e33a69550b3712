import CGenerative
import Models
import Networks
import Tensors
import Training

extension Classifier.Options {
  init(_ o: gen_classifier_options) throws(GenerativeError) {
    self.init(
      shape: try checkShape(o.height, o.width, o.channels),
      classCount: try checkRange("n_classes", o.n_classes, 2...StackLimit.classes),
      architecture: try checkArchitecture(o.architecture))
    stack.convolution = try checkConvolution(
      o.depth, o.base_channels, stack.architecture, default: stack.convolution)
    stack.isNormalized = try checkNormalization(o.batch_norm, stack.architecture)
    stack.hidden = try checkWidths("hidden", o.hidden, "n_hidden", o.n_hidden, default: stack.hidden)
    stack.activation = try checkActivation("activation", o.activation, default: stack.activation)
    stack.weights = try checkWeightRule(o.initializer)
    stack.dropout = try checkShare("dropout", o.dropout)
    seed = o.seed
  }
}

@c @implementation public func gen_classifier_options_init(
  _ options: UnsafeMutablePointer<gen_classifier_options>?, _ struct_size: UInt32
) -> gen_status {
  boundary { () throws(GenerativeError) in
    var o = gen_classifier_options()
    (o.height, o.width, o.channels) = (1, 1, 1)
    o.activation = Int32(GEN_ACTIVATION_RELU)
    try o.write(to: options, size: struct_size)
  }
}

@c @implementation public func gen_classifier_create(
  _ options: UnsafePointer<gen_classifier_options>?,
  _ classifier_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(classifier_out) { () throws(GenerativeError) in
    let o = try gen_classifier_options(reading: options)
    return try Classifier(try Classifier.Options(o), context: try resolve(o.context))
  }
}

@c @implementation public func gen_classifier_predict(
  _ classifier: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ n_rows: Int64,
  _ labels_out: UnsafeMutablePointer<Int32>?, _ probabilities_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(classifier) { (model: Classifier) throws(GenerativeError) in
      let n = try checkRowCount(n_rows)
      if labels_out != nil { _ = try checkOutput("labels_out", labels_out, n, 1) }
      if probabilities_out != nil {
        _ = try checkOutput("probabilities_out", probabilities_out, n, model.options.classCount)
      }
      try model.predict(
        try checkModelInput("rows", rows, n, model.options.stack.shape.count, model.context), rows: n,
        labels: labels_out, probabilities: probabilities_out)
    }
  }
}
