import CGenerative

/// The side of the demo's images, in pixels.
let side = 28

/// The training and test images of the demo: 28 x 28 pixels, gray.
struct Pictures {
  /// Whether these are the 60,000 and 10,000 images that the goals are stated for.
  let isFashion: Bool
  let training: Dataset
  let test: Rows
  /// A few test images for the grids.
  let shown: Rows
  /// The dataset of `test`, with its classes.
  let testSet: Dataset

  var name: String { training.name }
  var trainingCount: Int { training.count }

  /// Opens Fashion-MNIST in a folder or, if it is not there, uses the library's faces.
  init(folder: String, quick: Bool) throws {
    let images = "\(folder)/train-images-idx3-ubyte.gz"
    let fashion = try? Object(gen_dataset_destroy) { gen_dataset_open(images, nil, nil, $0) }
    if let fashion {
      let test = "\(folder)/t10k-images-idx3-ubyte.gz"
      try self.init(
        isFashion: !quick, training: Dataset("Fashion-MNIST", fashion),
        test: Dataset(
          "Fashion-MNIST", Object(gen_dataset_destroy) { gen_dataset_open(test, nil, nil, $0) }),
        quick: quick)
    } else {
      tell("Fashion-MNIST is not in \(folder): the demo uses faces that the library draws.")
      let shape = Shape(height: side, width: side, channels: 1)
      try self.init(
        isFashion: false, training: .faces(quick ? 3000 : 60_000, shape, seed: 1),
        test: .faces(quick ? 600 : 10_000, shape, seed: 2), quick: quick)
    }
  }

  private init(isFashion: Bool, training: Dataset, test: Dataset, quick: Bool) throws {
    for dataset in [training, test]
    where dataset.shape != Shape(height: side, width: side, channels: 1) {
      throw Failure(description: "the images must be gray and \(side) x \(side) pixels")
    }
    self.isFashion = isFashion
    self.training = try quick ? training.random(3000) : training
    testSet = try quick ? test.random(600) : test
    self.test = try testSet.rows()
    shown = try testSet.random(12).rows()
  }
}
