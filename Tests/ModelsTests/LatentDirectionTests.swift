import Glibc
import Models
import Tensors
import TestSupport
import Testing

/// 501 latents of 4 with an attribute planted along a direction, and noise.
private struct Planted {
  static let rows = 501
  static let size = 4
  let z: Buffer<Float>
  var attribute: [Float] = []
  /// (2, −1, 0, 2) / 3
  let direction: [Double] = [2.0 / 3, -1.0 / 3, 0, 2.0 / 3]

  init(noise deviation: Float) throws {
    z = try Buffer(count: Self.rows * Self.size)
    Context.standard.fillNormal(z.base, count: z.count, from: Random(seed: 1, purpose: .test))
    // Correlated latents of unequal size, so that means and regression differ.
    for row in 0..<Self.rows {
      let latent = z.base + row * Self.size
      latent[1] = 0.5 * latent[1] + latent[0]
      latent[2] = 3 * latent[2] + 1
    }
    let noise = try Buffer<Float>(count: Self.rows)
    Context.standard.fillNormal(noise.base, count: Self.rows, from: Random(seed: 2, purpose: .test))
    for row in 0..<Self.rows {
      let projection = (0..<Self.size).reduce(0) { $0 + direction[$1] * Double(z[row * Self.size + $1]) }
      attribute.append(Float(5 + 0.25 * projection) + deviation * noise[row])
    }
  }

  func find(
    _ options: LatentDirection.Options, _ attribute: [Float]? = nil, others: [Float] = []
  ) throws -> LatentDirection {
    try LatentDirection(
      latents: z.base, attribute: attribute ?? self.attribute, rows: Self.rows, latentSize: Self.size,
      orthogonalTo: others, otherCount: others.count / Self.size, options, context: .standard)
  }
}

extension Planted {
  /// The solution of (C + ridge·tr(C)/d·I)·w = c at length 1, by Gauss–Jordan elimination.
  func slopes(ridge: Double) -> [Double] {
    let d = Self.size
    let latents = (0..<Self.rows).map { row in (0..<d).map { Double(z[row * d + $0]) } }
    let columns = (0..<d).map { i in centred(latents.map { $0[i] }) }
    let target = centred(attribute.map(Double.init))
    let trace = columns.reduce(0) { $0 + dot($1, $1) }
    var system = (0..<d).map { i in
      (0..<d).map { dot(columns[i], columns[$0]) + (i == $0 ? ridge * trace / Double(d) : 0) }
        + [dot(columns[i], target)]
    }
    for i in 0..<d {
      system[i] = system[i].map { $0 / system[i][i] }
      for k in 0..<d where k != i {
        system[k] = zip(system[k], system[i]).map { $0 - system[k][i] * $1 }
      }
    }
    let slopes = system.map { $0[d] }
    let length = dot(slopes, slopes).squareRoot()
    return slopes.map { $0 / length }
  }

  private func centred(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.map { $0 - mean }
  }
}

private func vector(_ direction: LatentDirection) -> [Double] { direction.vector.elements.map(Double.init) }
private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

@Suite struct `Latent directions` {
  @Test func `Regression recovers a planted direction among correlated latents`() throws {
    var options = LatentDirection.Options()
    options.ridge = 0
    let exact = try Planted(noise: 0).find(options)
    #expect(zip(vector(exact), try Planted(noise: 0).direction).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(exact.correlation > 0.999_999)

    let noisy = try Planted(noise: 0.1).find(LatentDirection.Options())
    #expect(dot(vector(noisy), try Planted(noise: 0).direction) > 0.99)
    #expect(abs(dot(vector(noisy), vector(noisy)) - 1) < 1e-5)
  }

  @Test func `Correlation, range and moments equal those of a Double loop`() throws {
    let planted = try Planted(noise: 0.2)
    let found = try planted.find(LatentDirection.Options())
    let v = vector(found)
    let n = Double(Planted.rows)
    let s = (0..<Planted.rows).map { row in
      (0..<Planted.size).reduce(0) { $0 + v[$1] * Double(planted.z[row * Planted.size + $1]) }
    }
    let a = planted.attribute.map(Double.init)
    let (sMean, aMean) = (s.reduce(0, +) / n, a.reduce(0, +) / n)
    let ss = s.reduce(0) { $0 + ($1 - sMean) * ($1 - sMean) }
    let aa = a.reduce(0) { $0 + ($1 - aMean) * ($1 - aMean) }
    let sa = zip(s, a).reduce(0) { $0 + ($1.0 - sMean) * ($1.1 - aMean) }
    #expect(abs(found.correlation - sa / (ss * aa).squareRoot()) < 1e-6)
    #expect(abs(found.mean - sMean) < 1e-6 && abs(found.deviation - (ss / n).squareRoot()) < 1e-6)
    #expect(abs(found.low - (sMean + sa / aa * ((a.min() ?? 0) - aMean))) < 1e-5)
    #expect(abs(found.high - (sMean + sa / aa * ((a.max() ?? 0) - aMean))) < 1e-5)
  }

  @Test func `The means of a label's two classes are the ends of its direction`() throws {
    let planted = try Planted(noise: 0.1)
    let labels: [Float] = planted.attribute.map { $0 > 5.1 ? 1 : 0 }
    var options = LatentDirection.Options()
    options.method = .means
    let found = try planted.find(options, labels)
    var means = [[Double]](repeating: [Double](repeating: 0, count: Planted.size), count: 2)
    var counts = [0.0, 0.0]
    for row in 0..<Planted.rows {
      let label = Int(labels[row])
      counts[label] += 1
      for i in 0..<Planted.size { means[label][i] += Double(planted.z[row * Planted.size + i]) }
    }
    means = zip(means, counts).map { mean, count in mean.map { $0 / count } }
    let difference = zip(means[1], means[0]).map { $0 - $1 }
    let size = dot(difference, difference).squareRoot()
    #expect(zip(vector(found), difference).allSatisfy { abs($0 - $1 / size) < 1e-6 })
    #expect(abs(found.low - dot(means[0], vector(found))) < 1e-5)
    #expect(abs(found.high - dot(means[1], vector(found))) < 1e-5)
  }

  @Test func `A direction made orthogonal leaves the others alone`() throws {
    let planted = try Planted(noise: 0.1)
    let plain = try planted.find(LatentDirection.Options())
    // The second is the first again: it adds nothing, and does no harm.
    let others: [Float] = [1, 1, 0, 0, 2, 2, 0, 0, 0, 1, 2, 0]
    let found = try planted.find(LatentDirection.Options(), others: others)
    #expect(abs(dot(vector(found), [1, 1, 0, 0])) < 1e-6)
    #expect(abs(dot(vector(found), [0, 1, 2, 0])) < 1e-6)
    // The projection of the plain direction on the plane across both: (2, −2, 1, 0) / 3 and e₄.
    let (p, q) = (dot(vector(plain), [2.0 / 3, -2.0 / 3, 1.0 / 3, 0]), vector(plain)[3])
    let size = (p * p + q * q).squareRoot()
    let expected = [2 * p / 3, -2 * p / 3, p / 3, q].map { $0 / size }
    #expect(zip(vector(found), expected).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func `A ridge excludes an unused latent, as elimination in Double does`() throws {
    let planted = try Planted(noise: 0.3)
    // The third latent's place is taken by a thousandth of its noise: without a ridge it fits the
    // attribute's noise, with a weight that hides all others.
    for row in 0..<Planted.rows { planted.z[row * Planted.size + 2] *= 1e-3 }
    var options = LatentDirection.Options()
    for ridge in [0, options.ridge, 0.1] {
      options.ridge = ridge
      let expected = planted.slopes(ridge: ridge)
      #expect(zip(vector(try planted.find(options)), expected).allSatisfy { abs($0 - $1) < 1e-6 })
      #expect(abs(expected[2]) > 0.99 || ridge > 0)
      #expect(dot(expected, planted.direction) > 0.95 || ridge == 0)
    }
    for row in 0..<Planted.rows { planted.z[row * Planted.size + 2] = 7 }
    options.ridge = 0
    #expect(vector(try planted.find(options))[2] == 0)
  }

  @Test func `A missing direction is an error`() throws {
    let planted = try Planted(noise: 0.1)
    let constant = [Float](repeating: 3, count: Planted.rows)
    #expect(throws: GenerativeError.self) { try planted.find(LatentDirection.Options(), constant) }
    let everything: [Float] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    #expect(throws: GenerativeError.self) {
      try planted.find(LatentDirection.Options(), others: everything)
    }
    for i in 0..<planted.z.count { planted.z[i] = 2 }
    for method in LatentDirection.Method.allCases {
      var options = LatentDirection.Options()
      options.method = method
      #expect(throws: GenerativeError.self) { try planted.find(options) }
    }
  }
}
