import CGenerative

/// The sections of the page; nil if the model or the data have nothing to show.
extension ReportPage {
  /// A description of the model in one sentence.
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
        "A PCA of \(grouped(fact("rows_seen"))) rows of \(sides)\(colours), with the "
        + "\(model.latentSize) directions of largest variance."
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

  func reconstructions() throws -> String? {
    guard let dataset, model.encodes else { return nil }
    let chosen = try dataset.random(1000, seed: seed)
    if let noise = Noise(of: checkpoint) { return try denoising(chosen, noise) }
    if checkpoint.option("paired") == "true" { return try cleaning(chosen) }
    func reconstructed(_ chosen: Dataset) throws -> (rows: Rows, back: Rows) {
      let rows = try chosen.rows()
      return (rows, try model.reconstruct(rows, given: model.labels(of: chosen)))
    }
    let (measured, back) = try reconstructed(chosen)
    let few = try chosen.random(24, seed: seed)
    let shown = try reconstructed(few)
    let names = try rowNames(of: few, few.count)
    let pairs = try names.enumerated().map { index, name in
      [
        try picture(shown.rows[index..<index + 1], name),
        try picture(shown.back[index..<index + 1], "reconstruction of \(name)"),
      ]
    }
    return section(
      "Reconstructions",
      "Each row of \(escaped(dataset.shortName)) is shown above its reconstruction from the latents. Over "
        + "\(grouped(measured.count)) rows the squared error of a row is \(fixed(try back.squaredError(to: measured), 2)), "
        + "and the peak signal-to-noise ratio is \(fixed(try back.psnr(to: measured), 2)) dB.",
      cells(pairs))
  }

  /// Rows with the corruption that a denoiser was trained with, the cleaned rows and the originals.
  private func denoising(_ chosen: Dataset, _ noise: Noise) throws -> String {
    func cleaned(_ chosen: Dataset) throws -> (noisy: Rows, cleaned: Rows, rows: Rows) {
      let rows = try chosen.rows()
      let noisy = try noise.corrupted(rows, seed: seed)
      return (noisy, try model.reconstruct(noisy), rows)
    }
    let all = try cleaned(chosen)
    let few = try chosen.random(24, seed: seed)
    let shown = try cleaned(few)
    let names = try rowNames(of: few, few.count)
    let triples = try names.enumerated().map { index, name in
      let one = index..<index + 1
      return [
        try picture(shown.noisy[one], "\(name) with noise"),
        try picture(shown.cleaned[one], "\(name) cleaned"),
        try picture(shown.rows[one], name),
      ]
    }
    return section(
      "Denoising",
      "Each column shows a row of \(escaped(chosen.shortName)) with the noise that the model was trained to remove "
        + "(\(noise.kind.rawValue)), the cleaned row, and the original. Over \(grouped(all.rows.count)) rows "
        + "the peak signal-to-noise ratio rises from \(fixed(try all.noisy.psnr(to: all.rows), 2)) to "
        + "\(fixed(try all.cleaned.psnr(to: all.rows), 2)) dB.",
      cells(triples))
  }

  /// Noisy rows and their cleaned versions, for a model that was fitted to pairs.
  private func cleaning(_ chosen: Dataset) throws -> String {
    let few = try chosen.random(24, seed: seed)
    let (rows, names) = (try few.rows(), try rowNames(of: few, few.count))
    let back = try model.reconstruct(rows)
    let pairs = try names.enumerated().map { index, name in
      [
        try picture(rows[index..<index + 1], name),
        try picture(back[index..<index + 1], "\(name) cleaned"),
      ]
    }
    return section(
      "Cleaning",
      "The model was trained on pairs of rows. Each row of \(escaped(chosen.shortName)) is treated as noisy and shown "
        + "above the model's output.",
      cells(pairs))
  }

  mutating func components() throws -> String? {
    let pca: Object
    let note: String
    if model.kind == .pca {
      pca = model.object
      note =
        "The model's components in order of decreasing variance, each scaled from its smallest to its largest value."
    } else if let dataset, dataset.count >= 2 {
      let known = try dataset.random(2000, seed: seed)
      pca = try newModel(.pca, "n_components=\(min(64, known.count - 1, known.shape.count))")
      let handle = pca.handle
      try Stage.following("fitting a PCA") { try check(gen_pca_fit(handle, known.handle, $0)) }
      note =
        "For comparison with a linear model, these are the directions in which \(grouped(known.count)) rows of "
        + "\(escaped(known.shortName)) vary most."
    } else {
      return nil
    }
    let axes = try PrincipalAxes(of: pca.handle)
    add("variance", .array(axes.shares.prefix(100).map { .number($0) }))
    return section(
      "Principal components", note,
      (try numbered(axes.components.first(24), "component", stretch: true))
        + "<div class=\"charts\" id=\"variance\"></div>")
  }

  mutating func history() -> String? {
    let lines = History.lines(beside: path)
    guard lines.contains(where: { $0.contains("\"event\":\"epoch\"") }) else { return nil }
    add("history", .array(lines.map { .string($0) }))
    let warnings = lines.compactMap(History.warning(in:)).map {
      "<p><strong>Warning:</strong> \(escaped($0))</p>"
    }
    let unit = model.kind == .autoencoder || model.kind == .classifier ? "" : ", in nats"
    return section(
      "Learning",
      "Mean over each epoch, per row\(unit).\(model.kind == .gan ? gameNote(checkpoint.option("objective")) : "")",
      warnings.joined() + "<div class=\"charts\" id=\"history\"></div>")
  }

  /// A table of the model's options.
  func details() -> String {
    let options = checkpoint.metadata.filter { $0.key.hasPrefix("option.") }.map {
      "<tr><td>\(escaped(String($0.key.dropFirst(7))))</td><td>\(escaped($0.value))</td></tr>"
    }
    return
      "<details><summary>All options of the model</summary><table>\(options.joined())</table></details>"
  }
}

/// An explanation of D(x) and D(G(z)) in good training.
func gameNote(_ objective: String?) -> String {
  let scores =
    " D(x) is the discriminator's mean output on training rows, D(G(z)) on samples. Good training keeps both "
  switch objective ?? "non_saturating" {
  case "non_saturating", "minimax":
    return scores
      + "away from 0 and 1. If D(x) stays near 1 and D(G(z)) near 0, the discriminator tells them apart easily, "
      + "and the generator learns little. If both are 0.5, it cannot tell them apart: the loss of D is "
      + "then 2 log 2 = 1.386. A low loss does not imply good samples: look at them."
  case "least_squares":
    return scores
      + "near 0.5. If D(x) stays near 1 and D(G(z)) near 0, the discriminator tells them apart easily. A low loss "
      + "does not imply good samples: look at them."
  default:
    return
      " D(x) is the discriminator's mean output on training rows, D(G(z)) on samples. With this objective they "
      + "are not probabilities. Only their difference matters, and it should decrease."
  }
}
