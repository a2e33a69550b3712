import CGenerative

/// The side of the demo's pictures, in pixels.
let side = 28

/// What the demo learns from: 28 x 28 gray pictures, to train on and to test with.
struct Pictures {
  let name: String
  /// Whether these are the 60,000 and 10,000 pictures that the goals are stated for.
  let isFashion: Bool
  let training: Object
  let trainingCount: Int
  let test: Rows

  /// Fashion-MNIST in a folder; the library's faces where it is not.
  init(folder: String, quick: Bool) throws {
    let images = "\(folder)/train-images-idx3-ubyte.gz"
    let fashion = try? Object(gen_dataset_destroy) { gen_dataset_open_idx(images, nil, nil, $0) }
    if let fashion {
      let test = "\(folder)/t10k-images-idx3-ubyte.gz"
      try self.init(
        name: "Fashion-MNIST", isFashion: !quick, training: fashion,
        test: try Object(gen_dataset_destroy) { gen_dataset_open_idx(test, nil, nil, $0) }, quick: quick)
    } else {
      print("Fashion-MNIST is not in \(folder): the demo uses faces that the library draws.")
      try self.init(
        name: "faces", isFashion: false, training: Pictures.faces(quick ? 3000 : 60_000, seed: 1),
        test: Pictures.faces(quick ? 600 : 10_000, seed: 2), quick: quick)
    }
  }

  private init(name: String, isFashion: Bool, training: Object, test: Object, quick: Bool) throws {
    self.name = name
    self.isFashion = isFashion
    let trainingCount = try Pictures.count(training)
    self.trainingCount = quick ? min(trainingCount, 3000) : trainingCount
    let limit = Int64(self.trainingCount)
    self.training = try Object(gen_dataset_destroy) {
      gen_dataset_create_slice(training.handle, 0, limit, $0)
    }
    let testCount = quick ? min(600, try Pictures.count(test)) : try Pictures.count(test)
    self.test = try Rows(count: testCount, rowSize: side * side) {
      gen_dataset_read(test.handle, 0, Int64(testCount), $0)
    }
  }

  /// Rows of the training pictures.
  func trainingRows(_ range: Range<Int>) throws -> Rows {
    try Rows(count: range.count, rowSize: side * side) {
      gen_dataset_read(training.handle, Int64(range.lowerBound), Int64(range.count), $0)
    }
  }

  private static func faces(_ count: Int64, seed: UInt64) throws -> Object {
    var options: gen_faces_options = try defaults(gen_faces_options_init)
    options.n_rows = count
    options.height = Int64(side)
    options.width = Int64(side)
    options.channels = 1
    options.seed = seed
    return try Object(gen_dataset_destroy) { gen_dataset_create_faces(&options, $0) }
  }

  private static func count(_ dataset: Object) throws -> Int {
    var info = gen_dataset_info_t()
    info.struct_size = UInt32(MemoryLayout<gen_dataset_info_t>.stride)
    try check(gen_dataset_info(dataset.handle, &info))
    guard info.height == Int64(side), info.width == Int64(side), info.channels == 1 else {
      throw Failure(description: "the pictures must be \(side) x \(side) gray ones")
    }
    return Int(info.n_rows)
  }
}
