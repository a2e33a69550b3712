import CGenerative
import Exports
import Models
import Networks
import Tensors

@c @implementation public func gen_model_export_onnx(
  _ model: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ part: Int32
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.readingModel(model) { (model) throws(GenerativeError) in
      let path = try checkPath("path", path)
      let part = try checkPart(part, of: model)
      let file = try ONNXFile(
        try model.program(part), name: part.name, producer: "libgenerative", version: GEN_VERSION_STRING,
        in: model.context.memory)
      try file.write(to: path)
    }
  }
}

@c @implementation public func gen_model_export_json(
  _ model: OpaquePointer?, _ part: Int32, _ bytes_out: UnsafeMutableRawPointer?, _ capacity: Int64,
  _ byte_count_out: UnsafeMutablePointer<Int64>?
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.readingModel(model) { (model) throws(GenerativeError) in
      let capacity = try checkRange("capacity", capacity, 0...Int.max)
      guard let byte_count_out else { throw .null("byte_count_out") }
      let part = try checkPart(part, of: model)
      let file = try JSONFile(try model.program(part), in: model.context.memory)
      byte_count_out.pointee = Int64(file.byteCount)
      if let bytes_out { try file.copy(to: bytes_out, capacity: capacity) }
    }
  }
}

/// A part that the model has; for GEN_AUTO its first.
private func checkPart(_ part: Int32, of model: any ModelObject) throws(GenerativeError) -> ModelPart {
  let parts = model.parts
  guard chosen(part) != nil else { return parts[0] }
  let chosen = try checkChoice("part", part, ModelPart.allCases)
  guard parts.contains(chosen) else {
    let others = parts.map { $0.name }.joined(separator: ", ")
    let noun = model.handleKind.noun
    throw GenerativeError(
      .unsupported, "this \(noun) has no \(chosen.name) to export; it has: \(others)")
  }
  return chosen
}

@c @implementation public func gen_model_export_c(
  _ model: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?, _ weights: Int32
) -> gen_status {
  boundary { () throws(GenerativeError) in
    try Handles.shared.readingModel(model) { (model) throws(GenerativeError) in
      let path = try checkPath("path", path)
      let name = try checkIdentifier("name", name) ?? "model"
      let weights = try checkChoice("weights", weights, CFile.Weights.allCases)
      var file = try CFile(name: name, weights, in: model.context.memory)
      for part in model.parts {
        let program = try model.program(part)
        try file.add(program, as: part.verb)
        if let latents = model.drawnLatents(for: part) {
          try file.addSample(latents, program, by: part.verb, purpose: Random.Purpose.latent.rawValue)
        }
      }
      if let threshold = try? model.calibratable?.threshold() { try file.add(threshold: threshold) }
      let noun = model.handleKind.noun
      try file.write("\(noun) of libgenerative \(GEN_VERSION_STRING) as C99", to: path)
    }
  }
}

extension ModelPart {
  /// The function that computes it.
  fileprivate var verb: String {
    switch self {
    case .encoder: "encode"
    case .decoder: "decode"
    case .generator: "generate"
    case .discriminator: "discriminate"
    case .classifier: "classify"
    case .reconstruction: "reconstruct"
    case .score: "score"
    }
  }
}

/// A C identifier; nil for NULL.
private func checkIdentifier(
  _ argument: String, _ text: UnsafePointer<CChar>?
) throws(GenerativeError) -> String? {
  guard let text else { return nil }
  var name = ""
  while let character = Unicode.Scalar(UInt32(UInt8(bitPattern: text[name.utf8.count]))), character.value != 0
  {
    let isLetter = character == "_" || ("a"..."z").contains(character) || ("A"..."Z").contains(character)
    let isDigit = ("0"..."9").contains(character) && !name.isEmpty
    guard isLetter || isDigit, name.utf8.count < 63 else { name = ""; break }
    name.unicodeScalars.append(character)
  }
  guard !name.isEmpty else {
    throw GenerativeError(
      .argument,
      "\(argument) must be a C identifier of at most 63 bytes, not \(quoted(String(cString: text)))")
  }
  return name
}
