import CGenerative

/// The sections of the page; nil where the model or the data have nothing to show.
extension ReportPage {
  /// What the model is, in a sentence.
  func lede() throws -> String {
    let facts = Dictionary(try model.facts().map { ($0.name, $0.value) }) { first, _ in first }
    func fact(_ name: String) -> Int {
      if case .integer(let value)? = facts[name] { value } else { 0 }
    }
    let shape = model.shape
    let sides =
      shape.height == 1
      ? "\(shape.width * shape.channels) numbers" : "\(shape.height) × \(shape.width)"
    let colours =
      shape.height == 1 ? "" : shape.channels == 1 ? " gray pixels" : " × \(shape.channels) pixels"
    if model.kind == .pca {
      return
        "Principal components of \(grouped(fact("rows_seen"))) rows of \(sides)\(colours): the "
        + "\(model.latentSize) directions of most variance."
    }
    var kind = model.kind == .autoencoder ? "autoencoder" : model.kind.name
    if case .string("convolutional")? = facts["architecture"] { kind = "convolutional \(kind)" }
    if model.classCount > 0 { kind = "conditional \(kind)" }
    let article = "aeiou".contains(kind.first ?? " ") ? "An" : "A"
    let latents = model.hasLatents ? "\(model.latentSize) latents and " : ""
    return
      "\(article) \(kind) of \(sides)\(colours), with \(latents)\(grouped(fact("parameters"))) parameters, "
      + "fitted for \(fact("epochs")) epochs."
  }

  func samples() throws -> String? {
    guard model.kind != .autoencoder else { return nil }
    let rows = try model.sample(48, seed: seed)
    return section(
      "Samples", "New pictures: latents drawn from the model's own distribution, decoded.",
      cells(try rows.split().map { [try picture($0)] }))
  }

  func reconstructions() throws -> String? {
    guard let dataset, model.encodes else { return nil }
    func reconstructed(_ chosen: Dataset) throws -> (rows: Rows, back: Rows) {
      let rows = try chosen.rows()
      return (rows, try model.reconstruct(rows, given: model.labels(of: chosen)))
    }
    let chosen = try dataset.random(1000, seed: seed)
    let (measured, back) = try reconstructed(chosen)
    let shown = try reconstructed(chosen.random(24, seed: seed))
    let pairs = try zip(shown.rows.split(), shown.back.split()).map { [try picture($0), try picture($1)] }
    return section(
      "Reconstructions",
      "Rows of \(escaped(dataset.shortName)), each above what comes back through the latents. Over "
        + "\(grouped(measured.count)) rows the squared error is \(fixed(try back.squaredError(to: measured), 2)), "
        + "the peak signal-to-noise ratio \(fixed(try back.psnr(to: measured), 2)) dB.",
      cells(pairs))
  }

  /// Samples beside the rows nearest to them: does the model copy?
  func neighbours() throws -> String? {
    guard let dataset, dataset.count >= 2, model.kind != .autoencoder else { return nil }
    let samples = try model.sample(200, seed: seed &+ 1)
    let nearest = try dataset.nearest(to: samples, 1)
    let own = try dataset.nearest(to: dataset.random(200, seed: seed).rows(), 2)
    let pairs = try (0..<min(18, samples.count)).map { index in
      let row = try dataset.rows(nearest.indices[index]..<nearest.indices[index] + 1)
      return (try picture(samples[index..<index + 1]), try picture(row), nearest.distances[index])
    }
    let figures = pairs.map { sample, row, distance in
      "<figure><div class=\"pair\">\(sample)\(row)</div><figcaption>\(fixed(Double(distance), 2))</figcaption></figure>"
    }
    // The nearest to a row is itself.
    let others = stride(from: 1, to: own.distances.count, by: 2)
      .map { own.distances[$0] }
    return section(
      "Nearest neighbours",
      "Samples, each left of the row of \(escaped(dataset.shortName)) nearest to it, and their distance. The median "
        + "distance of 200 samples is \(fixed(median(nearest.distances), 2)); of rows to the next row, "
        + "\(fixed(median(others), 2)): a model that copied would come out far below.",
      "<div class=\"cells pairs\">\(figures.joined())</div>")
  }

  mutating func components() throws -> String? {
    let pca: Object
    let note: String
    if model.kind == .pca {
      pca = model.object
      note =
        "The model's components, most variance first, each from its least to its greatest value."
    } else if let dataset, dataset.count >= 2 {
      let known = try dataset.random(2000, seed: seed)
      pca = try newModel(.pca, "n_components=\(min(64, known.count - 1, known.shape.count))")
      try check(gen_pca_fit(pca.handle, known.handle, nil))
      note =
        "The directions in which \(grouped(known.count)) rows of \(escaped(known.shortName)) vary most, for "
        + "comparison: what a linear model sees."
    } else {
      return nil
    }
    let axes = try PrincipalAxes(of: pca.handle)
    add("variance", .array(axes.shares.prefix(100).map { .number($0) }))
    return section(
      "Principal components", note,
      cells(try axes.components.first(24).split().map { [try picture($0, stretch: true)] })
        + "<div class=\"charts\" id=\"variance\"></div>")
  }

  mutating func history() -> String? {
    let lines = History.lines(beside: path)
    guard lines.contains(where: { $0.contains("\"event\":\"epoch\"") }) else { return nil }
    add("history", .array(lines.map { .string($0) }))
    let warnings = lines.compactMap(History.warning(in:)).map {
      "<p><strong>Warning:</strong> \(escaped($0))</p>"
    }
    return section(
      "Learning", "Means over each epoch, per row\(model.kind == .autoencoder ? "" : ", in nats").",
      warnings.joined() + "<div class=\"charts\" id=\"history\"></div>")
  }

  /// The options in the file.
  func details() -> String {
    let options = checkpoint.metadata.filter { $0.key.hasPrefix("option.") }.map {
      "<tr><td>\(escaped(String($0.key.dropFirst(7))))</td><td>\(escaped($0.value))</td></tr>"
    }
    return
      "<details><summary>All options of the model</summary><table>\(options.joined())</table></details>"
  }
}
