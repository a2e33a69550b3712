import CGenerative
import Checkpoints
import Datasets
import Exports
import Models
import Networks
import Options
import Statistics
import Tensors
import Training

/// A model behind a `gen_model`: the functions that all kinds have, and those that only some kinds have,
/// which are nil for the others.
protocol ModelObject: HandleObject, Checkpointable, Exportable {
  var context: Context { get }
  /// The number of classes if each row that the model reads or creates needs a label. 0: the model needs no
  /// labels. nil: models of this kind never do.
  var labelClassCount: Int? { get }
  /// The options that the model was created with.
  var optionValues: OptionValues { get }
  /// The names of classes and columns in its data.
  var names: ModelNames { get }

  /// - Throws: `.state` for a PCA that is not fitted.
  func info() throws(GenerativeError) -> gen_model_info_t
  func fit(_ dataset: Dataset, _ call: inout FitCall) throws(GenerativeError)

  var network: (any NetworkModel)? { get }
  var calibratable: (any Calibratable)? { get }
  var reconstructing: (any Reconstructing)? { get }
  var describing: (any Describing)? { get }
  var invertible: (any Invertible)? { get }
  var imputing: (any Imputing)? { get }
  /// The distribution of a sample's latents, if this part turns latents into rows.
  func drawnLatents(for part: ModelPart) -> CFile.Latents?
  /// The members that `gen_model_describe` adds to the options in its JSON object, each preceded by a comma.
  var description: String { get }
}

/// A model that is trained by gradient steps.
protocol NetworkModel: ModelObject, Trainable {
  var architecture: Architecture { get }
  var latentSize: Int { get }
  var parameterCount: Int { get }
  /// The defaults of the model's fits.
  var fitDefaults: FitDefaults { get }
  /// The memory and work of fits with this batch size.
  func plan(rows: Int) throws(GenerativeError) -> Plan
}

/// A model that reconstructs rows from their latents.
protocol Reconstructing: AnyObject {
  func rowSize() throws(GenerativeError) -> Int
  /// y ← x, through its latents and back.
  func reconstruct(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>?,
    into y: UnsafeMutablePointer<Float>
  ) throws(GenerativeError)
}

/// A model with latents to which a mixture can be fitted, and scores to detect anomalies: a type-erased
/// `Calibrated`.
protocol Calibratable: AnyObject {
  func sizes() throws(GenerativeError) -> (row: Int, latent: Int)
  func fitMixture(_ dataset: Dataset, _ options: GaussianMixture.Options) throws(GenerativeError)
  func sampleMixture(
    rows count: Int, seed: UInt64, given labels: UnsafePointer<Int32>?, into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError)
  func mixture() throws(GenerativeError) -> GaussianMixture
  func fitThreshold(_ dataset: Dataset, quantile: Double) throws(GenerativeError) -> Double
  func threshold() throws(GenerativeError) -> Double
  func detect(
    _ rows: RowBatch, given labels: UnsafePointer<Int32>?, scores: UnsafeMutablePointer<Double>?,
    anomalies: UnsafeMutablePointer<Int32>?
  ) throws(GenerativeError)
}

/// A model that computes features of rows.
protocol Describing: AnyObject {
  var rowShape: Shape { get }
  /// - Throws: `.state` for a dense GAN, which has no features.
  var featureCount: Int { get throws(GenerativeError) }
  func features(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>?,
    into features: UnsafeMutablePointer<Float>
  ) throws(GenerativeError)
}

/// A model that can be inverted: it finds the latents nearest to given rows.
protocol Invertible: AnyObject {
  var rowShape: Shape { get }
  var latentSize: Int { get }
  /// - Parameter generator: one of the header's two enumerators; checked here.
  func invert(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>?, by generator: Int32,
    from start: UnsafePointer<Float>?, _ options: Inversion.Options, latents: UnsafeMutablePointer<Float>?,
    error: UnsafeMutablePointer<Float>?
  ) throws(GenerativeError)
  /// x ← the decoded rows of latents.
  func rows(
    of z: UnsafePointer<Float>, count: Int, given labels: UnsafePointer<Int32>?, by generator: Int32,
    into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError)
}

/// A model that imputes unknown values of rows from the known ones.
protocol Imputing: AnyObject {
  func columns() throws(GenerativeError) -> Int
  /// completed ← rows in which the values that the call's mask marks as unknown are filled in.
  func impute(_ rows: RowBatch, _ call: Imputation, into completed: RowBatch) throws(GenerativeError)
}

// MARK: - The kinds

extension PCA: ModelObject, Reconstructing, Calibratable, Imputing {
  static var kind: HandleKind { .pca }

  var optionValues: OptionValues { options.values }

  func rowSize() throws(GenerativeError) -> Int { try solution().columnCount }

  func reconstruct(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>?,
    into y: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let solution = try solution()
    let width = solution.columnCount
    try solution.reconstruct(
      .floats(Matrix(reading: x, rows: rows, columns: width)),
      into: .floats(Matrix(y, rows: rows, columns: width)), in: context)
  }

  func info() throws(GenerativeError) -> gen_model_info_t {
    let solution = try solution()
    var c = gen_model_info_t()
    (c.height, c.width, c.channels) = (1, 1, Int64(solution.columnCount))
    c.latent_size = Int64(solution.componentCount)
    return c
  }

  func columns() throws(GenerativeError) -> Int { try solution().columnCount }

  func impute(_ rows: RowBatch, _ call: Imputation, into completed: RowBatch) throws(GenerativeError) {
    try call.requireDefaults()
    try following(call.run) { () throws(GenerativeError) in
      try solution().impute(rows, call.mask, into: completed, in: context)
    }
  }

  func fit(_ dataset: Dataset, _ call: inout FitCall) throws(GenerativeError) {
    guard !call.hasOptions else {
      throw GenerativeError(.argument, "options must be NULL for a pca, whose fit has none")
    }
    // Once the fit begins, it coordinates with the other ranks itself.
    call.hasBegun = true
    try following(call.run) { () throws(GenerativeError) in try fit(dataset) }
    names = ModelNames(dataset) ?? ModelNames()
  }
}

extension Autoencoder: NetworkModel, Reconstructing, Calibratable, Invertible, Imputing {
  static var kind: HandleKind { .autoencoder }
  var fitDefaults: FitDefaults { .mirrored(options.architecture, options.shape) }
  var architecture: Architecture { options.architecture }
  var latentSize: Int { options.latentSize }

  func plan(rows: Int) throws(GenerativeError) -> Plan {
    try Self.plan(options, rows: rows, context: context)
  }

  func reconstruct(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>?,
    into y: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) { try reconstruct(x, rows: rows, into: y) }

  func invert(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>?, by generator: Int32,
    from start: UnsafePointer<Float>?, _ options: Inversion.Options, latents: UnsafeMutablePointer<Float>?,
    error: UnsafeMutablePointer<Float>?
  ) throws(GenerativeError) {
    try requireOneGenerator(generator, "an autoencoder")
    try invert(x, rows: rows, from: start, options, latents: latents, error: error)
  }

  func rows(
    of z: UnsafePointer<Float>, count: Int, given labels: UnsafePointer<Int32>?, by generator: Int32,
    into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) { try decode(z, rows: count, into: x) }

  var description: String { ",\"paired\":\(isPaired)" }
}

private func requireOneGenerator(_ generator: Int32, _ noun: String) throws(GenerativeError) {
  guard generator == 0 else {
    throw GenerativeError(.argument, "generator must be 0 for \(noun), not \(generator)")
  }
}

extension VAE: NetworkModel, Reconstructing, Calibratable, Invertible, Imputing {
  static var kind: HandleKind { .vae }
  var fitDefaults: FitDefaults { .mirrored(options.architecture, options.shape) }
  var labelClassCount: Int? { options.classCount }
  var architecture: Architecture { options.architecture }
  var latentSize: Int { options.latentSize }

  func plan(rows: Int) throws(GenerativeError) -> Plan {
    try Self.plan(options, rows: rows, context: context)
  }

  func invert(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>?, by generator: Int32,
    from start: UnsafePointer<Float>?, _ options: Inversion.Options, latents: UnsafeMutablePointer<Float>?,
    error: UnsafeMutablePointer<Float>?
  ) throws(GenerativeError) {
    try requireOneGenerator(generator, "a vae")
    try invert(x, rows: rows, given: labels, from: start, options, latents: latents, error: error)
  }

  func rows(
    of z: UnsafePointer<Float>, count: Int, given labels: UnsafePointer<Int32>?, by generator: Int32,
    into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) { try decode(z, rows: count, given: labels, into: x) }

  func drawnLatents(for part: ModelPart) -> CFile.Latents? { part == .decoder ? .normal : nil }

  var description: String {
    guard options.likelihood != .bernoulli else { return "" }
    let count = hasOneNoiseVariance ? 1 : options.shape.count
    let numbers = (0..<count).map { "\(noiseVariance($0))" }.joined(separator: ",")
    return ",\"noise_variance\":[\(numbers)]"
  }
}

extension GAN: NetworkModel, Describing, Invertible, Imputing {
  static var kind: HandleKind { .gan }
  var labelClassCount: Int? { options.classCount }
  var architecture: Architecture { options.architecture }
  var latentSize: Int { options.latentSize }
  func drawnLatents(for part: ModelPart) -> CFile.Latents? {
    part != .generator ? nil : options.latent == .normal ? .normal : .uniform
  }

  var fitDefaults: FitDefaults {
    if options.architecture == .convolutional {
      return .convolutionalGAN(baseChannels: options.convolution.baseChannels)
    }
    return options.isNarrowTable ? .narrowGAN : options.isDenseOfImages ? .denseImageGAN : .gan
  }

  func plan(rows: Int) throws(GenerativeError) -> Plan {
    try Self.plan(options, rows: rows, context: context)
  }

  func invert(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>?, by generator: Int32,
    from start: UnsafePointer<Float>?, _ options: Inversion.Options, latents: UnsafeMutablePointer<Float>?,
    error: UnsafeMutablePointer<Float>?
  ) throws(GenerativeError) {
    let which: Generator = try checkChoice("generator", generator, [.average, .last])
    try invert(
      x, rows: rows, given: labels, by: which, from: start, options, latents: latents, error: error)
  }

  func rows(
    of z: UnsafePointer<Float>, count: Int, given labels: UnsafePointer<Int32>?, by generator: Int32,
    into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try generate(
      z, rows: count, given: labels, by: try checkChoice("generator", generator, [.average, .last]), into: x)
  }
}

extension Classifier: NetworkModel, Describing {
  static var kind: HandleKind { .classifier }
  var architecture: Architecture { options.stack.architecture }
  var latentSize: Int { featureCount }
  var parameterCount: Int { learner.network.parameterCount }

  func plan(rows: Int) throws(GenerativeError) -> Plan {
    try Self.plan(options, rows: rows, context: context)
  }

  func features(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>?,
    into features: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) { try self.features(x, rows: rows, into: features) }
}

// MARK: - Optional features

extension ModelObject {
  var model: (any ModelObject)? { self }
  var labelClassCount: Int? { nil }
  var network: (any NetworkModel)? { nil }
  var calibratable: (any Calibratable)? { nil }
  var reconstructing: (any Reconstructing)? { nil }
  var describing: (any Describing)? { nil }
  var invertible: (any Invertible)? { nil }
  var imputing: (any Imputing)? { nil }
  var description: String { "" }
  func drawnLatents(for part: ModelPart) -> CFile.Latents? { nil }

  /// Returns the model itself, for a function that needs a model with latents or scores of rows.
  ///
  /// - Parameter what: the feature that the function needs, for the error of other kinds.
  /// - Throws: `.unsupported`.
  func calibratable(
    lacking what: String, _ function: String
  ) throws(GenerativeError) -> any Calibratable {
    guard let calibratable else { throw lacks(what, function, "pca, autoencoder and vae") }
    return calibratable
  }

  /// The error for a function that this kind does not support.
  func lacks(_ what: String, _ function: String, _ others: String) -> GenerativeError {
    let noun = handleKind.noun
    return GenerativeError(
      .unsupported, "\(function): \(noun.first == "a" ? "an" : "a") \(noun) has no \(what); \(others) have")
  }
}

extension ModelObject where Self: TabledModel { var optionValues: OptionValues { options.values } }
extension ModelObject where Self: NetworkModel { var network: (any NetworkModel)? { self } }
extension ModelObject where Self: Calibratable { var calibratable: (any Calibratable)? { self } }
extension ModelObject where Self: Reconstructing { var reconstructing: (any Reconstructing)? { self } }
extension ModelObject where Self: Describing { var describing: (any Describing)? { self } }
extension ModelObject where Self: Invertible { var invertible: (any Invertible)? { self } }
extension ModelObject where Self: Imputing { var imputing: (any Imputing)? { self } }

extension Reconstructing where Self: Trainable {
  func rowSize() -> Int { rowShape.count }
}

extension NetworkModel {
  var fitDefaults: FitDefaults { FitDefaults() }

  func info() -> gen_model_info_t {
    var c = gen_model_info_t()
    c.height = Int64(rowShape.height)
    c.width = Int64(rowShape.width)
    c.channels = Int64(rowShape.channels)
    c.latent_size = Int64(latentSize)
    c.n_parameters = Int64(parameterCount)
    c.n_epochs = Int64(progress.epochCount)
    c.n_steps = Int64(progress.stepCount)
    c.n_classes = Int64(classCount)
    c.architecture = Int32(architecture.rawValue)
    c.n_epochs_left = Int64(record?.epochsLeft(progress) ?? 0)
    // A dense GAN has no features.
    c.n_features = Int64((try? describing?.featureCount) ?? 0)
    return c
  }
}
