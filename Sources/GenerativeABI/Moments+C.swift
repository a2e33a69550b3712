import CGenerative
import Datasets
import Evaluation
import Models
import Statistics
import Options
import Tensors

extension Moments: HandleObject {
  static var kind: HandleKind { .moments }
}

@c @implementation public func gen_moments_create(
  _ options: UnsafePointer<gen_moments_options>?, _ moments_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(moments_out) { () throws(GenerativeError) in
    let (o, values) = try gen_moments_options.read(options)
    let context = try resolve(o.context)
    let columns = Int(o.n_features)
    let directions = try values.whole("n_directions").map { count throws(GenerativeError) in
      try Directions(
        random: try checkRange("n_directions", count, 1...columns), columns: columns, seed: o.seed,
        in: context)
    }
    return try Moments(columns: columns, .double, directions: directions, in: context)
  }
}

@c @implementation public func gen_moments_create_refined(
  _ first: OpaquePointer?, _ moments_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(moments_out) { () throws(GenerativeError) -> Moments in
    try Handles.shared.reading(first, "first") { (first: Moments) throws(GenerativeError) in
      try Moments(refining: first, in: first.context)
    }
  }
}

@c @implementation public func gen_moments_destroy(_ moments: OpaquePointer?) {
  destroy(moments, Moments.self)
}

@c @implementation public func gen_moments_update(
  _ moments: OpaquePointer?, _ dataset: OpaquePointer?, _ run: UnsafePointer<gen_run>?
) -> gen_status {
  boundary(run) { () throws(GenerativeError) in
    try Handles.shared.changing(moments) { (moments: Moments) throws(GenerativeError) in
      try withDataset(dataset) { (dataset) throws(GenerativeError) in
        guard dataset.columnCount == moments.columnCount else {
          throw GenerativeError(
            .mismatch,
            "dataset has \(dataset.columnCount) numbers per row, moments has \(moments.columnCount)")
        }
        try dataset.forEachBatch { batch throws(GenerativeError) in
          try moments.add(batch, isChecked: batch.isSummable && dataset.isChecked)
        }
      }
    }
  }
}

@c @implementation public func gen_moments_update_rows(
  _ moments: OpaquePointer?, _ rows: UnsafeRawPointer?, _ dtype: Int32, _ n_rows: Int64
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.changing(moments) { (moments: Moments) throws(GenerativeError) in
      let (n, d) = (try checkRowCount(n_rows), moments.columnCount)
      try moments.add(try checkRows("rows", rows, dtype, n, d, moments.context))
    }
  }
}

@c @implementation public func gen_moments_merge(
  _ moments: OpaquePointer?, _ other: OpaquePointer?
) -> gen_status {
  merge(moments, other) { (moments: Moments, other) throws(GenerativeError) in try moments.merge(other) }
}

@c @implementation public func gen_moments_info(
  _ moments: OpaquePointer?, _ info_out: UnsafeMutablePointer<gen_moments_info_t>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(moments) { (moments: Moments) throws(GenerativeError) in
      var c = gen_moments_info_t()
      c.n_rows = Int64(moments.rowCount)
      c.n_features = Int64(moments.columnCount)
      c.is_exact = moments.isExact ? 1 : 0
      c.n_directions = Int64(moments.directions?.count ?? 0)
      c.pass = Int64(moments.directions?.pass ?? 0)
      try c.write(to: info_out, "info_out")
    }
  }
}

@c @implementation public func gen_moments_mean(
  _ moments: OpaquePointer?, _ mean_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try seen(moments, least: 1) { (moments) throws(GenerativeError) in
      moments.mean(into: try checkOutput("mean_out", mean_out, moments.columnCount, 1))
    }
  }
}

@c @implementation public func gen_moments_covariance(
  _ moments: OpaquePointer?, _ covariance_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try seen(moments, least: 2) { (moments) throws(GenerativeError) in
      guard moments.directions == nil else {
        throw GenerativeError(.state, "a sketch holds no covariance of all columns")
      }
      let d = moments.columnCount
      let covariance = try checkOutput("covariance_out", covariance_out, d, d)
      try moments.covariance(into: covariance)
      moments.context.mirrorUpperTriangle(covariance, columns: d)
    }
  }
}

@c @implementation public func gen_moments_frechet(
  _ moments: OpaquePointer?, _ other: OpaquePointer?, _ distance_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    guard let distance_out else { throw .null("distance_out") }
    try seen(moments, least: 2) { (moments) throws(GenerativeError) in
      try seen(other, "other", least: 2) { (other) throws(GenerativeError) in
        distance_out.pointee = try FrechetDistance.between(moments, other, context: moments.context)
      }
    }
  }
}

/// Calls `body` with statistics that have seen at least the given number of rows.
private func seen(
  _ handle: OpaquePointer?, _ name: String = Moments.noun, least: Int,
  _ body: (Moments) throws(GenerativeError) -> Void
) throws(GenerativeError) {
  try Handles.shared.reading(handle, name) { (moments: Moments) throws(GenerativeError) in
    guard moments.rowCount >= least else {
      throw GenerativeError(.state, "\(name) must have at least \(least) rows, not \(moments.rowCount)")
    }
    try body(moments)
  }
}

@c @implementation public func gen_moments_save(
  _ moments: OpaquePointer?, _ path: UnsafePointer<CChar>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(moments) { (moments: Moments) throws(GenerativeError) in
      try write(moments, Int32(GEN_SAVE_ALL), to: path)
    }
  }
}

@c @implementation public func gen_moments_save_memory(
  _ moments: OpaquePointer?, _ bytes_out: UnsafeMutableRawPointer?, _ capacity: Int64,
  _ byte_count_out: UnsafeMutablePointer<Int64>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(moments) { (moments: Moments) throws(GenerativeError) in
      try write(moments, Int32(GEN_SAVE_ALL), to: bytes_out, capacity, byte_count_out)
    }
  }
}

@c @implementation public func gen_moments_load(
  _ path: UnsafePointer<CChar>?, _ context: OpaquePointer?,
  _ moments_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status { load(path, context, "moments_out", moments_out, Moments.init) }

@c @implementation public func gen_moments_load_memory(
  _ bytes: UnsafeRawPointer?, _ byte_count: Int64, _ context: OpaquePointer?,
  _ moments_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status { load(bytes, byte_count, context, "moments_out", moments_out, Moments.init) }
