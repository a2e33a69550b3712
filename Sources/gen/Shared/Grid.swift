import CGenerative

/// How a picture of many rows is laid out.
struct Grid {
  /// Cells of a line; nil: as square as can be.
  var columns: Int?
  /// Each cell from its least to its greatest value, for components.
  var stretch = false
  var height = side
  var width = side
  var channels = 1

  /// Writes rows as one picture.
  func save(_ rows: Rows, to path: String) throws {
    let image = try image(of: rows)
    try withExtendedLifetime(image) { try check(gen_image_save(image.handle, path, nil)) }
  }

  /// Rows as one picture, each pixel enlarged to 2 x 2 where that is small enough.
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
