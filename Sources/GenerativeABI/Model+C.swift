import CGenerative
import Checkpoints
import Models
import Statistics
import Tensors
import Training

@c @implementation public func gen_model_kind(_ model: OpaquePointer?) -> UnsafePointer<CChar>? {
  var kind: UnsafePointer<CChar>?
  _ = boundary { () throws(GenerativeError) in
    kind = try Handles.shared.modelKind(model).text
  }
  return kind
}

@c @implementation public func gen_model_destroy(_ model: OpaquePointer?) {
  call { Handles.shared.removeModel(model) }
}

@c @implementation public func gen_model_plan(
  _ model: OpaquePointer?, _ batch_size: Int64, _ plan_out: UnsafeMutablePointer<gen_plan>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.readingModel(model) { (model) throws(GenerativeError) in
      guard let network = model.network else {
        throw model.lacks("plan", "gen_model_plan", "autoencoder, vae, gan and classifier")
      }
      try network.plan(rows: try checkBatchSize(batch_size)).write(to: plan_out)
    }
  }
}

@c @implementation public func gen_model_info(
  _ model: OpaquePointer?, _ info_out: UnsafeMutablePointer<gen_model_info_t>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.readingModel(model) { (model) throws(GenerativeError) in
      try model.info().write(to: info_out, "info_out")
    }
  }
}

@c @implementation public func gen_model_reconstruct(
  _ model: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64,
  _ rows_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.readingModel(model) { (model) throws(GenerativeError) in
      guard let reconstructing = model.reconstructing else {
        throw model.lacks("latents of rows", "gen_model_reconstruct", "pca, autoencoder and vae")
      }
      let (n, width) = (try checkRowCount(n_rows), try reconstructing.rowSize())
      let given = try checkGiven(labels, n, model)
      try reconstructing.reconstruct(
        try checkModelInput("rows", rows, n, width, model.context), rows: n, given: given,
        into: try checkOutput("rows_out", rows_out, n, width))
    }
  }
}

@c @implementation public func gen_model_features(
  _ model: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?, _ n_rows: Int64,
  _ features_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.readingModel(model) { (model) throws(GenerativeError) in
      guard let describing = model.describing else {
        throw model.lacks("features", "gen_model_features", "gan and classifier")
      }
      let (n, count) = (try checkRowCount(n_rows), try describing.featureCount)
      let given = try checkGiven(labels, n, model)
      try describing.features(
        try checkModelInput("rows", rows, n, describing.rowShape.count, model.context), rows: n, given: given,
        into: try checkOutput("features_out", features_out, n, count))
    }
  }
}

@c @implementation public func gen_model_invert(
  _ model: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ n_rows: Int64,
  _ options: UnsafePointer<gen_invert_options>?, _ run: UnsafePointer<gen_run>?,
  _ latents_out: UnsafeMutablePointer<Float>?,
  _ error_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let o = try gen_invert_options(reading: options)
    var options = try Inversion.Options(o)
    options.observer = try Observer(run)
    try Handles.shared.readingModel(model) { (model) throws(GenerativeError) in
      guard let invertible = model.invertible else {
        throw model.lacks("search for latents", "gen_model_invert", "autoencoder, vae and gan")
      }
      let (n, latent, width) = (try checkRowCount(n_rows), invertible.latentSize, invertible.rowShape.count)
      let labels = try checkGiven(o.labels, n, model)
      options.mask = try checkMask(o, n, width)
      let given = try checkInput("rows", rows, n, width)
      let known = try options.mask.map { mask throws(GenerativeError) in
        try knownFloats(.floats(Matrix(reading: given, rows: n, columns: width)), width, mask, model.context)
      }
      if known == nil { try checkFinite("rows", given, n, width, model.context) }
      defer { withExtendedLifetime(known) {} }
      let rows = known.map { UnsafePointer($0.base) } ?? given
      let start = o.start == nil ? nil : try checkModelInput("start", o.start, n, latent, model.context)
      try checkOptionalOutput("latents_out", latents_out, n, latent)
      try checkOptionalOutput("error_out", error_out, n, 1)
      try invertible.invert(
        rows, rows: n, given: labels, by: o.generator, from: start, options, latents: latents_out,
        error: error_out)
    }
  }
}

// MARK: - Labels

/// The labels given for `count` rows, or NULL if the model uses none.
///
/// - Throws: `.state` if they are missing or not allowed; `.argument` for a label out of range.
func checkGiven(
  _ labels: UnsafePointer<Int32>?, _ count: Int, _ model: any ModelObject, canDraw: Bool = false
) throws(GenerativeError) -> UnsafePointer<Int32>? {
  let (noun, classCount) = (model.handleKind.noun, model.labelClassCount ?? 0)
  if labels == nil, classCount == 0 || canDraw { return nil }
  guard classCount > 0 else {
    let why = model.labelClassCount == nil ? "takes none" : "was made without n_classes"
    throw GenerativeError(.state, "labels must not be given: this \(noun) \(why)")
  }
  guard labels != nil || count == 0 else {
    throw GenerativeError(
      .state, "labels must be given: this \(noun) was made with n_classes \(classCount)")
  }
  return try checkLabels(labels, count, classCount: classCount)
}

/// Calls `body` with the model behind a handle, checked labels and the number of rows.
///
/// - Parameter canDraw: whether a model with classes draws labels if none are given.
func withRows<Model: ModelObject>(
  _ model: OpaquePointer?, _ n_rows: Int64, given labels: UnsafePointer<Int32>?, canDraw: Bool = false,
  _ body: (Model, Int, UnsafePointer<Int32>?) throws(GenerativeError) -> Void
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(model) { (model: Model) throws(GenerativeError) in
      let n = try checkRowCount(n_rows)
      try body(model, n, try checkGiven(labels, n, model, canDraw: canDraw))
    }
  }
}

// MARK: - Files

@c @implementation public func gen_model_save(
  _ model: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ content: Int32
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.readingModel(model) { (model) throws(GenerativeError) in
      try write(model, content, to: path)
    }
  }
}

@c @implementation public func gen_model_save_memory(
  _ model: OpaquePointer?, _ content: Int32, _ bytes_out: UnsafeMutableRawPointer?, _ capacity: Int64,
  _ byte_count_out: UnsafeMutablePointer<Int64>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.readingModel(model) { (model) throws(GenerativeError) in
      try write(model, content, to: bytes_out, capacity, byte_count_out)
    }
  }
}

@c @implementation public func gen_model_load(
  _ path: UnsafePointer<CChar>?, _ context: OpaquePointer?, _ model_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status { load(path, context, "model_out", model_out, makeModel) }

@c @implementation public func gen_model_load_memory(
  _ bytes: UnsafeRawPointer?, _ byte_count: Int64, _ context: OpaquePointer?,
  _ model_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status { load(bytes, byte_count, context, "model_out", model_out, makeModel) }

/// The model in a checkpoint, of the kind named in its metadata.
private func makeModel(
  _ checkpoint: Checkpoint, _ context: Context
) throws(GenerativeError) -> any HandleObject {
  let kind = try checkpoint.requiredKind()
  return switch HandleKind.allCases.first(where: { $0.noun == kind }) {
  case .pca: try PCA(checkpoint, context: context)
  case .autoencoder: try Autoencoder(checkpoint, context: context)
  case .vae: try VAE(checkpoint, context: context)
  case .gan: try GAN(checkpoint, context: context)
  case .classifier: try Classifier(checkpoint, context: context)
  default: throw checkpoint.holdsNoModel
  }
}
