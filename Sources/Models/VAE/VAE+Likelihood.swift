import Datasets
import Glibc
import Networks
import Tensors
import Training

/// The log-likelihood of rows, estimated by importance sampling (Burda, Grosse & Salakhutdinov, "Importance
/// weighted autoencoders", ICLR 2016):
///
///     ln p(x) ≥ E ln 1/K · Σₖ p(x|zₖ)·p(zₖ) / q(zₖ|x),   zₖ ~ q(z|x)
///
/// For K = 1 its mean is the ELBO. It grows with K, towards ln p(x).
extension VAE {
  /// likelihood[i] ← the estimate for row i, in nats, from its own `samples` latents.
  ///
  /// The latents of all rows pass through the decoder in full blocks. Row i of a seed draws the same latents
  /// in any batch, and a larger number of samples starts with the same ones.
  ///
  /// - Throws: `.state` if a conditional model gets no labels, or another model gets some; `.memory`.
  package func logLikelihood(
    _ x: UnsafePointer<Float>, rows: Int, samples: Int, seed: UInt64,
    given labels: UnsafePointer<Int32>? = nil, into likelihood: UnsafeMutablePointer<Double>
  ) throws(GenerativeError) {
    try Labels.check(labels, classCount: options.classCount)
    try withPrepared(x, rows: rows) { x throws(GenerativeError) in
      try logLikelihoodOfPrepared(
        x, rows: rows, samples: samples, seed: seed, given: labels, into: likelihood)
    }
  }

  private func logLikelihoodOfPrepared(
    _ x: UnsafePointer<Float>, rows: Int, samples: Int, seed: UInt64, given labels: UnsafePointer<Int32>?,
    into likelihood: UnsafeMutablePointer<Double>
  ) throws(GenerativeError) {
    let (latent, width) = (options.latentSize, options.shape.count)
    let logVolume = preparation?.logVolume ?? 0
    let moments = try Buffer<Float>(count: 3 * Inference.blockRows * latent, in: context.memory)
    let draws = try ImportanceDraws(rows: Inference.blockRows, latent: latent, context)
    let logWeights = try Buffer<Double>(count: Inference.blockRows, in: context.memory)
    let losses = try Buffer<Float>(count: Inference.blockRows, in: context.memory)
    let classes = try Buffer<Int32>(count: labels == nil ? 0 : Inference.blockRows, in: context.memory)
    for first in stride(from: 0, to: rows, by: Inference.blockRows) {
      let count = min(Inference.blockRows, rows - first)
      let (mean, logVariance) = (moments.base, moments.base + count * latent)
      try encodePrepared(
        x + first * width, rows: count, given: labels.map { $0 + first }, mean: mean, logVariance: logVariance
      )
      let gaussian = LatentGaussian(
        mean: Matrix(mean, rows: count, columns: latent),
        logVariance: Matrix(logVariance, rows: count, columns: latent),
        deviation: Matrix(logVariance + count * latent, rows: count, columns: latent))
      var sums = [LogSum](repeating: LogSum(), count: count)
      // Latent k of row i has number i·K + k.
      for start in stride(from: 0, to: count * samples, by: Inference.blockRows) {
        try Run.proceed(first * samples + start, of: rows * samples)
        let numbers = start..<min(start + Inference.blockRows, count * samples)
        draws.fill(numbers, samples: samples, gaussian, firstRow: first, seed: seed)
        if let labels {
          for number in numbers { classes.base[number - start] = labels[first + number / samples] }
        }
        try decoding.run(
          draws.latents.base, rows: numbers.count, given: labels.map { _ in UnsafePointer(classes.base) },
          decoder.weights
        ) { output, from, rows in
          let part = start + from..<start + from + rows
          forEachRow(of: part, samples: samples) { row, numbers in
            self.evaluateReconstruction(
              Matrix(
                output + (numbers.lowerBound - part.lowerBound) * width, rows: numbers.count, columns: width),
              // A row stride of 0 repeats the row for all its latents.
              targets: Matrix(
                reading: x + (first + row) * width, rows: numbers.count, columns: width, rowStride: 0),
              losses: losses.base + (numbers.lowerBound - start))
          }
        }
        for number in numbers {
          logWeights.base[number - start] =
            draws.ratios.base[number - start] - Double(losses.base[number - start])
          sums[number / samples].add(logWeights.base[number - start])
        }
      }
      for row in 0..<count { likelihood[first + row] = sums[row].value - log(Double(samples)) - logVolume }
    }
  }

  /// Calls `body` for each row that owns some of these latents, with their numbers. Uses the workers if there
  /// are many rows.
  private func forEachRow(
    of numbers: Range<Int>, samples: Int, _ body: (_ row: Int, _ numbers: Range<Int>) -> Void
  ) {
    let rows = numbers.lowerBound / samples...(numbers.upperBound - 1) / samples
    context.parallelSlots(rows.count, isSmall: rows.count <= 2 * context.threadCount) { _, index in
      let row = rows.lowerBound + index
      body(row, numbers.clamped(to: row * samples..<(row + 1) * samples))
    }
  }
}

/// Latents drawn from the Gaussians of their rows, and the log-ratios of their prior and posterior densities.
private struct ImportanceDraws {
  let latents: Buffer<Float>
  /// ln p(z) − ln q(z|x)
  let ratios: Buffer<Double>
  private let noise: Buffer<Float>
  private let context: Context

  init(rows: Int, latent: Int, _ context: Context) throws(GenerativeError) {
    guard let floats = checkedProduct(rows, latent) else {
      throw GenerativeError(.memory, "latents of \(latent) floats do not fit in memory")
    }
    latents = try Buffer(count: floats, in: context.memory)
    noise = try Buffer(count: floats, in: context.memory)
    ratios = try Buffer(count: rows, in: context.memory)
    self.context = context
  }

  /// z = μ + σ·ε, and ln p(z) − ln q(z|x) = ½ Σ ε² + ln σ² − z², because the constants cancel.
  func fill(
    _ numbers: Range<Int>, samples: Int, _ gaussian: LatentGaussian, firstRow: Int, seed: UInt64
  ) {
    let latent = gaussian.mean.columnCount
    let limit = LatentGaussian.logVarianceLimit
    context.parallel(numbers.count) { index in
      let (row, sample) = (numbers.lowerBound + index).quotientAndRemainder(dividingBy: samples)
      let random = Random(seed: seed, purpose: .evaluation, step: UInt64(firstRow + row)).pass(0)
      let (z, epsilon) = (latents.base + index * latent, noise.base + index * latent)
      context.fillNormal(epsilon, count: latent, from: random, offset: sample * latent)
      let (mean, deviation) = (gaussian.mean.base + row * latent, gaussian.deviation.base + row * latent)
      let logVariance = gaussian.logVariance.base + row * latent
      var ratio = 0.0
      for j in 0..<latent {
        z[j] = mean[j] + deviation[j] * epsilon[j]
        let lambda = min(max(logVariance[j], -limit), limit)
        ratio += Double(epsilon[j] * epsilon[j] + lambda - z[j] * z[j])
      }
      ratios.base[index] = 0.5 * ratio
    }
  }
}

/// ln Σ eᵃ of numbers that are added one at a time.
private struct LogSum {
  private var largest = -Double.infinity
  private var sum = 0.0

  mutating func add(_ a: Double) {
    if a > largest {
      sum = sum * exp(largest - a) + 1
      largest = a
    } else {
      sum += exp(a - largest)
    }
  }

  var value: Double { largest + log(sum) }
}
