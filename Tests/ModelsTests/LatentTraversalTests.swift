import Glibc
import Models
import Tensors
import TestSupport
import Testing

@Suite struct `Latent traversals, arithmetic and sampling` {
  @Test func `A traversal varies one latent at a time by its standard deviations`() throws {
    let out = try Buffer<Float>(count: 2 * 5 * 3)
    LatentTraversal.alongAxes(
      base: [10, 20, 30], latentSize: 3, axes: [2, 0], axisCount: 2, deviations: [1, 9, 0.5], range: 2,
      stepCount: 5, into: out.base)
    let expected: [Float] = [
      10, 20, -1, 10, 20, -0.5, 10, 20, 0, 10, 20, 0.5, 10, 20, 1,
      -2, 20, 30, -1, 20, 30, 0, 20, 30, 1, 20, 30, 2, 20, 30,
    ]
    #expect(Array(out.elements) == expected)

    let all = try Buffer<Float>(count: 2 * 2 * 2)
    LatentTraversal.alongAxes(
      base: nil, latentSize: 2, axes: nil, axisCount: 2, deviations: nil, range: 3, stepCount: 2,
      into: all.base)
    #expect(Array(all.elements) == [-3, 0, 3, 0, 0, -3, 0, 3])
  }

  @Test func `A move sets the projection and keeps the orthogonal part`() throws {
    // Along (3, 4) / 5, from −1 to 2; the unit vector across is (−4, 3) / 5.
    let out = try Buffer<Float>(count: 2 * 4 * 2)
    try LatentTraversal.alongDirection(
      [3, 4], latents: [1, 1, -2, 5], rows: 2, latentSize: 2, low: -1, high: 2, stepCount: 4,
      into: out.base)
    for row in 0..<2 {
      let across = row == 0 ? -0.2 : 4.6
      for step in 0..<4 {
        let (x, y) = (Double(out[(row * 4 + step) * 2]), Double(out[(row * 4 + step) * 2 + 1]))
        #expect(abs((3 * x + 4 * y) / 5 - (Double(step) - 1)) < 1e-6)
        #expect(abs((-4 * x + 3 * y) / 5 - across) < 1e-6)
      }
    }
    #expect(throws: GenerativeError.self) {
      try LatentTraversal.alongDirection(
        [0, 0], latents: [1, 1], rows: 1, latentSize: 2, low: -1, high: 2, stepCount: 2, into: out.base)
    }
  }

  @Test func `Arithmetic uses means`() throws {
    let out = try Buffer<Float>(count: 2)
    let (a, b, c): ([Float], [Float], [Float]) = ([1, 2, 3, 6], [1, 1], [0, 3, 0, 6, 3, 0])
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        c.withUnsafeBufferPointer { c in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          LatentArithmetic.combine(
            (a, 2), minus: (b, 1), plus: (c, 3), latentSize: 2, into: out.base)
        }
      }
    }
    #expect(Array(out.elements) == [2, 6])
  }

  @Test func `Truncated latents lie inside, are normal there, and are otherwise unchanged`() throws {
    let (rows, size, bound) = (20_000, 3, 0.8)
    let free = try Buffer<Float>(count: rows * size)
    let cut = try Buffer<Float>(count: rows * size)
    TruncatedNormal(truncation: nil, seed: 5).fill(
      free.base, rows: rows, latentSize: size, context: .standard)
    TruncatedNormal(truncation: bound, seed: 5).fill(
      cut.base, rows: rows, latentSize: size, context: .standard)
    for (a, b) in zip(free.elements, cut.elements) {
      #expect(abs(b) <= Float(bound))
      if abs(a) <= Float(bound) { #expect(a == b) }
    }
    // The variance of N(0, 1) cut at ±t is 1 − 2tφ(t) / (2Φ(t) − 1); its estimate's deviation 0.0011.
    let density = exp(-bound * bound / 2) / (2 * Double.pi).squareRoot()
    let variance = 1 - 2 * bound * density / erf(bound / 2.0.squareRoot())
    let found = cut.elements.reduce(0) { $0 + Double($1) * Double($1) } / Double(cut.count)
    #expect(abs(found - variance) < 0.005)
    let mean = cut.elements.reduce(0) { $0 + Double($1) } / Double(cut.count)
    #expect(abs(mean) < 0.01)

    let few = try Buffer<Float>(count: 7 * size)
    TruncatedNormal(truncation: bound, seed: 5).fill(few.base, rows: 7, latentSize: size, context: .standard)
    #expect(Array(few.elements) == Array(cut.elements.prefix(7 * size)))

    let least = TruncatedNormal.bounds.lowerBound
    TruncatedNormal(truncation: least, seed: 6).fill(few.base, rows: 7, latentSize: size, context: .standard)
    #expect(few.elements.allSatisfy { abs($0) <= Float(least) })
    #expect(Set(few.elements).count == few.count)
  }

  @Test func `Latents without truncation equal those a GAN samples`() throws {
    var options = GAN.Options(shape: Shape(features: 4))
    options.latentSize = 5
    options.generatorHidden = [3]
    options.discriminatorHidden = [3]
    let gan = try GAN(options)
    let expected = try Buffer<Float>(count: 6 * 5)
    gan.latents(rows: 6, seed: 9, into: expected.base)
    let z = try Buffer<Float>(count: 6 * 5)
    TruncatedNormal(truncation: nil, seed: 9).fill(z.base, rows: 6, latentSize: 5, context: .standard)
    #expect(Array(z.elements) == Array(expected.elements))
  }
}
