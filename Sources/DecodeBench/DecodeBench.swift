// The developer's program `DecodeBench`: how fast streams are decoded, and whether memory stays flat.
//
//   DecodeBench write RECORDS FILE FOLDER   a stream, and the same events as Common Trace Format
//   DecodeBench day FILE                    a day of a machine at a realistic rate
//   DecodeBench decode FILE [PASSES]        records a second of the whole model, best of PASSES
//   DecodeBench hour                        an hour of the stream's time, and the memory it took
//   DecodeBench cost                        nanoseconds of recording a span
//   DecodeBench damage FRAMES               damaged frames, and how many passed for what was not sent
//
// `Tools/decode-bench` runs it beside the readers of other tracers.
import Glibc

let usage =
  "usage: DecodeBench write RECORDS FILE FOLDER | day FILE | decode FILE [PASSES] | hour | cost | damage FRAMES"

func fail(_ message: String, _ status: Int32) -> Never {
  fputs("DecodeBench: \(message)\n", stderr)
  exit(status)
}

@main
struct DecodeBench {
  static func main() {
    let arguments = CommandLine.arguments.dropFirst().map { $0 }
    switch (arguments.first, arguments.count) {
    case ("write", 4):
      guard let records = Int(arguments[1]), records > 0 else { fail("\(arguments[1]) is no number of records", 64) }
      BenchStream(records: records).write(to: arguments[2], commonTraceFormat: arguments[3])
    case ("day", 2): DayStream().write(to: arguments[1])
    case ("decode", 2), ("decode", 3):
      guard let passes = Int(arguments.count == 3 ? arguments[2] : "5"), passes > 0 else { fail(usage, 64) }
      DecodeRun(file: arguments[1]).report(passes: passes)
    case ("damage", 2):
      guard let frames = Int(arguments[1]), frames > 0 else { fail("\(arguments[1]) is no number of frames", 64) }
      DamageRun().report(frames: frames)
    case ("cost", 1): CostRun().report(batches: 2_000)
    case ("hour", 1): HourRun().report()
    default: fail(usage, 64)
    }
  }
}

/// Processor time of this process, which other work on the machine does not change much.
func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Memory of this process that is resident, KiB.
func residentKiB() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var text = [CChar](repeating: 0, count: 128)
  guard fgets(&text, 127, file) != nil else { return 0 }
  let fields = String(cString: text).split(separator: " ")
  return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(getpagesize()) / 1024 : 0
}
