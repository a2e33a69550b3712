/// The type of a tensor's elements, with the names of the safetensors format.
package enum ElementType: String, Sendable, CaseIterable {
  case float16 = "F16"
  case bfloat16 = "BF16"
  case float32 = "F32"
  case float64 = "F64"
  case int64 = "I64"
  case int32 = "I32"
  case uint8 = "U8"

  /// The number of bytes per element: 1, 2, 4 or 8.
  package var byteCount: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16: 2
    case .uint8: 1
    }
  }
}

/// A Swift type that can be the element type of a tensor.
package protocol TensorElement: BitwiseCopyable, Sendable {
  static var elementType: ElementType { get }
}

extension Float: TensorElement { package static var elementType: ElementType { .float32 } }
extension Double: TensorElement { package static var elementType: ElementType { .float64 } }
extension Int64: TensorElement { package static var elementType: ElementType { .int64 } }
extension Int32: TensorElement { package static var elementType: ElementType { .int32 } }
extension UInt8: TensorElement { package static var elementType: ElementType { .uint8 } }
