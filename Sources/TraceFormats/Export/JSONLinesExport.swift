// JSON Lines: a line of facts, then one for every sample, or for every stack of a profile without time.

import FlameGraph

enum JSONLinesExport {
  static func write(_ profile: Profile) -> [UInt8] {
    var json = JSONText()
    json.raw("{\"schema\":\"kflame-samples\",\"version\":1,\"title\":")
    json.string(profile.title)
    json.raw(",\"unit\":")
    json.string(profile.unit)
    json.raw("}\n")
    if profile.samples.isEmpty {
      profile.stacks.forEachStack { node, _, value in
        json.raw("{\"stack\":")
        json.list(profile.stacks.frames(of: node)) { json, name in json.string(name) }
        json.raw(",\"value\":")
        json.decimal(value, profile.stacks.decimals)
        json.raw("}\n")
      }
    }
    for sample in profile.samples { write(sample, profile, &json) }
    return json.bytes
  }

  private static func write(_ sample: TimedSample, _ profile: Profile, _ json: inout JSONText) {
    json.raw("{\"time\":")
    json.number(sample.time)
    if let cpu = sample.cpu {
      json.raw(",\"cpu\":")
      json.number(cpu)
    }
    json.raw(",\"process\":")
    json.number(sample.thread.process)
    json.raw(",\"thread\":")
    json.number(sample.thread.thread)
    json.raw(",\"name\":")
    json.string(sample.thread.name)
    json.raw(",\"stack\":")
    json.list(profile.stacks.frames(of: sample.node)) { json, name in json.string(name) }
    json.raw(",\"value\":")
    json.number(sample.value)
    json.raw("}\n")
  }
}

extension JSONText {
  mutating func decimal(_ value: UInt128, _ decimals: Int) {
    let scale = FoldedStacks.power(of: decimals)
    number(value / scale)
    guard decimals > 0, value % scale > 0 else { return }
    let digits = String(value % scale)
    bytesOf("." + String(repeating: "0", count: decimals - digits.count) + digits)
  }

  private mutating func bytesOf(_ text: String) { for byte in text.utf8 { raw(byte) } }
}
