import CGenerative

/// The layout of an image of many rows.
struct Grid {
  /// The number of cells per line; nil: as square as possible.
  var columns: Int?
  /// Whether each cell is scaled from its smallest to its largest value, for components.
  var stretch = false
  var height = side
  var width = side
  var channels = 1

  /// Writes rows as a single image.
  func save(_ rows: Rows, to path: String) throws {
    let image = try image(of: rows)
    try withExtendedLifetime(image) { try check(gen_image_save(image.handle, path, nil)) }
  }

  /// Rows as a single image. If it is small enough, each pixel is enlarged to 2 x 2.
  func image(of rows: Rows) throws -> Object {
    var options: gen_grid_options = try defaults(gen_grid_options_init)
    if let columns { options.n_columns = Int64(columns) }
    options.stretch = stretch ? 1 : 0
    options.enlarge = height <= 64 ? 2 : 1
    return try Object(gen_image_destroy) {
      gen_image_create_grid(
        rows.values, Int64(rows.count), Int64(height), Int64(width), Int64(channels), &options, $0)
    }
  }
}
