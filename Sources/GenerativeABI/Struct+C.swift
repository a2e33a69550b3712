import CGenerative
import Glibc
import Models
import Options
import Tensors

// Structs by the names of their members, and options as text, for languages that do not lay out C structs.

/// The table of a struct, such as "vae" for gen_vae_options or "model_info" for gen_model_info_t.
private func checkTable(_ name: UnsafePointer<CChar>?) throws(GenerativeError) -> OptionTable {
  let name = try checkText("name", name)
  let tables = OptionTable.all + OptionTable.outputs
  guard let table = tables.first(where: { $0.name == name }) else {
    throw unknown("name", name, among: tables.map { $0.name })
  }
  return table
}

/// The error for an unknown word.
private func unknown(_ parameter: String, _ word: String, among words: [String]) -> GenerativeError {
  let meant = nearest(to: word, among: words).map { "; did you mean \($0)?" } ?? ""
  return GenerativeError(
    .argument, "\(parameter) must be one of \(words.joined(separator: ", ")), not \(quoted(word))\(meant)")
}

/// A text from the caller. NULL is an empty text.
private func checkText(
  _ name: String, _ text: UnsafePointer<CChar>?
) throws(GenerativeError) -> String {
  guard let text else { return "" }
  let length = strnlen(text, OptionTable.longestText + 1)
  guard length <= OptionTable.longestText else {
    throw GenerativeError(.limit, "\(name) must have at most \(OptionTable.longestText) bytes")
  }
  guard let text = String(validating: UnsafeRawBufferPointer(start: text, count: length), as: UTF8.self)
  else {
    throw GenerativeError(.argument, "\(name) must be UTF-8")
  }
  return text
}

/// Writes `text` to the caller's memory, or only its length if there is none.
private func writeText(
  _ text: String, _ bytes: UnsafeMutablePointer<CChar>?, _ capacity: Int64,
  _ byteCount: UnsafeMutablePointer<Int64>?
) throws(GenerativeError) {
  let capacity = try checkRange("capacity", capacity, 0...Int.max)
  guard let byteCount else { throw .null("byte_count_out") }
  var text = text
  let needed = text.utf8.count + 1
  guard bytes == nil || capacity >= needed else {
    throw GenerativeError(.argument, "capacity must be at least \(needed), not \(capacity)")
  }
  byteCount.pointee = Int64(needed)
  guard let bytes else { return }
  text.withUTF8 { utf8 in
    for (index, byte) in utf8.enumerated() { bytes[index] = CChar(bitPattern: byte) }
  }
  bytes[needed - 1] = 0
}

@c @implementation public func gen_options_describe(
  _ name: UnsafePointer<CChar>?, _ text_out: UnsafeMutablePointer<CChar>?, _ capacity: Int64,
  _ byte_count_out: UnsafeMutablePointer<Int64>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let text =
      if name == nil {
        "[" + (OptionTable.all + OptionTable.outputs).map { "\"\($0.name)\"" }.joined(separator: ",") + "]"
      } else {
        try checkTable(name).json
      }
    try writeText(text, text_out, capacity, byte_count_out)
  }
}

@c @implementation public func gen_model_create(
  _ kind: UnsafePointer<CChar>?, _ options: UnsafePointer<CChar>?, _ context: OpaquePointer?,
  _ model_out: UnsafeMutablePointer<OpaquePointer?>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    guard let model_out else { throw .null("model_out") }
    model_out.pointee = nil
    let kind = try checkText("kind", kind)
    let text = try checkText("options", options)
    let context = try resolve(context)
    let kinds: [HandleKind] = [.pca, .autoencoder, .vae, .gan, .classifier]
    switch kinds.first(where: { $0.noun == kind }) {
    case .pca:
      let options = try PCA.Options(try PCA.Options.options.table.values(of: text))
      model_out.pointee = Handles.shared.insert(try PCA(options, in: context))
    case .autoencoder: model_out.pointee = try insert(Autoencoder.self, text, context)
    case .vae: model_out.pointee = try insert(VAE.self, text, context)
    case .gan: model_out.pointee = try insert(GAN.self, text, context)
    case .classifier: model_out.pointee = try insert(Classifier.self, text, context)
    default:
      throw unknown("kind", kind, among: kinds.map { $0.noun })
    }
  }
}

private func insert<Model: HandleObject & TabledModel>(
  _: Model.Type, _ text: String, _ context: Context
) throws(GenerativeError) -> OpaquePointer? {
  let options = try Model.Options(try Model.Options.options.table.values(of: text))
  return Handles.shared.insert(try Model(options, context: context))
}

@c @implementation public func gen_model_describe(
  _ model: OpaquePointer?, _ text_out: UnsafeMutablePointer<CChar>?, _ capacity: Int64,
  _ byte_count_out: UnsafeMutablePointer<Int64>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.readingModel(model) { (model) throws(GenerativeError) in
      let text =
        "{\"kind\":\"\(model.handleKind.noun)\",\"options\":\(model.optionValues.json)"
        + "\(model.description)}"
      try writeText(text, text_out, capacity, byte_count_out)
    }
  }
}

// MARK: - Structs by name

@c @implementation public func gen_struct_init(
  _ name: UnsafePointer<CChar>?, _ structure: UnsafeMutableRawPointer?, _ struct_size: UInt32
) -> gen_status {
  boundary { () throws(GenerativeError) in try checkTable(name).initialize(structure, size: Int(struct_size))
  }
}

@c @implementation public func gen_struct_value(
  _ name: UnsafePointer<CChar>?, _ structure: UnsafeRawPointer?, _ member: UnsafePointer<CChar>?,
  _ value_out: UnsafeMutablePointer<Double>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let table = try checkTable(name)
    guard let structure else { throw .null("structure") }
    guard let value_out else { throw .null("value_out") }
    let member = try checkText("member", member)
    guard let index = table.index(of: member), table.rows[index].isNumber else {
      throw unknown("member", member, among: table.rows.filter { $0.isNumber }.map { $0.name })
    }
    guard table.members[index].end <= structure.loadUnaligned(as: UInt32.self) else {
      throw GenerativeError(.version, "structure, of an older version, has no \(member)")
    }
    value_out.pointee = table.number(index, in: structure)
  }
}

@c @implementation public func gen_event_message(_ event: UnsafePointer<gen_event>?) -> UnsafePointer<CChar>?
{
  event?.pointee.message
}

/// The structs that `gen_struct_create` has created and that are not destroyed yet, with their tables.
private let structs = Guarded([(address: UInt, table: OptionTable)]())

@c @implementation public func gen_struct_create(
  _ name: UnsafePointer<CChar>?, _ text: UnsafePointer<CChar>?,
  _ struct_out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    guard let struct_out else { throw .null("struct_out") }
    struct_out.pointee = nil
    let table = try checkTable(name)
    let text = try checkText("text", text)
    guard !table.isOutput || text.utf8.isEmpty else {
      throw GenerativeError(.argument, "text must be empty: a call fills \(table.name)")
    }
    let values = table.isOutput ? table.standard : try table.values(of: text)
    let byteCount = table.structSize + table.listSize(values)
    guard let block = calloc(1, byteCount) else {
      throw GenerativeError(.memory, "could not allocate \(byteCount) bytes")
    }
    table.write(values, toBlock: block, lists: block + table.structSize)
    structs.withLock { $0.append((UInt(bitPattern: block), table)) }
    struct_out.pointee = block
  }
}

@c @implementation public func gen_struct_set_pointer(
  _ structure: UnsafeMutableRawPointer?, _ member: UnsafePointer<CChar>?, _ address: UnsafeMutableRawPointer?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    let place = UInt(bitPattern: structure)
    let table = structs.withLock { $0.first { $0.address == place }?.table }
    guard let structure, let table else {
      throw GenerativeError(
        .handle, "structure must come from gen_struct_create and must not have been destroyed")
    }
    let name = try checkText("member", member)
    guard let offset = table.pointer(name) else { throw unknown("member", name, among: table.pointerNames) }
    (structure + offset).storeBytes(of: UInt(bitPattern: address), as: UInt.self)
  }
}

@c @implementation public func gen_struct_destroy(_ structure: UnsafeMutableRawPointer?) {
  let address = UInt(bitPattern: structure)
  let isKnown = call {
    structs.withLock { structs in
      guard let index = structs.firstIndex(where: { $0.address == address }) else { return false }
      structs.remove(at: index)
      return true
    }
  }
  if isKnown { free(structure) }
}
