import CGenerative

/// Samples of the model, and whether they are copies.
extension ReportPage {
  func samples(_ space: LatentSpace?) throws -> String? {
    if model.kind == .autoencoder { return try autoencoderSamples(space) }
    let rows = try model.sample(48, seed: seed)
    return section(
      "Samples", "Each sample is decoded from a latent that is drawn from the model's own distribution.",
      try numbered(rows, "sample"))
  }

  /// Shows why an autoencoder is not a generative model, and how a mixture of its latents helps.
  private func autoencoderSamples(_ space: LatentSpace?) throws -> String? {
    // Without rows the distribution of the latents is unknown.
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
        + "decoder was not trained, and decode to broken rows."
    let mixture =
      model.hasMixture
      ? " The mixture of Gaussians that gen mixture fitted to the latents of rows approximates their distribution, "
        + "so its samples look more like rows."
      : " A mixture of Gaussians approximates the distribution of the latents. gen mixture adds a mixture to the model, "
        + "and this page then shows its samples."
    return section(
      "Samples",
      "An autoencoder is trained to reconstruct. Its latents do not follow a known distribution, so there is none "
        + "to sample from.\(gaussian)\(mixture) A VAE is trained so that its latents follow N(0, I).",
      parts.joined(separator: "\n"))
  }

  /// Samples next to the nearest rows, which show whether the model copies its training rows.
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
        "Each sample is shown to the left of the nearest row of \(name), with their distance. This does not show whether "
          + "the model copies its training rows. To check that, give them with --training.",
        pairs)
    }
    return section(
      "Nearest training rows",
      "Each sample is shown to the left of the nearest training row, with their distance. "
        + (try copyFigures(median(nearest.distances), training)),
      pairs)
  }

  /// A comparison of the median distances of samples and of real rows to the nearest training row, in sentences.
  private func copyFigures(_ distance: Double, _ training: Dataset) throws -> String {
    func comparison(_ whose: String, _ other: Double) -> String {
      "The median distance is \(fixed(distance, 2)) for 200 samples and \(fixed(other, 2)) for \(whose). "
        + (distance < 0.5 * other
          ? "<strong>Samples are much closer to training rows than other rows are: the model copies.</strong>"
          : "Copies of training rows would be much closer.")
    }
    if let dataset {
      let unseen = try dataset.random(200, seed: seed).rows()
      let distances = try training.nearest(to: unseen, 1).distances
      // A distance of 0 means that these are training rows, which are no reference.
      if median(distances) > 0 {
        return comparison("rows of \(escaped(dataset.shortName))", median(distances))
      }
    }
    // The nearest training row to a training row is itself, so take the second nearest.
    let own = try training.nearest(to: training.random(200, seed: seed).rows(), 2)
    let others = stride(from: 1, to: own.distances.count, by: 2).map { own.distances[$0] }
    return comparison("training rows (to their nearest neighbor)", median(others))
  }
}
