import CGenerative
import Models
import Networks
import Tensors
import Training

extension Classifier: HandleObject {
  static var kind: HandleKind { .classifier }
}

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

@c @implementation public func gen_classifier_destroy(_ classifier: OpaquePointer?) {
  destroy(classifier, Classifier.self)
}

@c @implementation public func gen_classifier_plan(
  _ options: UnsafePointer<gen_classifier_options>?, _ batch_size: Int64,
  _ plan_out: UnsafeMutablePointer<gen_plan>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let o = try gen_classifier_options(reading: options)
    try Classifier.plan(
      try Classifier.Options(o), rows: try checkBatchSize(batch_size), context: try resolve(o.context)
    ).write(to: plan_out)
  }
}

@c @implementation public func gen_classifier_info(
  _ classifier: OpaquePointer?, _ info_out: UnsafeMutablePointer<gen_model_info_t>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(classifier) { (model: Classifier) throws(GenerativeError) in
      try writeInfo(
        model.options.stack.shape, model.options.stack.architecture, classCount: model.options.classCount,
        latentSize: model.featureCount, parameterCount: model.learner.network.parameterCount,
        model, to: info_out)
    }
  }
}

@c @implementation public func gen_classifier_fit(
  _ classifier: OpaquePointer?, _ dataset: OpaquePointer?, _ options: UnsafePointer<gen_fit_options>?
) -> gen_status {
  fit(classifier, Classifier.self, dataset, options)
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

@c @implementation public func gen_classifier_features(
  _ classifier: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ n_rows: Int64,
  _ features_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(classifier) { (model: Classifier) throws(GenerativeError) in
      let n = try checkRowCount(n_rows)
      try model.features(
        try checkModelInput("rows", rows, n, model.options.stack.shape.count, model.context), rows: n,
        into: try checkOutput("features_out", features_out, n, model.featureCount))
    }
  }
}

@c @implementation public func gen_classifier_save(
  _ classifier: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ content: Int32
) -> gen_status { save(classifier, Classifier.self, path, content) }

@c @implementation public func gen_classifier_save_memory(
  _ classifier: OpaquePointer?, _ content: Int32, _ bytes_out: UnsafeMutableRawPointer?,
  _ capacity: Int64, _ byte_count_out: UnsafeMutablePointer<Int64>?
) -> gen_status { saveMemory(classifier, Classifier.self, content, bytes_out, capacity, byte_count_out) }

@c @implementation public func gen_classifier_load(
  _ path: UnsafePointer<CChar>?, _ context: OpaquePointer?,
  _ classifier_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status { load(path, context, Classifier.self, classifier_out) }

@c @implementation public func gen_classifier_load_memory(
  _ bytes: UnsafeRawPointer?, _ byte_count: Int64, _ context: OpaquePointer?,
  _ classifier_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status { loadMemory(bytes, byte_count, context, Classifier.self, classifier_out) }
