// JSON documents as values of Swift; numbers that formats write as text are taken as well.

import FoundationEssentials

enum JSONInput {
  static func decode<Value: Decodable>(
    _ type: Value.Type, _ bytes: UnsafeBufferPointer<UInt8>, _ expected: String
  ) throws(FormatError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch {
      throw FormatError("\(expected): \(reason(error))")
    }
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    switch error {
    case .dataCorrupted(let context): return "the JSON is damaged at \(path(context)): \(context.debugDescription)"
    case .keyNotFound(let key, let context): return "'\(key.stringValue)' is missing at \(path(context))"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "\(path(context)): \(context.debugDescription)"
    @unknown default: return "\(error)"
    }
  }

  private static func path(_ context: DecodingError.Context) -> String {
    let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
    return path.isEmpty ? "the top" : path
  }
}

/// A number, or text that is one.
struct LooseNumber: Decodable {
  var value: Double

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      value = number
    } else if let number = Double(try container.decode(String.self)) {
      value = number
    } else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected a number")
    }
  }

  /// Rounded, times a factor; nil when it is negative, no number, or above 2^64 - 1.
  func scaled(_ factor: Double) -> UInt64? {
    let scaled = (value * factor).rounded()
    return scaled >= 0 && scaled < 18_446_744_073_709_551_616 ? UInt64(scaled) : nil
  }
}
