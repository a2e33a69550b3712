import CGenerative

/// The faces that the library draws, in color, with their true factors.
struct Faces {
  let side: Int
  let dataset: Object
  let count: Int
  /// Their factors, `factorCount` each.
  let factors: Rows

  var rowSize: Int { side * side * 3 }

  init(_ count: Int, side: Int, seed: UInt64) throws {
    self.side = side
    self.count = count
    var options: gen_faces_options = try defaults(gen_faces_options_init)
    options.n_rows = Int64(count)
    options.height = Int64(side)
    options.width = Int64(side)
    options.seed = seed
    let dataset = try Object(gen_dataset_destroy) { gen_dataset_create_faces(&options, $0) }
    var info = gen_dataset_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_dataset_info_t>.stride)
    try check(gen_dataset_info(dataset.handle, &info))
    factors = try Rows(count: count, rowSize: Int(info.n_factors)) {
      gen_dataset_factors(dataset.handle, 0, Int64(count), $0)
    }
    self.dataset = dataset
  }

  func rows(_ range: Range<Int>) throws -> Rows {
    try Rows(count: range.count, rowSize: rowSize) {
      gen_dataset_read(dataset.handle, Int64(range.lowerBound), Int64(range.count), $0)
    }
  }

  /// A factor of all faces, by its name.
  func factor(_ name: String) throws -> [Float] {
    let names = (0..<factors.rowSize).map { text(gen_dataset_factor_name(dataset.handle, Int32($0))) }
    guard let index = names.firstIndex(of: name) else {
      throw Failure(description: "faces have no factor \(name)")
    }
    return (0..<count).map { factors.values[$0 * factors.rowSize + index] }
  }

  /// Writes faces of this size as one picture.
  func save(_ rows: Rows, columns: Int, to path: String) throws {
    try Grid(columns: columns, height: side, width: side, channels: 3).save(rows, to: path)
  }
}
