import Datasets
import Tensors
import Testing

struct ImageDecodingTests {
  /// Name and shape of every golden picture.
  static let pictures: [(name: String, shape: Shape)] = {
    let index = (try? golden("index.txt")) ?? []
    return String(decoding: index, as: UTF8.self).split(separator: "\n").map { line in
      let fields = line.split(separator: " ")
      let n = fields.dropFirst().compactMap { Int($0) }
      return (String(fields[0]), Shape(height: n[0], width: n[1], channels: n[2]))
    }
  }()

  @Test func thereAreGoldenPictures() {
    #expect(ImageDecodingTests.pictures.count == 25)
  }

  @Test(arguments: pictures.indices)
  func everyKindOfPictureDecodesAsPillowDecodesIt(_ i: Int) throws {
    let (name, shape) = ImageDecodingTests.pictures[i]
    let image = try Image(path: goldenPath(name))
    #expect(image.shape == shape)
    let expected = try golden(name + ".raw")
    #expect(image.array.count == expected.count)
    let differences = zip(image.array, expected).map { abs(Int($0) - Int($1)) }
    // Builds of libjpeg may round chroma differently; everything else is exact.
    let tolerance = name.hasSuffix("jpg") ? 1 : 0
    #expect(differences.max() ?? .max <= tolerance, "\(name)")
  }

  @Test func colorsBecomeGrayAsPillowMakesThem() throws {
    let image = try Image(path: goldenPath("noise.png"), channels: 1)
    #expect(image.shape == Shape(height: 31, width: 41, channels: 1))
    #expect(image.array == (try golden("noise-luma.raw")))
  }

  @Test func transparencyIsCompositedOverWhiteWhereItIsDropped() throws {
    let pixels: [[UInt8]] = [[200, 100, 0, 255], [200, 100, 0, 0], [200, 100, 0, 128]]
    let picture = try image(Shape(height: 1, width: 3, channels: 4)) { _, x, c in pixels[x][c] }
    let opaque = try picture.converted(toChannels: 3)
    // 128/255 · (200, 100, 0) + 127/255 · 255
    #expect(opaque.array == [200, 100, 0, 255, 255, 255, 227, 177, 127])
    #expect(try picture.converted(toChannels: 1).array[1] == 255)
    #expect(try opaque.converted(toChannels: 4).array[7] == 255)
    #expect(status { try picture.converted(toChannels: 2) } == .argument)
  }

  // MARK: - Damage

  @Test(arguments: ["rgba.png", "interlaced.png", "rgb-420.jpg", "progressive.jpg", "cmyk.jpg"])
  func aFileCutAnywhereIsAnErrorUnlessAllItsPixelsAreThere(name: String) throws {
    let whole = try golden(name)
    let pixels = try decode(whole).array
    var accepted = 0
    for count in 0..<whole.count {
      let cut = Array(whole.prefix(count))
      let found = status { try decode(cut) }
      if found == nil {
        accepted += 1
        #expect(try decode(cut).array == pixels, "\(name) of \(count) bytes")
      } else {
        #expect(found == .truncated || found == .format, "\(name) of \(count) bytes")
      }
    }
    // The end's chunk or marker; of a progressive JPEG scans may be missing.
    #expect(accepted <= 12)
    #expect((accepted == 0) == (name == "progressive.jpg"))
  }

  @Test func anyChangedBitOfAPNGIsNoticedOrHarmsNoPixel() throws {
    let whole = try golden("palette-alpha.png")
    let pixels = try decode(whole).array
    // Accepted are what the last chunk and the checksums of chunks without pixels say.
    // A chunk whose type has changed is another chunk, and may be one that is passed over.
    var types: Set<Int> = []
    var chunk = 8
    while chunk + 8 <= whole.count {
      types.formUnion(chunk + 4..<chunk + 8)
      chunk += 12 + whole[chunk..<chunk + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    var accepted = 0
    for i in 0..<whole.count * 8 where !types.contains(i / 8) {
      var damaged = whole
      damaged[i / 8] ^= 1 << UInt8(i % 8)
      let found = status { try decode(damaged) }
      guard found == nil else { continue }
      accepted += 1
      #expect(try decode(damaged).array == pixels, "bit \(i)")
    }
    #expect(accepted <= 8 * 12 + 64)
  }

  @Test func aDamagedJPEGIsDecodedOrRefusedButNeverTraps() throws {
    let whole = try golden("progressive.jpg")
    var refused = 0
    for i in 0..<whole.count {
      for value in [0, 0xFF, whole[i] ^ 0x55] as [UInt8] {
        var damaged = whole
        damaged[i] = value
        if status({ try decode(damaged) }) != nil { refused += 1 }
      }
    }
    #expect(refused > whole.count / 2)
  }

  @Test func whatIsNoPictureIsRefused() {
    #expect(status { try decode([]) } == .format)
    #expect(status { try decode(Array("GIF89a trailing text".utf8)) } == .format)
    #expect(status { try Image(path: "/nonexistent/picture.png") } == .io)
    #expect(status { try Image(path: "/tmp") } == .io)
    #expect(status { try Image(path: "/dev/zero") } == .io)
  }
}
