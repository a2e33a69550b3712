import Datasets
import Glibc
import Tensors
import Testing

struct FaceTests {
  private let shape = Shape(height: 32, width: 32, channels: 3)

  private func draw(_ face: Face, _ shape: Shape) throws -> [Float] {
    let row = try Buffer<Float>(count: shape.count)
    try face.draw(shape: shape, into: row.base)
    return Array(row.elements)
  }

  private func face(_ factor: Int, at share: Float) throws -> Face {
    let values = try Buffer<Float>(count: Face.factors.count)
    Face().write(into: values.base)
    let range = Face.factors[factor].range
    values[factor] = range.lowerBound + share * (range.upperBound - range.lowerBound)
    return Face(values: values.base)
  }

  // MARK: - The same face

  @Test func aFaceIsTheSameInAnyDatasetAndOnAnyThreads() throws {
    let many = try Dataset.faces(rowCount: 201, shape: shape, seed: 9)
    let few = try Dataset.faces(
      rowCount: 7, shape: shape, seed: 9, firstIndex: 150, context: Context(threadCount: 1))
    #expect(try many.floats(150..<157) == few.floats(0..<7))
    #expect(try Dataset.faces(rowCount: 7, shape: shape, seed: 10).floats(0..<7) != many.floats(0..<7))
  }

  @Test func theFactorsToldAreTheFactorsDrawn() throws {
    let dataset = try Dataset.faces(rowCount: 20, shape: shape, seed: 4)
    let table = try #require(dataset.factors)
    let width = table.factors.count
    let rows = try dataset.floats(0..<20)
    for i in 0..<20 {
      let drawn = try draw(Face(values: table.values.base + i * width), shape)
      let kept = rows[i * shape.count..<(i + 1) * shape.count]
      #expect(zip(drawn, kept).allSatisfy { abs($0 - $1) <= 0.5 / 255 + 1e-6 })
    }
    let smile = try #require(table.index(of: "smile"))
    let labels = try #require(dataset.labels)
    #expect((0..<20).allSatisfy { (labels[$0] == 1) == (table.values[$0 * width + smile] > 0) })
  }

  @Test func factorsFillTheirRangesAndAreIndependent() throws {
    let count = 4000
    let width = Face.factors.count
    let table = try #require(
      Dataset.faces(rowCount: count, shape: Shape(height: 16, width: 16, channels: 1), seed: 1).factors)
    // Scaled to mean 0 and variance 1, if uniform.
    func scaled(_ i: Int, _ f: Int) -> Double {
      let range = Face.factors[f].range
      let share = (table.values[i * width + f] - range.lowerBound) / (range.upperBound - range.lowerBound)
      return (Double(share) - 0.5) * 12.0.squareRoot()
    }
    for f in 0..<width {
      let column = (0..<count).map { scaled($0, f) }
      #expect(column.allSatisfy { abs($0) <= 3.0.squareRoot() + 1e-6 })
      for g in f..<width {
        let correlation = (0..<count).reduce(0.0) { $0 + column[$1] * scaled($1, g) } / Double(count)
        #expect(abs(correlation - (f == g ? 1 : 0)) < 0.07, "\(f) \(g)")
      }
    }
  }

  // MARK: - What the factors do

  /// The share of the picture's change between a factor's ends that falls into a box.
  private func share(
    ofChangeIn name: String, rows: ClosedRange<Float>, columns: ClosedRange<Float>
  ) throws -> Float {
    let index = try #require(Face.factors.firstIndex { $0.name == name })
    let shape = Shape(height: 64, width: 64, channels: 1)
    let low = try draw(face(index, at: 0), shape)
    let high = try draw(face(index, at: 1), shape)
    var inside: Float = 0
    var all: Float = 0
    for i in 0..<64 * 64 {
      let change = abs(high[i] - low[i])
      all += change
      if rows.contains(Float(i / 64) / 64), columns.contains(Float(i % 64) / 64) { inside += change }
    }
    return inside / max(all, 1e-9)
  }

  @Test func aSmileChangesTheMouthCheeksAndEyes() throws {
    #expect(try share(ofChangeIn: "smile", rows: 0.60...0.98, columns: 0.25...0.75) > 0.6)
    #expect(try share(ofChangeIn: "smile", rows: 0.40...0.60, columns: 0.1...0.9) > 0.05)
    #expect(try share(ofChangeIn: "smile", rows: 0.40...0.98, columns: 0.1...0.9) > 0.99)
  }

  @Test func laughterShowsTeethAndNarrowsTheEyes() throws {
    var face = Face()
    func whites(_ smile: Float, rows: ClosedRange<Int>) throws -> Int {
      face.smile = smile
      let picture = try draw(face, Shape(height: 64, width: 64, channels: 3))
      return (rows.lowerBound * 64..<(rows.upperBound + 1) * 64).count { i in
        (0..<3).allSatisfy { picture[3 * i + $0] > 0.9 }
      }
    }
    #expect(try whites(0, rows: 42...63) == 0 && whites(1, rows: 42...63) > 40)
    #expect(try 4 * whites(1, rows: 24...38) < 3 * whites(0, rows: 24...38))
  }

  /// The variance of the mean picture of faces of like smile, beside that of all: what a linear model
  /// can see of the factor.
  @Test func aSmileIsAMeasurableShareOfTheVariance() throws {
    let (count, classCount) = (4000, 20)
    let dataset = try Dataset.faces(rowCount: count, shape: shape, seed: 3)
    let table = try #require(dataset.factors)
    let rows = try dataset.floats(0..<count)
    var sums = [[Double]](repeating: [Double](repeating: 0, count: shape.count), count: classCount)
    var counts = [Double](repeating: 0, count: classCount)
    var squares = 0.0
    for i in 0..<count {
      let k = min(Int((table.values[i * table.factors.count] + 1) / 2 * Float(classCount)), classCount - 1)
      counts[k] += 1
      for j in 0..<shape.count {
        let value = Double(rows[i * shape.count + j])
        sums[k][j] += value
        squares += value * value
      }
    }
    var (between, mean) = (0.0, 0.0)
    for j in 0..<shape.count {
      mean += pow((0..<classCount).reduce(0) { $0 + sums[$1][j] } / Double(count), 2)
      between += (0..<classCount).reduce(0) { $0 + sums[$1][j] * sums[$1][j] / counts[$1] } / Double(count)
    }
    #expect(table.factors[0].name == "smile")
    // It was 0.2% when only a thin mouth moved, and a VAE of ten latents did not care.
    #expect((between - mean) / (squares / Double(count) - mean) > 0.012)
  }

  @Test func gazeAndEyeSizeChangeTheEyes() throws {
    #expect(try share(ofChangeIn: "gaze", rows: 0.35...0.62, columns: 0.2...0.8) > 0.99)
    #expect(try share(ofChangeIn: "eye_size", rows: 0.28...0.65, columns: 0.2...0.8) > 0.99)
  }

  @Test func browsMoveAboveTheEyes() throws {
    #expect(try share(ofChangeIn: "brow", rows: 0.25...0.5, columns: 0.2...0.8) > 0.99)
  }

  @Test func aSmilingMouthCurvesUp() throws {
    var face = Face()
    /// The first row below the nose in a column that is as red as lips.
    func lips(_ smile: Float, _ column: Int) throws -> Int {
      face.smile = smile
      let picture = try draw(face, Shape(height: 128, width: 128, channels: 3))
      return try #require(
        (84..<120).first { row in
          let pixel = 3 * (row * 128 + column)
          return picture[pixel] - picture[pixel + 1] > 0.3
        })
    }
    #expect(try lips(1, 52) < lips(1, 64) - 1)
    #expect(try lips(-1, 57) > lips(-1, 64) + 1)
  }

  @Test func aTurnOfTheHeadMirrorsThePicture() throws {
    // Nearly: the light comes from the left and the hair is parted.
    let turn = try #require(Face.factors.firstIndex { $0.name == "head_turn" })
    let left = try draw(face(turn, at: 0), shape)
    let right = try draw(face(turn, at: 1), shape)
    var mirrored: Float = 0
    var direct: Float = 0
    for y in 0..<32 {
      for x in 0..<32 {
        for c in 0..<3 {
          let l = left[(y * 32 + x) * 3 + c]
          mirrored += abs(l - right[(y * 32 + 31 - x) * 3 + c])
          direct += abs(l - right[(y * 32 + x) * 3 + c])
        }
      }
    }
    #expect(mirrored < 0.35 * direct)
  }

  @Test(arguments: Face.factors.indices)
  func everyFactorShowsAtTheSmallestSize(_ factor: Int) throws {
    let shape = Shape(height: 16, width: 16, channels: 3)
    let low = try draw(face(factor, at: 0), shape)
    let high = try draw(face(factor, at: 1), shape)
    let change = zip(low, high).map { abs($0 - $1) }.max() ?? 0
    #expect(change > 0.1, "\(Face.factors[factor].name)")
  }

  // MARK: - Sizes and bad arguments

  @Test func facesAreDrawnAtAnySizeInRange() throws {
    for (height, width, channels) in [(16, 16, 1), (17, 41, 3), (128, 128, 3), (64, 16, 1)] {
      let shape = Shape(height: height, width: width, channels: channels)
      let picture = try draw(Face(seed: 2, index: 3), shape)
      #expect(picture.allSatisfy { $0 >= 0 && $0 <= 1 })
      #expect(Set(picture).count > 100)
    }
  }

  @Test func valuesOutsideTheirRangesAreClamped() throws {
    let count = Face.factors.count
    let wild = [Float](repeating: .infinity, count: count)
    let none = [Float](repeating: .nan, count: count)
    let top = Face.factors.map(\.range.upperBound)
    let bottom = Face.factors.map(\.range.lowerBound)
    #expect(Face(values: wild) == Face(values: top))
    #expect(Face(values: none) == Face(values: bottom))
    var face = Face()
    face.smile = .nan
    face.headTurn = 1e30
    face.hairColor = -.infinity
    #expect(try draw(face, shape).allSatisfy { $0 >= 0 && $0 <= 1 })
  }

  @Test func badSizesAreErrors() {
    func make(_ rowCount: Int, _ height: Int, _ width: Int, _ channels: Int, first: Int = 0)
      -> GenerativeError.Status?
    {
      status {
        try Dataset.faces(
          rowCount: rowCount, shape: Shape(height: height, width: width, channels: channels), seed: 0,
          firstIndex: first)
      }
    }
    #expect(make(1, 16, 16, 1) == nil)
    for (rowCount, height, width, channels) in [
      (0, 16, 16, 1), (-1, 16, 16, 1), (.max, 16, 16, 1), (1, 15, 16, 1), (1, 16, 129, 1), (1, 16, 16, 2),
      (1, 16, 16, 4), (1, .min, 16, 3), (1, 16, .max, 3),
    ] {
      #expect(make(rowCount, height, width, channels) == .argument)
    }
    #expect(make(1, 16, 16, 1, first: -1) == .argument)
    #expect(make(1, 16, 16, 1, first: .max) == .argument)
  }
}
