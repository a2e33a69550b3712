/// A model's decoder as it runs in the page. Its layers are read from the model's file, with batch norm folded in.
struct PageDecoder {
  struct Layer {
    enum Kind: String { case dense, transposed, crop, bias }

    let kind: Kind
    /// The shape of the output. The features of a dense layer are the channels of one pixel.
    let output: Shape
    var weight: [Float]
    /// One number per feature or channel; for a bias layer, one per value of the row.
    var bias: [Float]
    /// An additional bias for each class, one class after another; empty if there are no classes.
    var classBias: [Float] = []
    var activation: String
  }

  var layers: [Layer] = []
  let latentSize: Int

  /// Maximum number of parameters of a decoder in a page.
  private static let limit = 4_500_000

  /// Returns nil if the decoder is too large for a page or has layers that the page does not support.
  init?(_ model: Model, _ checkpoint: Checkpoint) throws {
    // The page cannot undo the standardization of rows.
    guard !checkpoint.names.contains("preparation.mean") else { return nil }
    latentSize = model.latentSize
    if model.kind == .pca {
      guard let layer = try PageDecoder.components(of: model) else { return nil }
      layers = [layer]
    } else {
      let (network, hidden, output) = PageDecoder.names(model, checkpoint)
      let isTied = checkpoint.option("tied") == "true"
      let groups =
        try isTied ? PageDecoder.tiedGroups(checkpoint) : PageDecoder.groups(checkpoint, network)
      let upCount = groups.count { $0["weight"]?.shape.count == 4 }
      for group in groups {
        guard append(group, model.shape, upCount: upCount, activation: hidden) else { return nil }
      }
      crop(to: model.shape)
      guard let last = layers.indices.last else { return nil }
      layers[last].activation = output
      // The activation is applied after the pixel bias, not before it.
      if layers[last].kind == .bias, last > 0 { layers[last - 1].activation = "identity" }
    }
    guard layers.last?.output.count == model.shape.count, count <= PageDecoder.limit else {
      return nil
    }
  }

  private var count: Int {
    layers.reduce(0) { $0 + $1.weight.count + $1.bias.count + $1.classBias.count }
  }

  /// The layers for the page's script, without their parameters.
  var description: [(name: String, value: JSON)] {
    let described = layers.map { layer in
      JSON.object([
        ("kind", .string(layer.kind.rawValue)), ("height", .integer(layer.output.height)),
        ("width", .integer(layer.output.width)), ("channels", .integer(layer.output.channels)),
        ("activation", .string(layer.activation)), ("n_weights", .integer(layer.weight.count)),
        ("n_biases", .integer(layer.bias.count)),
        ("n_class_biases", .integer(layer.classBias.count)),
      ])
    }
    return [("layers", .array(described))]
  }

  /// The parameters of all layers, little-endian: float16 or, if its rounding would be visible, float32. Returns nil
  /// if even float32 does not decode as the library does.
  func packed(for space: LatentSpace) throws -> (isHalf: Bool, bytes: [UInt8])? {
    // Half of the smallest visible difference.
    if try deviation(of: rounded, from: space) <= 0.5 / 255 {
      return (true, numbers.flatMap { littleEndian(Float16($0).bitPattern) })
    }
    guard try deviation(of: self, from: space) <= 0.5 / 255 else { return nil }
    return (false, numbers.flatMap { littleEndian($0.bitPattern) })
  }

  private var numbers: [Float] { layers.flatMap { $0.weight + $0.bias + $0.classBias } }

  /// The same decoder with its parameters rounded to float16.
  private var rounded: PageDecoder {
    var copy = self
    for index in layers.indices {
      copy.layers[index].weight = layers[index].weight.map { Float(Float16($0)) }
      copy.layers[index].bias = layers[index].bias.map { Float(Float16($0)) }
      copy.layers[index].classBias = layers[index].classBias.map { Float(Float16($0)) }
    }
    return copy
  }

  /// The largest difference between a pixel and the library's, over a few latents.
  private func deviation(of decoder: PageDecoder, from space: LatentSpace) throws -> Float {
    let count = min(6, space.latents.count)
    var latents = space.latents.first(count)
    let labels = space.labels.map { Array($0.prefix(count)) }
    // Include latents far from the mean.
    for index in 0..<latents.rowSize {
      latents.values[index] = space.mean[index] + (index % 2 == 0 ? 3 : -3) * space.deviation[index]
    }
    let expected = try space.model.decode(latents, given: labels)
    var largest: Float = 0
    for (row, latent) in latents.split().enumerated() {
      let pixels = decoder.decode(latent.values, label: Int(labels?[row] ?? 0))
      for (index, pixel) in pixels.enumerated() {
        let difference = abs(shown(pixel) - shown(expected.values[row * expected.rowSize + index]))
        guard difference.isFinite else { return .infinity }
        largest = max(largest, difference)
      }
    }
    return largest
  }

  /// A pixel clamped to the range of a screen.
  private func shown(_ pixel: Float) -> Float { min(max(pixel, 0), 1) }
}

private func littleEndian<Bits: FixedWidthInteger>(_ bits: Bits) -> [UInt8] {
  (0..<Bits.bitWidth / 8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
}
