import CGenerative
import Models
import Networks
import Options
import Tensors
import Training

@c @implementation public func gen_classifier_create(
  _ options: UnsafePointer<gen_classifier_options>?,
  _ classifier_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(classifier_out) { () throws(GenerativeError) in
    let (o, values) = try gen_classifier_options.read(options)
    return try Classifier(try Classifier.Options(values), context: try resolve(o.network.context))
  }
}

@c @implementation public func gen_classifier_predict(
  _ classifier: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ n_rows: Int64,
  _ labels_out: UnsafeMutablePointer<Int32>?, _ probabilities_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(classifier) { (model: Classifier) throws(GenerativeError) in
      let n = try checkRowCount(n_rows)
      try checkOptionalOutput("labels_out", labels_out, n, 1)
      try checkOptionalOutput("probabilities_out", probabilities_out, n, model.options.classCount)
      try model.predict(
        try checkModelInput("rows", rows, n, model.options.stack.shape.count, model.context), rows: n,
        labels: labels_out, probabilities: probabilities_out)
    }
  }
}
