import Glibc
import Kernels
import TestSupport
import Tensors
import Testing

private let contexts: [Context] = Kernels.allTables.flatMap { table in
  [1, 3].compactMap { try? Context(threadCount: $0, kernels: table) }
}

@Suite struct ReductionTests {
  @Test func sumsAgreeWithDoubleAndDoNotDependOnThreads() throws {
    for count in [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 16_385, 1_500_007] {
      let x = try noise(count + 1, seed: 31)
      let y = try noise(count + 1, seed: 32)
      var sum = 0.0
      var dot = 0.0
      for i in 1..<count + 1 {
        sum += Double(x[i])
        dot += Double(x[i]) * Double(y[i])
      }
      var results: [String: [Double]] = [:]
      for context in contexts {
        let result = [
          context.sum(x.base + 1, count: count), context.dot(x.base + 1, y.base + 1, count: count),
        ]
        #expect(abs(result[0] - sum) < 1e-9 && abs(result[1] - dot) < 1e-9, "\(count)")
        #expect(results[context.kernels.name, default: result] == result)
        results[context.kernels.name] = result
      }
    }
  }

  @Test func squaredNormsAgreeWithDouble() throws {
    for (rows, columns) in [(1, 1), (3, 5), (7, 16), (300, 131)] {
      let x = try noise(rows * (columns + 2), seed: 36)
      let matrix = Matrix(x.base, rows: rows, columns: columns, rowStride: columns + 2)
      for context in contexts {
        let norms = try Buffer<Float>(count: rows)
        context.squaredNorms(matrix, into: norms.base)
        for i in 0..<rows {
          let wanted = (0..<columns).reduce(0.0) {
            $0 + Double(x[i * (columns + 2) + $1]) * Double(x[i * (columns + 2) + $1])
          }
          #expect(abs(Double(norms[i]) - wanted) < 1e-6 * max(wanted, 1))
        }
      }
    }
  }

  @Test func oneBadElementAnywhereIsFound() throws {
    for context in contexts {
      for count in [1, 7, 8, 33, 100_001] {
        let x = try noise(count, seed: 33, -1.5e38, 1.5e38)
        #expect(context.isFinite(x.base, count: count))
        for bad in [Float.nan, .infinity, -.infinity] {
          for place in [0, count / 2, count - 1] {
            let old = x[place]
            x[place] = bad
            #expect(!context.isFinite(x.base, count: count))
            x[place] = old
          }
        }
      }
      #expect(context.isFinite(UnsafePointer<Float>(bitPattern: 64).unsafelyUnwrapped, count: 0))
    }
  }

  @Test func columnSumsAndMomentsAgreeWithDouble() throws {
    for (rows, columns) in [(0, 3), (1, 1), (3, 5), (7, 16), (129, 33), (1_000, 131), (20_000, 7)] {
      let x = try noise(rows * (columns + 2), seed: 34, 3, 5)
      let matrix = Matrix(x.base, rows: rows, columns: columns, rowStride: columns + 2)
      for context in contexts {
        let sums = try Buffer<Float>(count: columns)
        let mean = try Buffer<Float>(count: columns)
        let variance = try Buffer<Float>(count: columns)
        context.columnSums(matrix, into: sums.base)
        context.columnSums(matrix, into: sums.base, accumulating: true)
        context.columnMoments(matrix, mean: mean.base, variance: variance.base)
        let n = Double(max(rows, 1))
        for j in 0..<columns {
          var sum = 0.0
          for i in 0..<rows { sum += Double(x[i * (columns + 2) + j]) }
          var squares = 0.0
          for i in 0..<rows {
            let d = Double(x[i * (columns + 2) + j]) - sum / n
            squares += d * d
          }
          #expect(abs(Double(sums[j]) - 2 * sum) <= 3e-6 * abs(sum))
          #expect(abs(Double(mean[j]) - sum / n) <= 3e-6 * abs(sum / n))
          #expect(abs(Double(variance[j]) - squares / n) <= 1e-5 * squares / n + 1e-12)
        }
      }
    }
  }

  @Test func scaledColumnsAgreeWithDouble() throws {
    for (rows, columns) in [(0, 3), (3, 5), (7, 16), (300, 131)] {
      let x = try noise(rows * columns, seed: 35)
      let scale = try noise(columns, seed: 36)
      let shift = try noise(columns, seed: 37)
      for context in contexts {
        let y = try Buffer<Float>(count: rows * columns)
        context.scaleColumns(
          Matrix(x.base, rows: rows, columns: columns), by: scale.base, adding: shift.base, .tanh,
          into: Matrix(y.base, rows: rows, columns: columns))
        for i in 0..<rows * columns {
          let j = i % columns
          let expected = tanh(Double(x[i]) * Double(scale[j]) + Double(shift[j]))
          #expect(abs(Double(y[i]) - expected) < 3e-7)
        }
      }
    }
  }

  @Test func lossesAndTheirGradientsAgreeWithDouble() throws {
    for (rows, columns) in [(0, 3), (1, 1), (3, 5), (5, 16), (200, 131)] {
      let x = try noise(rows * columns, seed: 38, -30, 30)
      let t = try noise(rows * columns, seed: 39, 0, 1)
      let logits = Matrix(x.base, rows: rows, columns: columns)
      let targets = Matrix(t.base, rows: rows, columns: columns)
      for context in contexts {
        let losses = try Buffer<Float>(count: rows)
        let gradient = try Buffer<Float>(count: rows * columns)
        let d = Matrix(gradient.base, rows: rows, columns: columns)
        context.crossEntropy(
          logits: logits, targets: targets, losses: losses.base, gradientScale: 0.5, dLogits: d)
        for i in 0..<rows {
          var loss = 0.0
          for j in i * columns..<(i + 1) * columns {
            let l = Double(x[j])
            loss += max(l, 0) + log1p(exp(-abs(l))) - Double(t[j]) * l
            #expect(abs(Double(gradient[j]) - 0.5 * (1 / (1 + exp(-l)) - Double(t[j]))) < 2e-7)
          }
          #expect(abs(Double(losses[i]) - loss) <= 3e-7 * loss)
        }
        context.squaredError(logits, targets: targets, losses: losses.base, gradientScale: 0.5, dy: d)
        for i in 0..<rows {
          var loss = 0.0
          for j in i * columns..<(i + 1) * columns {
            let e = Double(x[j]) - Double(t[j])
            loss += e * e
            #expect(abs(Double(gradient[j]) - e) <= 1e-5)
          }
          #expect(abs(Double(losses[i]) - loss) <= 3e-7 * loss)
        }
      }
    }
  }

  @Test func aLossWithoutColumnsIsZero() throws {
    let losses = try noise(3, seed: 40)
    let none = Matrix(losses.base, rows: 3, columns: 0)
    Context.standard.squaredError(none, targets: none, losses: losses.base)
    #expect(losses.elements.allSatisfy { $0 == 0 })
  }
}
