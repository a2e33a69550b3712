import CGenerative
import Foundation
import Testing

/// Saving and loading models through the header.
@Suite struct FileTests {
  private func trained(_ model: Model) throws -> OpaquePointer {
    let handle = try model.make()
    let dataset = try makeDataset()
    var options = fitOptions()
    expect(gen_model_fit(handle, dataset, &options, nil), 0)
    gen_dataset_destroy(dataset)
    return handle
  }

  @Test(arguments: Model.all)
  func `A model loaded is the model saved, bit for bit`(_ model: Model) throws {
    let handle = try trained(model)
    let path = "/tmp/gen-abi-\(getpid())-\(model).safetensors"
    defer { unlink(path) }
    expect(gen_model_save(handle, path, Int32(GEN_SAVE_ALL)), 0)
    let bytes = try model.bytes(handle)
    #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == bytes)
    let fromFile = try made { gen_model_load(path, nil, $0) }
    let fromMemory = try made { gen_model_load_memory(bytes, Int64(bytes.count), nil, $0) }
    for loaded in [fromFile, fromMemory] {
      #expect(try model.output(loaded) == model.output(handle))
      #expect(try model.bytes(loaded) == bytes)
    }
    // Trained further, all three go the same way.
    let dataset = try makeDataset()
    var options = fitOptions()
    for each in [handle, fromFile, fromMemory] { expect(gen_model_fit(each, dataset, &options, nil), 0) }
    #expect(try model.bytes(fromFile) == model.bytes(handle))
    #expect(try model.bytes(fromMemory) == model.bytes(handle))
    var count: Int64 = 0
    expect(gen_model_save_memory(handle, Int32(GEN_SAVE_WEIGHTS), nil, 0, &count), 0)
    #expect(count < bytes.count)
    for each in [handle, fromFile, fromMemory] { gen_model_destroy(each) }
    gen_dataset_destroy(dataset)
  }

  @Test(arguments: Model.all)
  func `Saving where nothing can be written is an error`(_ model: Model) throws {
    let handle = try trained(model)
    for path in ["/dev/full", "/nowhere/model", "/tmp", "/proc/model", "/tmp/"] {
      expect(gen_model_save(handle, path, 0), 5, "\(path)")
    }
    expect(gen_model_save(handle, nil, 0), 1)
    expect(gen_model_save(handle, "", 0), 1)
    expect(gen_model_save(handle, "/tmp/\u{1}\(String(repeating: "x", count: 5000))", 0), 1)
    expect(gen_model_save(handle, [CChar(bitPattern: 0xFF), 0], 0), 1)
    expect(gen_model_save(handle, "/tmp/never", 4), 1)
    expect(gen_model_save(handle, "/tmp/never", -1), 1)
    var count: Int64 = -7
    var bytes = [UInt8](repeating: 9, count: 10)
    expect(gen_model_save_memory(handle, 0, &bytes, 10, &count), 1)
    expect(gen_model_save_memory(handle, 0, &bytes, -1, &count), 1)
    expect(gen_model_save_memory(handle, 4, nil, 0, &count), 1)
    expect(gen_model_save_memory(handle, 0, nil, 0, nil), 1)
    #expect(bytes.allSatisfy { $0 == 9 })
    #expect(count == -7)
    gen_model_destroy(handle)
  }

  @Test(arguments: Model.all)
  func `Bytes of another kind of object are refused`(_ model: Model) throws {
    let handle = try trained(model)
    let bytes = try model.bytes(handle)
    gen_model_destroy(handle)
    var loaded: OpaquePointer? = handle
    func load(_ bytes: [UInt8]) -> gen_status {
      gen_model_load_memory(bytes, Int64(bytes.count), nil, &loaded)
    }
    expect(load([]), 7)
    expect(load(Array(bytes.dropLast())), 7)
    expect(load(bytes + [0]), 8)
    expect(gen_model_load_memory(nil, 8, nil, &loaded), 1)
    expect(gen_model_load_memory(bytes, -1, nil, &loaded), 1)
    expect(gen_model_load("/nowhere/model", nil, &loaded), 5)
    expect(gen_model_load("/tmp", nil, &loaded), 5)
    expect(gen_model_load(nil, nil, &loaded), 1)
    expect(gen_model_load("/tmp/x", nil, nil), 1)
    #expect(loaded == nil)
    // A file says of what kind it is, and moments are no model.
    expect(load(bytes), 0)
    #expect(String(cString: try #require(gen_model_kind(loaded))) == model.description)
    gen_model_destroy(loaded)
    expect(load(try momentsBytes()), 14)
    #expect(message == "a file of kind \"moments\" does not contain a model")
    // Every truncation, and a flipped bit here and there: an error, never a trap.
    for count in stride(from: 0, to: bytes.count, by: 37) { #expect(load(Array(bytes.prefix(count))) != 0) }
    for place in stride(from: 0, to: bytes.count, by: 11) {
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(place % 8)
      if load(damaged) == GEN_OK { gen_model_destroy(loaded) }
    }
  }

  private func momentsBytes() throws -> [UInt8] {
    var options = gen_moments_options()
    gen_moments_options_init(&options, UInt32(MemoryLayout<gen_moments_options>.size))
    options.n_features = 3
    let moments = try made { gen_moments_create(&options, $0) }
    defer { gen_moments_destroy(moments) }
    var count: Int64 = 0
    expect(gen_moments_save_memory(moments, nil, 0, &count), 0)
    var bytes = [UInt8](repeating: 0, count: Int(count))
    expect(gen_moments_save_memory(moments, &bytes, count, &count), 0)
    return bytes
  }
}
