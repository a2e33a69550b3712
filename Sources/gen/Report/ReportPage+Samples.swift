import CGenerative

/// What the model generates, and whether it is new.
extension ReportPage {
  func samples(_ space: LatentSpace?) throws -> String? {
    if model.kind == .autoencoder { return try autoencoderSamples(space) }
    let rows = try model.sample(48, seed: seed)
    return section(
      "Samples", "New rows: latents drawn from the model's own distribution, decoded.",
      try numbered(rows, "sample"))
  }

  /// Why an autoencoder is no generative model, and what a mixture of its latents changes.
  private func autoencoderSamples(_ space: LatentSpace?) throws -> String? {
    // Without rows nothing is known of where latents lie.
    guard let space, dataset != nil || model.hasMixture else { return nil }
    let count = 24
    var parts: [String] = []
    func add(_ title: String, _ text: String, _ rows: Rows) throws {
      parts.append("<h3>\(title)</h3>" + (try numbered(rows, text)))
    }
    if dataset != nil {
      var latents = try Rows(count: count, rowSize: model.latentSize) {
        gen_latents_sample(Int64(count), Int64(model.latentSize), Double(GEN_AUTO), seed, $0)
      }
      for index in latents.values.indices {
        let latent = index % latents.rowSize
        latents.values[index] = space.mean[latent] + space.deviation[latent] * latents.values[index]
      }
      try add("Latents from one Gaussian", "decoded Gaussian latent", model.decode(latents))
    }
    if model.hasMixture {
      try add(
        "Latents from the model's mixture", "sample of the mixture",
        model.sample(count, seed: seed, fromMixture: true))
    }
    let gaussian =
      dataset == nil
      ? ""
      : " Latents drawn from a Gaussian with the mean and the standard deviation of each latent often fall where the "
        + "decoder has seen nothing, and decode to broken rows."
    let mixture =
      model.hasMixture
      ? " The mixture of Gaussians that gen mixture fitted to the latents of rows follows where they lie, "
        + "so its samples look more like rows."
      : " A mixture of Gaussians follows where latents lie: gen mixture adds one to the model, and this page then "
        + "shows its samples."
    return section(
      "Samples",
      "An autoencoder is trained to reconstruct. Nothing makes its latents follow a known distribution, so it has none "
        + "to sample from.\(gaussian)\(mixture) A VAE is trained so that its latents follow N(0, I).",
      parts.joined(separator: "\n"))
  }

  /// Samples beside the rows nearest to them: does the model copy its training rows?
  func neighbours() throws -> String? {
    guard let known = training ?? dataset, known.count >= 2, model.kind != .autoencoder || model.hasMixture
    else { return nil }
    let samples = try model.sample(200, seed: seed &+ 1, fromMixture: model.kind == .autoencoder)
    let nearest = try known.nearest(to: samples, 1)
    let figures = try (0..<min(18, samples.count)).map { index in
      let row = try known.rows(nearest.indices[index]..<nearest.indices[index] + 1)
      return
        "<figure><div class=\"pair\">\(try picture(samples[index..<index + 1], "sample \(index + 1)"))"
        + "\(try picture(row, "the row nearest to sample \(index + 1)"))</div>"
        + "<figcaption>\(fixed(Double(nearest.distances[index]), 2))</figcaption></figure>"
    }
    let name = escaped(known.shortName)
    let pairs = "<div class=\"cells pairs\">\(figures.joined())</div>"
    guard let training else {
      return section(
        "Nearest rows",
        "Samples, each left of the row of \(name) nearest to it, and their distance. This does not show whether the "
          + "model copies its training rows: for that, name them by --training.",
        pairs)
    }
    return section(
      "Nearest training rows",
      "Samples, each left of the training row nearest to it, and their distance. "
        + (try copyFigures(median(nearest.distances), training)),
      pairs)
  }

  /// The median distance of samples to the nearest training row beside that of real rows, in a sentence.
  private func copyFigures(_ distance: Double, _ training: Dataset) throws -> String {
    func told(_ whose: String, _ other: Double) -> String {
      "The median distance of 200 samples is \(fixed(distance, 2)), that of \(whose) \(fixed(other, 2)). "
        + (distance < 0.5 * other
          ? "<strong>Samples are much closer to training rows than other rows are: the model copies.</strong>"
          : "Copies of training rows would be far closer than that.")
    }
    if let dataset {
      let unseen = try dataset.random(200, seed: seed).rows()
      let distances = try training.nearest(to: unseen, 1).distances
      // Rows that the training rows contain say nothing of what is new.
      if median(distances) > 0 { return told("rows of \(escaped(dataset.shortName))", median(distances)) }
    }
    // The nearest to a row is itself.
    let own = try training.nearest(to: training.random(200, seed: seed).rows(), 2)
    let others = stride(from: 1, to: own.distances.count, by: 2).map { own.distances[$0] }
    return told("training rows to the next one", median(others))
  }
}
