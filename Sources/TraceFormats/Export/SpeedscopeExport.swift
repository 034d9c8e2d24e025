// speedscope: one sampled profile a thread, weights as whole numbers.

import FlameGraph

enum SpeedscopeExport {
  static func write(_ profile: Profile) -> [UInt8] {
    var json = JSONText()
    json.raw("{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\"exporter\":\"kflame\",\"name\":")
    json.string(profile.title)
    json.raw(",\"shared\":{\"frames\":")
    json.list(0..<UInt32(profile.stacks.nameCount)) { json, id in
      json.raw("{\"name\":")
      json.string(profile.stacks.name(id))
      json.raw("}")
    }
    json.raw("},\"profiles\":")
    json.list(Threads.split(profile.timeline)) { json, part in write(part.thread, part.samples, profile, &json) }
    json.raw("}\n")
    return json.bytes
  }

  private static func write(
    _ thread: TimedSample.Thread, _ samples: [TimedSample], _ profile: Profile, _ json: inout JSONText
  ) {
    json.raw("{\"type\":\"sampled\",\"name\":")
    json.string(thread.name)
    json.raw(",\"unit\":")
    json.string(profile.isTime ? "nanoseconds" : profile.unit == "bytes" ? "bytes" : "none")
    json.raw(",\"startValue\":0,\"endValue\":")
    json.number(samples.reduce(UInt128(0)) { $0 + UInt128($1.value) })
    json.raw(",\"samples\":")
    json.list(samples) { json, sample in
      json.list(profile.frameIDs(of: sample)) { json, id in json.number(id) }
    }
    json.raw(",\"weights\":")
    json.list(samples) { json, sample in json.number(sample.value) }
    json.raw("}")
  }
}

/// Samples by thread, threads by their first sample.
enum Threads {
  static func split(_ samples: [TimedSample]) -> [(thread: TimedSample.Thread, samples: [TimedSample])] {
    var places: [TimedSample.Thread: Int] = [:]
    var parts: [(thread: TimedSample.Thread, samples: [TimedSample])] = []
    for sample in samples {
      if let place = places[sample.thread] {
        parts[place].samples.append(sample)
      } else {
        places[sample.thread] = parts.count
        parts.append((sample.thread, [sample]))
      }
    }
    return parts
  }
}
