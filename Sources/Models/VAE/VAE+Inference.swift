import Datasets
import Networks
import Tensors
import Training

extension VAE {
  /// mean, logVariance ← μ(x), ln σ²(x), each rows × latent. Either may be nil.
  ///
  /// - Parameter labels: for a conditional model, one class per row.
  /// - Throws: `.state` if a conditional model gets no labels, or another model gets some. The same holds for
  ///   the functions below.
  package func encode(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>? = nil,
    mean: UnsafeMutablePointer<Float>?, logVariance: UnsafeMutablePointer<Float>?
  ) throws(GenerativeError) {
    try withPrepared(x, rows: rows) { x throws(GenerativeError) in
      try encodePrepared(x, rows: rows, given: labels, mean: mean, logVariance: logVariance)
    }
  }

  /// `encode` for prepared rows.
  func encodePrepared(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>?,
    mean: UnsafeMutablePointer<Float>?, logVariance: UnsafeMutablePointer<Float>?
  ) throws(GenerativeError) {
    let latent = options.latentSize
    try encoding.run(x, rows: rows, given: labels, encoder.weights) { output, first, count in
      for row in 0..<count {
        let moments = output + row * 2 * latent
        let target = (first + row) * latent
        if let mean { (mean + target).update(from: moments, count: latent) }
        if let logVariance { (logVariance + target).update(from: moments + latent, count: latent) }
      }
    }
  }

  /// z ← μ + σ·ε with ε of this seed. Row i gets the same ε in any batch.
  ///
  /// - Parameter first: the number of the first row.
  package func encodeSample(
    _ x: UnsafePointer<Float>, rows: Int, first: Int = 0, seed: UInt64,
    given labels: UnsafePointer<Int32>? = nil, into z: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let count = rows * options.latentSize
    let noise = try Buffer<Float>(count: count, in: context.memory)
    let logVariance = try Buffer<Float>(count: count, in: context.memory)
    try encode(x, rows: rows, given: labels, mean: z, logVariance: logVariance.base)
    context.fillNormal(
      noise.base, count: count, from: Random(seed: seed, purpose: .reparameterisation),
      offset: first * options.latentSize)
    let gaussian = gaussian(z, logVariance.base, deviation: logVariance.base, rows: rows)
    let matrix = Matrix(z, rows: rows, columns: options.latentSize)
    gaussian.sample(
      noise: Matrix(noise.base, rows: rows, columns: options.latentSize), into: matrix)
  }

  private func gaussian(
    _ mean: UnsafeMutablePointer<Float>, _ logVariance: UnsafeMutablePointer<Float>,
    deviation: UnsafeMutablePointer<Float>, rows: Int
  ) -> LatentGaussian {
    let latent = options.latentSize
    return LatentGaussian(
      mean: Matrix(mean, rows: rows, columns: latent),
      logVariance: Matrix(logVariance, rows: rows, columns: latent),
      deviation: Matrix(deviation, rows: rows, columns: latent))
  }

  /// x ← the means of p(x|z), rows × shape.
  package func decode(
    _ z: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>? = nil,
    into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try decoding.run(z, rows: rows, given: labels, decoder.weights, into: x)
    if options.likelihood == .bernoulli {
      context.activate(x, count: rows * options.shape.count, .sigmoid, into: x)
    }
    preparation?.undo(x, rows: rows, into: x)
  }

  /// y ← the means of p(x|z = μ(x)), rows × shape.
  package func reconstruct(
    _ x: UnsafePointer<Float>, rows: Int, given labels: UnsafePointer<Int32>? = nil,
    into y: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    try decoding.inBlocks(rows, of: options.latentSize) { (z, first, count) throws(GenerativeError) in
      let offset = first * self.options.shape.count
      let given = labels.map { $0 + first }
      try self.encode(x + offset, rows: count, given: given, mean: z, logVariance: nil)
      try self.decode(z, rows: count, given: given, into: y + offset)
    }
  }

  /// x ← rows decoded from z ~ N(0, I). Row i of a seed is the same in any batch.
  ///
  /// - Parameter labels: for a conditional model; nil: drawn with equal probability, using the same seed.
  package func sample(
    rows: Int, seed: UInt64, given labels: UnsafePointer<Int32>? = nil, into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let latent = options.latentSize
    let random = Random(seed: seed, purpose: .latent)
    let isDrawn = options.classCount > 0 && labels == nil
    let drawn = try Buffer<Int32>(count: isDrawn ? min(rows, Inference.blockRows) : 0, in: context.memory)
    try decoding.inBlocks(rows, of: options.latentSize) { (z, first, count) throws(GenerativeError) in
      self.context.fillNormal(z, count: count * latent, from: random, offset: first * latent)
      var given = labels.map { $0 + first }
      if isDrawn {
        Labels.draw(drawn.base, rows: count, first: first, of: self.options.classCount, seed: seed)
        given = UnsafePointer(drawn.base)
      }
      try self.decode(z, rows: count, given: given, into: x + first * self.options.shape.count)
    }
  }

  /// Decoded latents on a grid of quantiles of N(0, 1) (Kingma & Welling 2014, figure 4).
  ///
  /// `latentX` varies along columns and `latentY` down rows; the other latents are 0.
  ///
  /// - Parameter labels: for a conditional model, one class per image.
  package func manifold(
    latentX: Int, latentY: Int, gridRows: Int, gridColumns: Int, given labels: UnsafePointer<Int32>? = nil,
    into x: UnsafeMutablePointer<Float>
  ) throws(GenerativeError) {
    let latent = options.latentSize
    try decoding.inBlocks(gridRows * gridColumns, of: latent) { (z, first, count) throws(GenerativeError) in
      z.update(repeating: 0, count: count * latent)
      for row in 0..<count {
        let (y, x) = (first + row).quotientAndRemainder(dividingBy: gridColumns)
        z[row * latent + latentX] = Float(normalQuantile((Double(x) + 0.5) / Double(gridColumns)))
        z[row * latent + latentY] = Float(normalQuantile((Double(y) + 0.5) / Double(gridRows)))
      }
      try self.decode(
        z, rows: count, given: labels.map { $0 + first }, into: x + first * self.options.shape.count)
    }
  }

  /// The two terms of the bound for each row, in nats: ln p(x) ≥ −(reconstruction + kl).
  ///
  /// The reconstruction term is averaged over `samples` latents per row; with 0, it uses the mean.
  /// Either output may be nil. Densities refer to the caller's rows, not to the prepared ones.
  package func bound(
    _ x: UnsafePointer<Float>, rows: Int, samples: Int, seed: UInt64,
    given labels: UnsafePointer<Int32>? = nil,
    reconstruction: UnsafeMutablePointer<Double>?, divergence: UnsafeMutablePointer<Double>?
  ) throws(GenerativeError) {
    try withPrepared(x, rows: rows) { x throws(GenerativeError) in
      try boundOfPrepared(
        x, rows: rows, samples: samples, seed: seed, given: labels, reconstruction: reconstruction,
        divergence: divergence)
    }
  }

  private func boundOfPrepared(
    _ x: UnsafePointer<Float>, rows: Int, samples: Int, seed: UInt64, given labels: UnsafePointer<Int32>?,
    reconstruction: UnsafeMutablePointer<Double>?, divergence: UnsafeMutablePointer<Double>?
  ) throws(GenerativeError) {
    let (latent, width) = (options.latentSize, options.shape.count)
    let block = min(rows, Inference.blockRows)
    let moments = try Buffer<Float>(count: 4 * block * latent, in: context.memory)
    let losses = try Buffer<Float>(count: block, in: context.memory)
    let (mean, logVariance) = (moments.base, moments.base + block * latent)
    let (deviation, noise) = (logVariance + block * latent, logVariance + 2 * block * latent)
    try decoding.inBlocks(rows, of: options.latentSize) { (z, first, count) throws(GenerativeError) in
      let x = x + first * width
      let given = labels.map { $0 + first }
      try self.encodePrepared(x, rows: count, given: given, mean: mean, logVariance: logVariance)
      let gaussian = self.gaussian(mean, logVariance, deviation: deviation, rows: count)
      if let divergence {
        gaussian.divergence(losses: losses.base)
        for row in 0..<count { divergence[first + row] = Double(losses.base[row]) }
      }
      guard let reconstruction else { return }
      (reconstruction + first).update(repeating: self.preparation?.logVolume ?? 0, count: count)
      // Without samples, the noise stays zero.
      for sample in 0..<max(samples, 1) {
        try Run.proceed(first * max(samples, 1) + sample * count, of: rows * max(samples, 1))
        let random = Random(seed: seed, purpose: .evaluation, step: UInt64(sample))
        if samples > 0 {
          self.context.fillNormal(noise, count: count * latent, from: random, offset: first * latent)
        }
        gaussian.sample(
          noise: Matrix(noise, rows: count, columns: latent), into: Matrix(z, rows: count, columns: latent))
        try self.decoding.run(z, rows: count, given: given, self.decoder.weights) { output, from, rows in
          self.evaluateReconstruction(
            Matrix(output, rows: rows, columns: width),
            targets: Matrix(reading: x + from * width, rows: rows, columns: width),
            losses: losses.base + from)
        }
        for row in 0..<count {
          reconstruction[first + row] += Double(losses.base[row]) / Double(max(samples, 1))
        }
      }
    }
  }
}
