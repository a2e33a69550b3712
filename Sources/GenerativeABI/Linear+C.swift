import CGenerative
import Datasets
import Evaluation
import Models
import Tensors

extension LinearClassifier.Options {
  init(_ o: gen_linear_options) throws(GenerativeError) {
    self.init()
    loss = [.logistic, .squaredHinge][Int(o.loss)]
    lossWeight = o.c
    tolerance = o.tolerance
    iterationLimit = Int(o.max_iterations)
  }
}

@c @implementation public func gen_evaluate_linear(
  _ training: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ n_rows: Int64,
  _ options: UnsafePointer<gen_linear_options>?, _ run: UnsafePointer<gen_run>?,
  _ labels_out: UnsafeMutablePointer<Int32>?,
  _ weights_out: UnsafeMutablePointer<Float>?, _ biases_out: UnsafeMutablePointer<Float>?,
  _ info_out: UnsafeMutablePointer<gen_linear_info_t>?
) -> gen_status {
  boundary(run) { () throws(GenerativeError) in
    let options = try LinearClassifier.Options(try gen_linear_options(reading: options))
    try withDataset(training, "training") { (training) throws(GenerativeError) in
      let (n, width) = (try checkRowCount(n_rows), training.shape.count)
      let x = try checkModelInput("rows", rows, n, width, training.context)
      let labels = try checkOutput("labels_out", labels_out, n, 1)
      let classCount = try checkClassCount(of: training, "training")
      try checkOptionalOutput("weights_out", weights_out, classCount, width)
      try checkOptionalOutput("biases_out", biases_out, classCount, 1)
      let classifier = try LinearClassifier(training, options)
      try classifier.predict(x, rows: n, labels: labels)
      weights_out?.update(from: classifier.weights.base, count: classifier.weights.count)
      biases_out?.update(from: classifier.biases.base, count: classifier.biases.count)
      guard info_out != nil else { return }
      var c = gen_linear_info_t()
      c.converged = classifier.gradientShare <= options.tolerance ? 1 : 0
      c.n_rows = Int64(training.rowCount ?? 0)
      c.n_classes = Int64(classCount)
      c.n_iterations = Int64(classifier.iterationCount)
      c.objective = classifier.objective
      c.gradient = classifier.gradientShare
      try c.write(to: info_out, "info_out")
    }
  }
}

/// The class count of a labeled dataset, limited so that tables of classes stay small.
private func checkClassCount(of dataset: Dataset, _ name: String) throws(GenerativeError) -> Int {
  guard dataset.labels != nil else { throw GenerativeError(.state, "\(name) has no labels") }
  return try checkRange("the number of \(name)'s classes", dataset.classCount, 1...StackLimit.classes)
}

@c @implementation public func gen_dataset_classify(
  _ dataset: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ n_rows: Int64, _ n_neighbours: Int64,
  _ run: UnsafePointer<gen_run>?,
  _ labels_out: UnsafeMutablePointer<Int32>?
) -> gen_status {
  boundary(run) { () throws(GenerativeError) in
    try withDataset(dataset) { (dataset) throws(GenerativeError) in
      let (n, width) = (try checkRowCount(n_rows), dataset.shape.count)
      let x = try checkModelInput("rows", rows, n, width, dataset.context)
      let neighbours = try checkRange("n_neighbours", n_neighbours, 1...(dataset.rowCount ?? .max))
      _ = try checkClassCount(of: dataset, "dataset")
      try NearestRows.classify(
        x, count: n, neighbours: neighbours, in: dataset,
        labels: try checkOutput("labels_out", labels_out, n, 1))
    }
  }
}
