// Common Trace Format 1.8: the metadata, and one stream of events `sample` with thread, value and folded stack.
//
// Source: the CTF 1.8.3 specification of DiaMon.

import FlameGraph

enum CTFExport {
  static func write(_ profile: Profile) -> [(name: String, bytes: [UInt8])] {
    [("metadata", Array(metadata.utf8)), ("stream", stream(profile))]
  }

  private static let metadata = """
    /* CTF 1.8 */
    typealias integer { size = 8; align = 8; signed = false; } := uint8_t;
    typealias integer { size = 32; align = 8; signed = false; } := uint32_t;
    typealias integer { size = 64; align = 8; signed = false; } := uint64_t;
    trace {
      major = 1;
      minor = 8;
      byte_order = le;
      packet.header := struct { uint32_t magic; uint32_t stream_id; };
    };
    env { tracer_name = "kflame"; };
    clock { name = profile; freq = 1000000000; };
    typealias integer { size = 64; align = 8; signed = false; map = clock.profile.value; } := time_t;
    stream {
      id = 0;
      packet.context := struct { time_t timestamp_begin; time_t timestamp_end; uint64_t content_size; uint64_t packet_size; };
      event.header := struct { uint32_t id; time_t timestamp; };
    };
    event {
      id = 0;
      name = "sample";
      stream_id = 0;
      fields := struct { uint64_t pid; uint64_t tid; string thread; uint64_t value; string stack; };
    };

    """

  private static func stream(_ profile: Profile) -> [UInt8] {
    let samples = profile.timeline.sorted { $0.time < $1.time }
    var body: [UInt8] = []
    for sample in samples {
      append(UInt32(0), &body)
      append(sample.time, &body)
      append(sample.thread.process, &body)
      append(sample.thread.thread, &body)
      append(sample.thread.name, &body)
      append(sample.value, &body)
      append(profile.stacks.frames(of: sample.node).joined(separator: ";"), &body)
    }
    var bytes: [UInt8] = []
    append(UInt32(0xc1fc_1fc1), &bytes)
    append(UInt32(0), &bytes)
    append(samples.first?.time ?? 0, &bytes)
    append(samples.last?.time ?? 0, &bytes)
    let bits = UInt64(bytes.count + 16 + body.count) * 8
    append(bits, &bytes)
    append(bits, &bytes)
    return bytes + body
  }

  private static func append(_ value: some FixedWidthInteger, _ bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private static func append(_ text: String, _ bytes: inout [UInt8]) {
    bytes.append(contentsOf: text.utf8.lazy.map { $0 == 0 ? UInt8(ascii: " ") : $0 })
    bytes.append(0)
  }
}
