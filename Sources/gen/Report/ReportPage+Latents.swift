import CGenerative

/// The interactive parts of the page: the sliders and the latent map.
extension ReportPage {
  /// Maximum numbers of directions and of latents that have sliders.
  private static let directionLimit = 10
  private static let sliderLimit = 16

  mutating func sliders(_ space: LatentSpace) throws -> String? {
    // Standardized rows are tables, whose values are no pixels.
    guard !checkpoint.names.contains("preparation.mean"), let programs = try PageModel(space) else {
      return nil
    }
    let axes = space.axes.prefix(ReportPage.sliderLimit)
    let directions = try directions(in: space)
    let starts = try starts(in: space)
    add(
      "decoder",
      .object([
        ("program", programs.decoder.json), ("encoder", programs.encoder?.json ?? .null),
        ("classes", .integer(model.classCount)), ("mean", .numbers(space.mean)),
        // A GAN is trained on latents near a sphere, not at the mean.
        ("initial", .numbers(model.kind == .gan ? space.latents[0..<1].values : space.mean)),
        ("deviation", .numbers(space.deviation)), ("sliders", .array(axes.map { .integer($0) })),
        ("directions", .array(directions)), ("starts", .array(starts)),
        // As gen interpolate walks.
        ("spherical", .bool(model.kind == .vae || model.kind == .gan)),
      ]))
    hasSliders = true
    let shown = model.latentSize > axes.count ? " (\(axes.count) of \(model.latentSize))" : ""
    let named =
      directions.isEmpty
      ? "" : " A direction is a line in latent space along which a known property of the rows increases."
    let classes = (0..<model.classCount).map {
      "<option value=\"\($0)\">\(escaped(model.className(Int32($0))))</option>"
    }
    let choice =
      classes.isEmpty
      ? "" : "<select id=\"class\" aria-label=\"Class\">\(classes.joined())</select>"
    return section(
      "Move the latents",
      "The \(programs.encoder == nil ? "decoder runs" : "decoder and the encoder run") in this page. Each slider moves a "
        + "latent by up to three standard deviations from its mean; the latents that change the image most come "
        + "first\(shown).\(named)",
      """
      <div class="bench" style="--side:\(side)px">
      <div class="stage">\(liveCanvas)
      <div><div class="buttons"><button id="random">Random</button><button id="mean">Mean</button>\
      <button id="save">Save image</button><button id="link">Copy link</button>\(choice)</div>
      <p class="visually-hidden" id="said" role="status"></p>
      <div class="starts" id="starts"></div></div></div>
      <div>\(programs.encoder == nil ? "" : ownImage)
      \(walk)
      <div class="sliders" id="sliders"></div></div>
      </div>
      """)
  }

  /// A place for an image of the reader's, which the page encodes.
  private var ownImage: String {
    """
    <h3 id="own-title">Your own image</h3>
    <div class="own"><canvas id="own-image" role="img" aria-label="Your image, as the model sees it" hidden></canvas>
    <div><input type="file" id="own" accept="image/*" aria-labelledby="own-title">
    <p class="note" id="own-said" role="status">Choose an image, drop it here or paste it. It is cropped to its center, \
    scaled to \(model.shape.picture.height) × \(model.shape.picture.width) pixels and encoded. It stays on your \
    computer.</p></div></div>
    """
  }

  /// A walk between two latents.
  private var walk: String {
    func end(_ name: String) -> String {
      let small = name.lowercased()
      return "<div><canvas id=\"end-\(small)\" role=\"img\" aria-label=\"End \(name) of the walk\"></canvas>"
        + "<button id=\"set-\(small)\">Set \(name)</button></div>"
    }
    return """
      <h3>Walk between two images</h3>
      <div class="walk">\(end("A"))
      <div><input type="range" id="walk" min="0" max="1" step="any" value="0" aria-label="Position between A and B">
      <p class="note">Set A and Set B take the image that is shown.</p></div>
      \(end("B"))</div>
      """
  }

  mutating func latentMap(_ space: LatentSpace) throws -> String? {
    // The latents of a GAN are random, so a map would show nothing.
    guard model.kind != .gan, space.latents.count >= 3 else { return nil }
    let part = try space.some(1200)
    let latents = part.latents
    let plane = try LatentPlane(latents)
    let attributes = try attributes(plane, of: part.dataset)
    add(
      "map",
      .object([
        ("origin", .numbers(plane.origin)), ("axes", .array(plane.axes.map { .numbers($0) })),
        (
          "points",
          .array(
            plane.points.map { .array([.number(rounded($0.x, 4)), .number(rounded($0.y, 4))]) })
        ), ("attributes", .array(attributes)),
        ("names", .array(try rowNames(of: part.dataset, latents.count).map { .string($0) })),
        ("thumbnails", try thumbnails(of: part)),
      ]))
    let whose = dataset.map { "rows of \(escaped($0.shortName))" } ?? "samples"
    let place =
      model.latentSize == 2
      ? ""
      : ", projected on the plane in which they vary most (\(fixed(100 * plane.share, 0))% of their variance)"
    let hint =
      " Point at a dot to see its row"
      + (hasSliders ? ", or anywhere else to decode the latent at that position" : "")
      + ". On the keyboard, the arrow keys move the marker; with Shift they move it in larger steps."
    let choice =
      attributes.count > 1 ? "<select id=\"attribute\" aria-label=\"Color by\"></select>" : ""
    return section(
      "Latent map", "The latents of \(grouped(latents.count)) \(whose)\(place).\(hint)",
      """
      <div class="map"><div class="place"><canvas class="plane" id="map" tabindex="0" role="application" \
      aria-label="Latent map: arrow keys move the marker"></canvas>
      <div class="tip" id="tip" hidden><canvas role="img" aria-label="The row under the marker"></canvas>\
      <span></span></div>
      <p class="visually-hidden" id="near" role="status"></p></div>
      <div class="tools">\(hasSliders ? liveCanvas : "")\(choice)<div id="key"></div></div></div>
      """)
  }

  private var liveCanvas: String {
    let picture = model.shape.picture
    return
      "<canvas class=\"live\" role=\"img\" aria-label=\"The decoded latent\" width=\"\(picture.width)\" "
      + "height=\"\(picture.height)\"></canvas>"
  }

  /// The width of the large image, with a whole number of screen pixels per image pixel.
  private var side: Int {
    let width = model.shape.picture.width
    return width * max(1, 336 / width)
  }

  private func directions(in space: LatentSpace) throws -> [JSON] {
    guard let dataset else { return [] }
    let names =
      dataset.factorNames.isEmpty
      ? (0..<(model.classCount > 0 ? 0 : min(dataset.classCount, ReportPage.directionLimit))).map {
        "\($0)"
      }
      : Array(dataset.factorNames.prefix(ReportPage.directionLimit))
    return names.compactMap { name in
      guard let direction = try? space.direction(name) else { return nil }
      let spread = 0.5 * (direction.range.high - direction.range.low)
      return .object([
        (
          "name",
          .string(dataset.factorNames.isEmpty ? className(Int(name) ?? 0, of: dataset) : spaced(name))
        ),
        ("vector", .numbers(direction.vector)), ("low", .number(direction.range.low - spread)),
        ("high", .number(direction.range.high + spread)),
      ])
    }
  }

  /// Rows from which the sliders can start or, if none are encoded, decoded latents.
  private func starts(in space: LatentSpace) throws -> [JSON] {
    let part = try space.some(12)
    let rows = try part.dataset?.rows() ?? model.decode(part.latents, given: part.labels)
    let names = try rowNames(of: part.dataset, rows.count)
    return try rows.split().enumerated().map { index, row in
      .object([
        ("picture", .string(try pictureAddress(row))), ("name", .string(names[index])),
        ("values", .numbers(part.latents[index..<index + 1].values)),
        ("label", .integer(Int(part.labels?[index] ?? 0))),
      ])
    }
  }

  /// Thumbnails of the rows on the map, in one image; null if rows are not images.
  private func thumbnails(of part: LatentSpace.Part) throws -> JSON {
    guard let dataset = part.dataset, model.makesImages, model.shape.height > 1 else { return .null }
    let shape = model.shape.picture
    // A thousand thumbnails are then a few hundred kilobytes.
    let factor = max(1, (max(shape.height, shape.width) + 31) / 32)
    let small = Shape(
      height: max(1, shape.height / factor), width: max(1, shape.width / factor), channels: shape.channels)
    var cells = Rows(rowSize: small.count)
    for row in 0..<dataset.count {
      let picture = Picture(shape: shape, pixels: try dataset.rows(row..<row + 1))
      cells.append(factor == 1 ? picture.pixels : try picture.resized(to: small).pixels)
    }
    var options: gen_grid_options = try defaults(gen_grid_options_init)
    let columns = Int(Double(cells.count).squareRoot().rounded(.up))
    (options.padding, options.n_columns) = (0, Int64(columns))
    let image = try Object(gen_image_destroy) {
      gen_image_create_grid(
        cells.values, Int64(cells.count), Int64(small.height), Int64(small.width), Int64(small.channels),
        &options,
        $0)
    }
    return .object([
      ("picture", .string("data:image/jpeg;base64," + base64(try encoded(image, ".jpg")))),
      ("columns", .integer(columns)), ("height", .integer(small.height)), ("width", .integer(small.width)),
    ])
  }

  /// Factors or classes by which the map is colored. Those that correlate best with the plane come first.
  private func attributes(_ plane: LatentPlane, of dataset: Dataset?) throws -> [JSON] {
    guard let dataset else { return [] }
    let factors = try dataset.factorNames.indices.map { (index: $0, values: try dataset.factor($0)) }
      .sorted { plane.correlation(with: $0.values) > plane.correlation(with: $1.values) }
    let described: [JSON] = factors.map { index, values in
      .object([
        ("name", .string(spaced(dataset.factorNames[index]))),
        ("values", .array(values.map { .number(rounded(Double($0), 3)) })),
        ("low", .number(rounded(Double(values.min() ?? 0), 3))),
        ("high", .number(rounded(Double(values.max() ?? 1), 3))),
      ])
    }
    guard described.isEmpty, dataset.classCount > 0 else { return described }
    return [
      .object([
        ("name", .string("class")),
        ("classes", .array((0..<dataset.classCount).map { .string(className($0, of: dataset)) })),
        ("values", .array(try dataset.labels().map { .integer(Int($0)) })),
      ])
    ]
  }

  /// The name of a class of a dataset.
  private func className(_ number: Int, of dataset: Dataset) -> String {
    dataset.classNames.indices.contains(number) ? dataset.classNames[number] : "class \(number)"
  }

  /// The names of rows, from their files and classes.
  func rowNames(of dataset: Dataset?, _ count: Int) throws -> [String] {
    guard let dataset else { return (0..<count).map { "sample \($0 + 1)" } }
    let files = dataset.paths
    let labels = dataset.classCount > 0 ? try dataset.labels() : []
    return (0..<count).map { row in
      let file = files.isEmpty ? "row \(row + 1)" : Dataset.lastPart(of: files[row])
      return labels.isEmpty ? file : "\(file), \(className(Int(labels[row]), of: dataset))"
    }
  }

  private func spaced(_ name: String) -> String { String(name.map { $0 == "_" ? " " : $0 }) }
}

/// The plane in which latents vary most, spanned by their first two principal components.
struct LatentPlane {
  let origin: [Float]
  /// Two orthonormal directions; the second is zero if there is only one latent.
  let axes: [[Float]]
  let points: [(x: Double, y: Double)]
  /// Fraction of the latents' variance in the plane.
  let share: Double

  init(_ latents: Rows) throws {
    var memory: gen_memory_options = try defaults(gen_memory_options_init)
    memory.dtype = Int32(GEN_F32)
    memory.n_rows = Int64(latents.count)
    memory.channels = Int64(latents.rowSize)
    let dataset = try Object(gen_dataset_destroy) {
      gen_dataset_create(latents.values, &memory, $0)
    }
    let count = min(2, latents.rowSize)
    let pca = try newModel(.pca, "n_components=\(count)")
    try Stage.following("drawing the map") { try check(gen_pca_fit(pca.handle, dataset.handle, $0)) }
    let found = try PrincipalAxes(of: pca.handle)
    origin = found.mean
    axes =
      found.components.split().map(\.values)
      + (count < 2 ? [[Float](repeating: 0, count: latents.rowSize)] : [])
    let places = try Rows(count: latents.count, rowSize: count) {
      gen_pca_transform(pca.handle, latents.values, Int32(GEN_F32), Int64(latents.count), $0)
    }
    points = places.split().map { (Double($0.values[0]), count < 2 ? 0 : Double($0.values[1])) }
    share = found.shares.reduce(0, +)
  }

  /// The larger absolute correlation between a value per point and the points' two coordinates.
  func correlation(with values: [Float]) -> Double {
    let coordinates = [points.map { Float($0.x) }, points.map { Float($0.y) }]
    return coordinates.map { abs(gen.correlation($0, values)) }.filter(\.isFinite).max() ?? 0
  }
}
