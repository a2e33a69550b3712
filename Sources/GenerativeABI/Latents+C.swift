import CGenerative
import Models
import Statistics
import Tensors
import Training

private func checkLatentSize(_ value: Int64) throws(GenerativeError) -> Int {
  try checkRange("latent_size", value, 1...StackLimit.width)
}

private func checkSteps(_ value: Int64, least: Int = 2) throws(GenerativeError) -> Int {
  try checkRange("n_steps", value, least...1_000_000)
}

private func checkCurve(_ value: Int32) throws(GenerativeError) -> LatentCurve {
  try checkChoice("curve", value, [.linear, .spherical])
}

private func checkLatents(
  _ name: String, _ latents: UnsafePointer<Float>?, _ count: Int, _ latentSize: Int
) throws(GenerativeError) -> UnsafePointer<Float> {
  try checkModelInput(name, latents, count, latentSize, .standard)
}

/// The product of two row counts, limited so that every index fits in an Int32.
private func checkRows(_ a: Int, _ b: Int) throws(GenerativeError) -> Int {
  guard let rows = checkedProduct(a, b), rows <= Int32.max else {
    throw GenerativeError(.argument, "\(a) x \(b) latents are more than \(Int32.max)")
  }
  return rows
}

@c @implementation public func gen_latents_interpolate(
  _ first: UnsafePointer<Float>?, _ last: UnsafePointer<Float>?, _ latent_size: Int64,
  _ n_steps: Int64, _ curve: Int32, _ latents_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let (size, steps) = (try checkLatentSize(latent_size), try checkSteps(n_steps))
    try checkCurve(curve).interpolate(
      from: try checkLatents("first", first, 1, size), to: try checkLatents("last", last, 1, size),
      latentSize: size, stepCount: steps, into: try checkOutput("latents_out", latents_out, steps, size))
  }
}

@c @implementation public func gen_latents_loop(
  _ latents: UnsafePointer<Float>?, _ n_latents: Int64, _ latent_size: Int64, _ n_steps: Int64,
  _ curve: Int32, _ latents_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let count = try checkRange("n_latents", n_latents, 2...Int(Int32.max))
    let (size, steps) = (try checkLatentSize(latent_size), try checkSteps(n_steps, least: 1))
    let curve = try checkCurve(curve)
    let out = try checkOutput("latents_out", latents_out, try checkRows(count, steps), size)
    LatentLoop.path(
      through: try checkLatents("latents", latents, count, size), count: count, latentSize: size,
      stepCount: steps, curve, into: out)
  }
}

@c @implementation public func gen_latents_traverse(
  _ base: UnsafePointer<Float>?, _ latent_size: Int64, _ axes: UnsafePointer<Int64>?, _ n_axes: Int64,
  _ deviations: UnsafePointer<Float>?, _ range: Double, _ n_steps: Int64,
  _ latents_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let (size, steps) = (try checkLatentSize(latent_size), try checkSteps(n_steps))
    let range = try checkRange("range", range, 0...1e6)
    if base != nil { _ = try checkLatents("base", base, 1, size) }
    if deviations != nil { _ = try checkLatents("deviations", deviations, 1, size) }
    var axisCount = size
    if axes != nil {
      axisCount = try checkRange("n_axes", n_axes, 1...StackLimit.width)
      let axes = try checkInput("axes", axes, axisCount, 1)
      for k in 0..<axisCount { try checkRange("axes[\(k)]", axes[k], 0...size - 1) }
    } else {
      guard n_axes == 0 else {
        throw GenerativeError(.argument, "n_axes must be 0 where axes is NULL, not \(n_axes)")
      }
    }
    LatentTraversal.alongAxes(
      base: base, latentSize: size, axes: axes, axisCount: axisCount, deviations: deviations,
      range: range, stepCount: steps,
      into: try checkOutput("latents_out", latents_out, try checkRows(axisCount, steps), size))
  }
}

@c @implementation public func gen_latents_move(
  _ latents: UnsafePointer<Float>?, _ n_rows: Int64, _ latent_size: Int64,
  _ direction: UnsafePointer<Float>?, _ low: Double, _ high: Double, _ n_steps: Int64,
  _ latents_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let rows = try checkRowCount(n_rows)
    let (size, steps) = (try checkLatentSize(latent_size), try checkSteps(n_steps))
    try LatentTraversal.alongDirection(
      try checkLatents("direction", direction, 1, size),
      latents: try checkLatents("latents", latents, rows, size), rows: rows, latentSize: size,
      low: try checkRange("low", low, -1e6...1e6), high: try checkRange("high", high, -1e6...1e6),
      stepCount: steps, into: try checkOutput("latents_out", latents_out, try checkRows(rows, steps), size))
  }
}

extension LatentDirection.Options {
  init(_ o: gen_direction_options) throws(GenerativeError) {
    self.init()
    method = o.method == Int32(GEN_DIRECTION_MEANS) ? .means : .regression
    ridge = o.ridge
  }
}

@c @implementation public func gen_latents_direction(
  _ latents: UnsafePointer<Float>?, _ n_rows: Int64, _ latent_size: Int64,
  _ attribute: UnsafePointer<Float>?, _ options: UnsafePointer<gen_direction_options>?,
  _ direction_out: UnsafeMutablePointer<Float>?, _ info_out: UnsafeMutablePointer<gen_direction_info_t>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let o = try gen_direction_options(reading: options)
    let options = try LatentDirection.Options(o)
    let (rows, size) = (try checkRowCount(n_rows, least: 2), try checkLatentSize(latent_size))
    if options.method == .regression {
      try checkRange("latent_size for regression", size, 1...LatentDirection.regressionLimit)
    }
    let otherCount = Int(o.n_others)
    let others = otherCount > 0 ? try checkLatents("others", o.others, otherCount, size) : nil
    let out = try checkOutput("direction_out", direction_out, 1, size)
    let direction = try LatentDirection(
      latents: try checkLatents("latents", latents, rows, size),
      attribute: try checkLatents("attribute", attribute, rows, 1), rows: rows, latentSize: size,
      orthogonalTo: others, otherCount: otherCount, options, context: .standard)
    if info_out != nil { try direction.write(to: info_out) }
    out.update(from: direction.vector.base, count: size)
  }
}

extension LatentDirection {
  fileprivate func write(
    to info: UnsafeMutablePointer<gen_direction_info_t>?
  ) throws(GenerativeError) {
    var c = gen_direction_info_t()
    c.correlation = correlation
    c.low = low
    c.high = high
    c.mean = mean
    c.deviation = deviation
    try c.write(to: info, "info_out")
  }
}

@c @implementation public func gen_moments_direction(
  _ moments: OpaquePointer?, _ n_attributes: Int64, _ attribute: Int64, _ least: Double,
  _ greatest: Double, _ options: UnsafePointer<gen_direction_options>?,
  _ direction_out: UnsafeMutablePointer<Float>?, _ info_out: UnsafeMutablePointer<gen_direction_info_t>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.reading(moments) { (moments: Moments) throws(GenerativeError) in
      let o = try gen_direction_options(reading: options)
      let options = try LatentDirection.Options(o)
      guard moments.columnCount > 1 else {
        throw GenerativeError(.argument, "moments must be of latents and attributes, not of one number")
      }
      let attributes = try checkRange("n_attributes", n_attributes, 1...moments.columnCount - 1)
      let attribute = try checkRange("attribute", attribute, 0...attributes - 1)
      let size = moments.columnCount - attributes
      if options.method == .regression {
        try checkRange("latent_size for regression", size, 1...LatentDirection.regressionLimit)
      }
      let limit = Double(Float.greatestFiniteMagnitude)
      let least = try checkRange("least", least, -limit...limit)
      let greatest = try checkRange("greatest", greatest, -limit...limit)
      guard least < greatest else {
        throw GenerativeError(.argument, "greatest must be above least (\(least)), not \(greatest)")
      }
      let otherCount = Int(o.n_others)
      let others = otherCount > 0 ? try checkLatents("others", o.others, otherCount, size) : nil
      let out = try checkOutput("direction_out", direction_out, 1, size)
      let direction = try LatentDirection(
        moments, attribute: attribute, of: attributes, least...greatest, orthogonalTo: others,
        otherCount: otherCount, options, context: moments.context)
      if info_out != nil { try direction.write(to: info_out) }
      out.update(from: direction.vector.base, count: size)
    }
  }
}

@c @implementation public func gen_latents_combine(
  _ a: UnsafePointer<Float>?, _ n_a: Int64, _ b: UnsafePointer<Float>?, _ n_b: Int64,
  _ c: UnsafePointer<Float>?, _ n_c: Int64, _ latent_size: Int64,
  _ latent_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let size = try checkLatentSize(latent_size)
    func group(
      _ name: String, _ latents: UnsafePointer<Float>?, _ count: Int64
    ) throws(GenerativeError) -> (UnsafePointer<Float>, Int) {
      let count = try checkRange("n_\(name)", count, 1...Int(Int32.max))
      return (try checkLatents(name, latents, count, size), count)
    }
    LatentArithmetic.combine(
      try group("a", a, n_a), minus: try group("b", b, n_b), plus: try group("c", c, n_c),
      latentSize: size, into: try checkOutput("latent_out", latent_out, 1, size))
  }
}

@c @implementation public func gen_latents_sample(
  _ n_rows: Int64, _ latent_size: Int64, _ truncation: Double, _ seed: UInt64,
  _ latents_out: UnsafeMutablePointer<Float>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let (rows, size) = (try checkRowCount(n_rows), try checkLatentSize(latent_size))
    let truncation = try chosen(truncation).map { value throws(GenerativeError) in
      try checkRange("truncation", value, TruncatedNormal.bounds)
    }
    TruncatedNormal(truncation: truncation, seed: seed).fill(
      try checkOutput("latents_out", latents_out, rows, size), rows: rows, latentSize: size,
      context: .standard)
  }
}

// MARK: - Inversion

extension Inversion.Options {
  init(_ o: gen_invert_options) throws(GenerativeError) {
    self.init()
    stepCount = Int(o.n_steps)
    startCount = Int(o.n_starts)
    learningRate = Float(o.learning_rate)
    priorWeight = chosen(o.prior_weight).map { Float($0) }
    seed = o.seed
  }
}
