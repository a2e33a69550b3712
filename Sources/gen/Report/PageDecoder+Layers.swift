import CGenerative

/// Reads layers from the names and shapes of a file's tensors.
extension PageDecoder {
  /// The parameters of one layer, by name.
  typealias Group = [String: (shape: [Int], values: [Float])]

  /// The name of the decoding network, and the activations of its hidden layers and its output.
  static func names(_ model: Model, _ checkpoint: Checkpoint) -> (
    String, hidden: String, output: String
  ) {
    let output = checkpoint.option("output_activation") ?? "identity"
    guard model.kind == .gan else {
      let hidden = checkpoint.option("activation") ?? "identity"
      // The network of a Bernoulli decoder computes logits.
      let isBernoulli = model.kind == .vae && checkpoint.option("likelihood") == "bernoulli"
      return ("decoder", hidden, isBernoulli ? "sigmoid" : output)
    }
    let hidden = checkpoint.option("generator_activation") ?? "identity"
    let network = checkpoint.names.contains { $0.hasPrefix("average.") } ? "average" : "generator"
    return (network, hidden, output == "tanh" ? "unit_tanh" : output)
  }

  /// Parameters by layer, in order.
  static func groups(_ checkpoint: Checkpoint, _ network: String) throws -> [Group] {
    var groups: [Int: Group] = [:]
    for name in checkpoint.names {
      let parts = name.split(separator: ".")
      guard parts.count == 3, parts[0] == network, let index = Int(parts[1]) else { continue }
      groups[index, default: [:]][String(parts[2])] = try checkpoint.floats(name)
    }
    return groups.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The layers of a decoder with tied weights: the encoder's weights, transposed.
  static func tiedGroups(_ checkpoint: Checkpoint) throws -> [Group] {
    var own = try groups(checkpoint, "decoder")
    let hasBias = checkpoint.option("bias") == "true"
    let shared = try groups(checkpoint, "encoder").reversed().map { layer in
      var group = hasBias && !own.isEmpty ? own.removeFirst() : [:]
      if let (shape, weight) = layer["weight"], shape.count == 2 {
        let (outputs, inputs) = (shape[0], shape[1])
        let transposed = (0..<weight.count).map { weight[$0 % outputs * inputs + $0 / outputs] }
        group["weight"] = ([inputs, outputs], transposed)
      }
      return group
    }
    return shared + own
  }

  /// The inverse transform of a PCA as a layer: the mean as bias, and the components as weights.
  static func components(of model: Model) throws -> Layer? {
    let (features, count) = (model.shape.count, model.latentSize)
    // The contribution of one latent is its component, scaled if latents are whitened.
    var unit = Rows(rowSize: count, values: [Float](repeating: 0, count: (count + 1) * count))
    for latent in 0..<count { unit.values[(latent + 1) * count + latent] = 1 }
    let rows = try model.decode(unit)
    let mean = rows[0..<1].values
    var weight = [Float](repeating: 0, count: features * count)
    for latent in 0..<count {
      for feature in 0..<features {
        weight[feature * count + latent] =
          rows.values[(latent + 1) * features + feature] - mean[feature]
      }
    }
    return Layer(
      kind: .dense, output: Shape(height: 1, width: 1, channels: features), weight: weight,
      bias: mean, activation: "identity")
  }

  /// Appends the next layer. Returns false if the page does not support it.
  mutating func append(_ group: Group, _ row: Shape, upCount: Int, activation: String) -> Bool {
    if let (shape, weight) = group["weight"] {
      let channels = shape.count == 2 ? shape[0] : shape.last ?? 0
      let bias = group["bias"]?.values ?? [Float](repeating: 0, count: channels)
      switch shape.count {
      case 2:
        layers.append(
          Layer(
            kind: .dense, output: Shape(height: 1, width: 1, channels: channels), weight: weight,
            bias: bias, activation: activation))
      case 4 where shape[1] == 4 && shape[2] == 4:
        let level = upCount - 1 - layers.count { $0.kind == .transposed }
        let padded = PageDecoder.padded(row, depth: upCount)
        layers.append(
          Layer(
            kind: .transposed,
            output: Shape(
              height: padded.height >> level, width: padded.width >> level, channels: channels),
            weight: weight, bias: bias, activation: activation))
      default: return false
      }
      return true
    }
    // The standard deviations of pixels do not matter: the page shows the means.
    if group["log_variance"] != nil { return true }
    guard let last = layers.indices.last else { return false }
    if let (shape, values) = group["class_bias"] {
      // Each of the four taps that contribute to a pixel adds the bias once.
      let scale: Float = layers[last].kind == .transposed ? 4 : 1
      guard shape.last == layers[last].bias.count else { return false }
      layers[last].classBias = values.map { scale * $0 }
      return true
    }
    if let mean = group["running_mean"]?.values, let variance = group["running_var"]?.values {
      fold(mean, variance, group["scale"]?.values, group["shift"]?.values, into: last)
      return true
    }
    if let (_, values) = group["bias"], values.count == row.count {
      crop(to: row)
      layers.append(
        Layer(kind: .bias, output: row, weight: [], bias: values, activation: activation))
      return true
    }
    return false
  }

  /// Adds a layer that crops the output of the last convolution to the row, if the output is larger.
  mutating func crop(to row: Shape) {
    guard let last = layers.last, last.kind == .transposed, last.output.count > row.count else { return }
    layers[layers.count - 1].activation = "identity"
    layers.append(Layer(kind: .crop, output: row, weight: [], bias: [], activation: "identity"))
  }

  /// The shape to which rows are padded so that their sides can be halved `depth` times.
  private static func padded(_ row: Shape, depth: Int) -> Shape {
    let unit = 1 << depth
    func side(_ side: Int) -> Int { (side + unit - 1) / unit * unit }
    return Shape(height: side(row.height), width: side(row.width), channels: row.channels)
  }

  /// gain·(sum + b) + offset = (gain·sum) + (gain·b + offset), gain = γ / √(variance + ε).
  private mutating func fold(
    _ mean: [Float], _ variance: [Float], _ scale: [Float]?, _ shift: [Float]?, into index: Int
  ) {
    let channels = mean.count
    let epsilon: Float = 1e-5
    let gain = (0..<channels).map { (scale?[$0] ?? 1) / (variance[$0] + epsilon).squareRoot() }
    let offset = (0..<channels).map { (shift?[$0] ?? 0) - gain[$0] * mean[$0] }
    // A dense layer's weights are outputs x inputs, a transposed convolution's end in the filters.
    let run =
      layers[index].kind == .dense ? layers[index].weight.count / layers[index].bias.count : 1
    for i in layers[index].weight.indices { layers[index].weight[i] *= gain[i / run % channels] }
    for i in layers[index].bias.indices {
      layers[index].bias[i] = gain[i % channels] * layers[index].bias[i] + offset[i % channels]
    }
    for i in layers[index].classBias.indices { layers[index].classBias[i] *= gain[i % channels] }
  }
}
