import CGenerative
import Datasets
import Models
import Statistics
import Tensors

extension Reservoir: HandleObject {
  static var kind: HandleKind { .reservoir }
}

@c @implementation public func gen_reservoir_create(
  _ options: UnsafePointer<gen_reservoir_options>?,
  _ reservoir_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  create(reservoir_out) { () throws(GenerativeError) in
    let o = try gen_reservoir_options(reading: options)
    return try Reservoir(
      columns: Int(o.n_features), capacity: Int(o.capacity), seed: o.seed, in: try resolve(o.context))
  }
}

@c @implementation public func gen_reservoir_destroy(_ reservoir: OpaquePointer?) {
  destroy(reservoir, Reservoir.self)
}

@c @implementation public func gen_reservoir_update(
  _ reservoir: OpaquePointer?, _ dataset: OpaquePointer?, _ first_row: Int64, _ run: UnsafePointer<gen_run>?
) -> gen_status {
  boundary(run) { () throws(GenerativeError) in
    try Handles.shared.changing(reservoir) { (reservoir: Reservoir) throws(GenerativeError) in
      var first = try checkRange("first_row", first_row, 0...Int.max)
      try withDataset(dataset) { (dataset) throws(GenerativeError) in
        guard dataset.columnCount == reservoir.columnCount else {
          throw GenerativeError(
            .mismatch,
            "dataset has \(dataset.columnCount) numbers per row, reservoir has \(reservoir.columnCount)")
        }
        try dataset.forEachBatch { batch throws(GenerativeError) in
          try reservoir.add(batch, first: first)
          // Cannot overflow, because the reservoir has checked it.
          first += batch.rowCount
        }
      }
    }
  }
}

@c @implementation public func gen_reservoir_update_rows(
  _ reservoir: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ n_rows: Int64, _ first_row: Int64
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.changing(reservoir) { (reservoir: Reservoir) throws(GenerativeError) in
      let (n, d) = (try checkRowCount(n_rows), reservoir.columnCount)
      let first = try checkRange("first_row", first_row, 0...Int.max)
      let rows = try checkInput("rows", rows, n, d)
      try reservoir.add(.floats(Matrix(reading: rows, rows: n, columns: d)), first: first)
    }
  }
}

@c @implementation public func gen_reservoir_merge(
  _ reservoir: OpaquePointer?, _ other: OpaquePointer?
) -> gen_status {
  merge(reservoir, other) { (reservoir: Reservoir, other) throws(GenerativeError) in
    try reservoir.merge(other)
  }
}

@c @implementation public func gen_reservoir_info(
  _ reservoir: OpaquePointer?, _ info_out: UnsafeMutablePointer<gen_reservoir_info_t>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(reservoir) { (reservoir: Reservoir) throws(GenerativeError) in
      var c = gen_reservoir_info_t()
      c.n_rows = Int64(reservoir.rowCount)
      c.n_kept = Int64(reservoir.keptCount)
      c.n_features = Int64(reservoir.columnCount)
      c.capacity = Int64(reservoir.capacity)
      try c.write(to: info_out, "info_out")
    }
  }
}

@c @implementation public func gen_reservoir_rows(
  _ reservoir: OpaquePointer?, _ rows_out: UnsafeMutablePointer<Float>?,
  _ numbers_out: UnsafeMutablePointer<Int64>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(reservoir) { (reservoir: Reservoir) throws(GenerativeError) in
      let (n, d) = (reservoir.keptCount, reservoir.columnCount)
      let rows = rows_out == nil ? nil : try checkOutput("rows_out", rows_out, n, d)
      let numbers = numbers_out == nil ? nil : try checkOutput("numbers_out", numbers_out, n, 1)
      try reservoir.fill(rows: rows, numbers: numbers)
    }
  }
}

@c @implementation public func gen_reservoir_save(
  _ reservoir: OpaquePointer?, _ path: UnsafePointer<CChar>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(reservoir) { (reservoir: Reservoir) throws(GenerativeError) in
      try write(reservoir, Int32(GEN_SAVE_ALL), to: path)
    }
  }
}

@c @implementation public func gen_reservoir_save_memory(
  _ reservoir: OpaquePointer?, _ bytes_out: UnsafeMutableRawPointer?, _ capacity: Int64,
  _ byte_count_out: UnsafeMutablePointer<Int64>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(reservoir) { (reservoir: Reservoir) throws(GenerativeError) in
      try write(reservoir, Int32(GEN_SAVE_ALL), to: bytes_out, capacity, byte_count_out)
    }
  }
}

@c @implementation public func gen_reservoir_load(
  _ path: UnsafePointer<CChar>?, _ context: OpaquePointer?,
  _ reservoir_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status { load(path, context, "reservoir_out", reservoir_out, Reservoir.init) }

@c @implementation public func gen_reservoir_load_memory(
  _ bytes: UnsafeRawPointer?, _ byte_count: Int64, _ context: OpaquePointer?,
  _ reservoir_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status { load(bytes, byte_count, context, "reservoir_out", reservoir_out, Reservoir.init) }
