// Chrome's trace events: complete events, one for every span, or run of samples of a thread with the same frame.

import FlameGraph

enum ChromeExport {
  static func write(_ profile: Profile) -> [UInt8] {
    var json = JSONText()
    json.raw("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n")
    var isFirst = true
    func separate() {
      if !isFirst { json.raw(",\n") }
      isFirst = false
    }
    for (number, part) in profile.slices.enumerated() {
      separate()
      json.raw("{\"ph\":\"M\",\"name\":\"thread_name\"")
      identify(part.thread, number, &json)
      json.raw(",\"args\":{\"name\":")
      json.string(part.thread.name)
      json.raw("}}")
      for slice in part.slices {
        separate()
        json.raw("{\"ph\":\"X\",\"name\":")
        json.string(profile.stacks.name(slice.name))
        identify(part.thread, number, &json)
        json.raw(",\"ts\":")
        json.thousandths(slice.start)
        json.raw(",\"dur\":")
        json.thousandths(slice.end - slice.start)
        json.raw("}")
      }
    }
    json.raw("\n]}\n")
    return json.bytes
  }

  private static func identify(_ thread: TimedSample.Thread, _ number: Int, _ json: inout JSONText) {
    json.raw(",\"pid\":")
    json.number(max(1, thread.process))
    json.raw(",\"tid\":")
    json.number(thread.thread == 0 ? UInt64(number + 1) : thread.thread)
  }
}
