import Glibc
import Models
import Tensors
import TestSupport
import Testing

/// `rows` × `count` floats, as arrays.
private func rows(_ buffer: Buffer<Float>, _ count: Int) -> [[Float]] {
  stride(from: 0, to: buffer.count, by: count).map { Array(buffer.elements[$0..<$0 + count]) }
}

private func norm(_ z: [Float]) -> Double { z.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }

private func interpolate(
  _ a: [Float], _ b: [Float], _ steps: Int, _ curve: LatentCurve
) throws -> [[Float]] {
  let out = try Buffer<Float>(count: steps * a.count)
  try curve.interpolate(from: a, to: b, latentSize: a.count, stepCount: steps, into: out.base)
  return rows(out, a.count)
}

private func loop(_ points: [[Float]], _ steps: Int, _ curve: LatentCurve) throws -> [[Float]] {
  let out = try Buffer<Float>(count: points.count * steps * points[0].count)
  LatentLoop.path(
    through: points.flatMap { $0 }, count: points.count, latentSize: points[0].count,
    stepCount: steps, curve, into: out.base)
  return rows(out, points[0].count)
}

@Suite struct `Latent curves` {
  @Test func `A linear path is the weighted mean of its ends`() throws {
    let (a, b): ([Float], [Float]) = ([1, -2, 0.5], [4, 0, 0.25])
    let path = try interpolate(a, b, 5, .linear)
    for (step, z) in path.enumerated() {
      let t = Double(step) / 4
      let expected = zip(a, b).map { Float((1 - t) * Double($0) + t * Double($1)) }
      #expect(largestError(z, expected) < 1e-6)
    }
    #expect(path[0] == a && path[4] == b)
  }

  @Test func `A spherical path of equal lengths is White's formula`() throws {
    let (a, b): ([Float], [Float]) = ([1, 2, 2], [-2, 2, -1])
    let path = try interpolate(a, b, 7, .spherical)
    let angle = acos(zip(a, b).reduce(0.0) { $0 + Double($1.0 * $1.1) } / 9)
    for (step, z) in path.enumerated() {
      let t = Double(step) / 6
      let (p, q) = (sin((1 - t) * angle) / sin(angle), sin(t * angle) / sin(angle))
      #expect(largestError(z, zip(a, b).map { Float(p * Double($0) + q * Double($1)) }) < 1e-6)
    }
    #expect(path[0] == a && path[6] == b)
  }

  @Test func `On a spherical path, lengths change evenly and angles are equal`() throws {
    let path = try interpolate([3, 0, 0, 0], [0, 0, 0.5, 0.5], 6, .spherical)
    for (step, z) in path.enumerated() {
      let t = Double(step) / 5
      #expect(abs(norm(z) - ((1 - t) * 3 + t * 0.5.squareRoot())) < 1e-6)
      if step > 0 {
        let cosine = zip(z, path[step - 1]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        #expect(abs(cosine / norm(z) / norm(path[step - 1]) - cos(Double.pi / 10)) < 1e-6)
      }
    }
  }

  @Test func `Degenerate angles give finite paths`() throws {
    // Opposite: a half circle that never comes near the origin.
    let half = try interpolate([2, 0, 0], [-1, 0, 0], 9, .spherical)
    for (step, z) in half.enumerated() { #expect(abs(norm(z) - (2 - Double(step) / 8)) < 1e-6) }
    #expect(abs(half[4][0]) < 1e-6)
    // Of one direction, or from the origin: the straight line.
    let parallel = try interpolate([1, 1, 1], [2, 2, 2], 3, .spherical)
    #expect(largestError(parallel[1], [1.5, 1.5, 1.5]) < 1e-6)
    let fromZero = try interpolate([0, 0], [2, 4], 3, .spherical)
    #expect(largestError(fromZero[1], [1, 2]) < 1e-6)
    // In one dimension there is no sphere to go round.
    let line = try interpolate([-1], [1], 3, .spherical)
    #expect(line == [[-1], [0], [1]])
  }

  @Test(arguments: LatentCurve.allCases)
  func `A loop passes every latent, closes and has no corner`(_ curve: LatentCurve) throws {
    let points: [[Float]] = [[1, 0, 2], [-1, 1, 0.5], [0, -2, 1], [1, 1, -1], [2, 0.5, 0.25]]
    let steps = 200
    let path = try loop(points, steps, curve)
    for (k, point) in points.enumerated() { #expect(path[k * steps] == point) }
    // Neighbouring differences are alike everywhere, across the latents and the seam too: a corner
    // would show as a jump of the order of a difference itself.
    let longest =
      path.indices.map { i in
        norm(zip(path[(i + 1) % path.count], path[i]).map { $0 - $1 })
      }.max() ?? 0
    for i in path.indices {
      let (a, b, c) = (path[i], path[(i + 1) % path.count], path[(i + 2) % path.count])
      let bend = norm((0..<3).map { a[$0] - 2 * b[$0] + c[$0] })
      #expect(bend < 0.1 * longest)
    }
  }

  @Test func `A spherical loop of equal lengths stays on the sphere`() throws {
    let path = try loop([[2, 0, 0], [0, 2, 0], [0, 0, -2]], 11, .spherical)
    for z in path { #expect(abs(norm(z) - 2) < 1e-6) }
    // Through the origin: finite.
    for z in try loop([[1, 0], [-1, 0]], 4, .spherical) { #expect(z.allSatisfy { $0.isFinite }) }
  }

  @Test func `A linear loop through two latents goes there and back`() throws {
    let path = try loop([[0], [8]], 4, .linear)
    #expect(path[2] == [4] && path[4] == [8] && path[6] == [4])
    #expect(path[1] == path[7] && path[3] == path[5])
  }
}
