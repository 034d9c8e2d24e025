// A stream of system calls, spans and context switches from two CPUs, made by the tracer's own code on a clock that
// the program turns; and the same events as Common Trace Format for readers of that.
import Glibc
import TraceModel
import Tracer

@testable import TraceTestSupport

struct BenchStream {
  var records: Int

  /// Writes the stream to `file` and the events that a reader gets out of it to the folder `commonTraceFormat`.
  func write(to file: String, commonTraceFormat folder: String) {
    guard let output = fopen(file, "w") else { fail("\(file): \(String(cString: strerror(errno)))", 74) }
    var trace = CommonTraceFormat(folder: folder)
    var model = TraceModel()
    var written = 0
    let machine = Machine(cpus: 2, ringWords: 1 << 14)
    var workload = Workload(seed: 1)
    while written < records {
      workload.run(machine, calls: 20_000)
      machine.flush()
      let bytes = machine.takeBytes()
      fwrite(bytes, 1, bytes.count, output)
      model.feed(bytes) {
        trace.append($0)
        written += 1
      }
    }
    guard fclose(output) == 0 else { fail("\(file) cannot be written", 74) }
    trace.finish()
    print("\(written) records")
  }
}

/// Events as CTF 1.8: what a tracer of that format would have written for them, a stream for each CPU.
struct CommonTraceFormat {
  private let folder: String
  private var packets: [Packet] = []
  private static let packetBytes = 1 << 16

  init(folder: String) {
    self.folder = folder
    guard mkdir(folder, 0o777) == 0 || errno == EEXIST else { fail("\(folder) cannot be made", 74) }
    Self.save(Array(Self.metadata.utf8), folder + "/metadata")
  }

  mutating func append(_ event: TraceEvent) {
    while packets.count <= Int(event.cpu) { packets.append(Packet(path: "\(folder)/stream\(packets.count)")) }
    packets[Int(event.cpu)].append(event)
    if packets[Int(event.cpu)].body.count >= Self.packetBytes { packets[Int(event.cpu)].flush() }
  }

  mutating func finish() { for index in packets.indices { packets[index].flush() } }

  private static func save(_ bytes: [UInt8], _ path: String) {
    guard let file = fopen(path, "w"), fwrite(bytes, 1, bytes.count, file) == bytes.count, fclose(file) == 0 else {
      fail("\(path) cannot be written", 74)
    }
  }

  private struct Packet {
    let path: String
    let file: UnsafeMutablePointer<FILE>
    var body: [UInt8] = []
    var first: UInt64 = 0
    var last: UInt64 = 0

    init(path: String) {
      self.path = path
      guard let file = fopen(path, "w") else { fail("\(path) cannot be written", 74) }
      self.file = file
    }

    // A nested inversion of a few ticks is levelled: the format wants time that does not go back.
    mutating func append(_ event: TraceEvent) {
      let time = max(last, event.end)
      if body.isEmpty { first = time }
      last = time
      put(time)
      put(event.symbol.rawValue)
      put(event.errno)
      put(event.thread)
      put(event.duration)
      put(event.offCPU)
      put(event.argument)
    }

    mutating func flush() {
      let events = body
      body = []
      put(UInt32(0xc1fc_1fc1))
      put(UInt32(0))
      put(first)
      put(last)
      put(UInt64(40 + events.count) * 8)
      put(UInt64(40 + events.count) * 8)
      body += events
      guard fwrite(body, 1, body.count, file) == body.count, fflush(file) == 0 else {
        fail("\(path) cannot be written", 74)
      }
      body.removeAll(keepingCapacity: true)
    }

    private mutating func put(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value.littleEndian) { body.append(contentsOf: $0) }
    }
  }

  private static let metadata = """
    /* CTF 1.8 */
    typealias integer { size = 8; align = 8; signed = false; } := uint8_t;
    typealias integer { size = 16; align = 8; signed = false; } := uint16_t;
    typealias integer { size = 32; align = 8; signed = false; } := uint32_t;
    typealias integer { size = 64; align = 8; signed = false; } := uint64_t;
    trace {
      major = 1;
      minor = 8;
      byte_order = le;
      packet.header := struct { uint32_t magic; uint32_t stream_id; };
    };
    clock { name = ticks; freq = 166666667; };
    typealias integer { size = 64; align = 8; signed = false; map = clock.ticks.value; } := time_t;
    stream {
      id = 0;
      packet.context := struct { time_t timestamp_begin; time_t timestamp_end; uint64_t content_size; uint64_t packet_size; };
      event.header := struct { time_t timestamp; };
    };
    event {
      id = 0;
      name = "record";
      stream_id = 0;
      fields := struct { uint16_t symbol; uint8_t errno; uint32_t tid; uint64_t duration; uint64_t off_cpu; uint64_t argument; };
    };

    """
}
