import CGenerative
import Foundation
import Testing

/// Saving and loading models through the header.
@Suite struct FileTests {
  private func trained(_ model: Model) throws -> OpaquePointer {
    let handle = try model.make()
    let dataset = try makeDataset()
    var options = fitOptions()
    expect(model.fit(handle, dataset, &options), 0)
    gen_dataset_destroy(dataset)
    return handle
  }

  @Test(arguments: Model.all)
  func `A model loaded is the model saved, bit for bit`(_ model: Model) throws {
    let handle = try trained(model)
    let path = "/tmp/gen-abi-\(getpid())-\(model).safetensors"
    defer { unlink(path) }
    expect(model.save(handle, path, Int32(GEN_SAVE_ALL)), 0)
    let bytes = try model.bytes(handle)
    #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == bytes)
    let fromFile = try made { model.load(path, nil, $0) }
    let fromMemory = try made { model.loadMemory(bytes, Int64(bytes.count), nil, $0) }
    for loaded in [fromFile, fromMemory] {
      #expect(try model.output(loaded) == model.output(handle))
      #expect(try model.bytes(loaded) == bytes)
    }
    // Trained further, all three go the same way.
    let dataset = try makeDataset()
    var options = fitOptions()
    for each in [handle, fromFile, fromMemory] { expect(model.fit(each, dataset, &options), 0) }
    #expect(try model.bytes(fromFile) == model.bytes(handle))
    #expect(try model.bytes(fromMemory) == model.bytes(handle))
    var count: Int64 = 0
    expect(model.saveMemory(handle, Int32(GEN_SAVE_WEIGHTS), nil, 0, &count), 0)
    #expect(count < bytes.count)
    for each in [handle, fromFile, fromMemory] { model.destroy(each) }
    gen_dataset_destroy(dataset)
  }

  @Test(arguments: Model.all)
  func `Saving where nothing can be written is an error`(_ model: Model) throws {
    let handle = try trained(model)
    for path in ["/dev/full", "/nowhere/model", "/tmp", "/proc/model", "/tmp/"] {
      expect(model.save(handle, path, 0), 5, "\(path)")
    }
    expect(model.save(handle, nil, 0), 1)
    expect(model.save(handle, "", 0), 1)
    expect(model.save(handle, "/tmp/\u{1}\(String(repeating: "x", count: 5000))", 0), 1)
    expect(model.save(handle, [CChar(bitPattern: 0xFF), 0], 0), 1)
    expect(model.save(handle, "/tmp/never", 2), 1)
    expect(model.save(handle, "/tmp/never", -1), 1)
    var count: Int64 = -7
    var bytes = [UInt8](repeating: 9, count: 10)
    expect(model.saveMemory(handle, 0, &bytes, 10, &count), 1)
    expect(model.saveMemory(handle, 0, &bytes, -1, &count), 1)
    expect(model.saveMemory(handle, 3, nil, 0, &count), 1)
    expect(model.saveMemory(handle, 0, nil, 0, nil), 1)
    #expect(bytes.allSatisfy { $0 == 9 })
    #expect(count == -7)
    model.destroy(handle)
  }

  @Test(arguments: Model.all)
  func `Bytes that are no such model are told apart`(_ model: Model) throws {
    let handle = try trained(model)
    let bytes = try model.bytes(handle)
    model.destroy(handle)
    var loaded: OpaquePointer? = handle
    func load(_ bytes: [UInt8]) -> gen_status { model.loadMemory(bytes, Int64(bytes.count), nil, &loaded) }
    expect(load([]), 7)
    expect(load(Array(bytes.dropLast())), 7)
    expect(load(bytes + [0]), 8)
    expect(model.loadMemory(nil, 8, nil, &loaded), 1)
    expect(model.loadMemory(bytes, -1, nil, &loaded), 1)
    expect(model.load("/nowhere/model", nil, &loaded), 5)
    expect(model.load("/tmp", nil, &loaded), 5)
    expect(model.load(nil, nil, &loaded), 1)
    expect(model.load("/tmp/x", nil, nil), 1)
    #expect(loaded == nil)
    for other in Model.all where other.description != model.description {
      let stranger = try other.make()
      expect(load(try other.bytes(stranger)), 14)
      other.destroy(stranger)
    }
    // Every truncation, and a flipped bit here and there: an error, never a trap.
    for count in stride(from: 0, to: bytes.count, by: 37) { #expect(load(Array(bytes.prefix(count))) != 0) }
    for place in stride(from: 0, to: bytes.count, by: 11) {
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(place % 8)
      if load(damaged) == GEN_OK { model.destroy(loaded) }
    }
  }
}
