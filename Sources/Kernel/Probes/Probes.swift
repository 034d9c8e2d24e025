// The kernel's probe sites. A site that is off is one nop; what it does when on is out of line.
//
// The kernel calls probes and does not know what becomes of the records. Probes never allocate, lock or wait.

import CMachine
import KernelCore
import LinuxABI
import Tracer

/// The cold halves of a span's two sites, `begin` and `end`.
enum SpanProbe {
  @inline(never)
  static func start(_ thread: Thread) -> SpanStart { SpanStart(tsc: apus_rdtsc(), thread: thread.tracePointer) }

  /// A start of zero means that the key was off when the span began.
  @inline(never)
  static func record(_ id: apus_span, _ key: apus_key, _ start: SpanStart, _ thread: Thread) {
    guard start.tsc != 0 else { return }
    CPUTrace.current.recordSpan(
      id.rawValue, start: start, end: apus_rdtsc(), thread: thread.tracePointer, key: key.rawValue)
  }

  static var none: SpanStart {
    @inline(__always) get { SpanStart(tsc: 0, offCPU: 0) }
  }
}

/// Spans of the key `process`.
struct ProcessSpan {
  let id: apus_span

  @inline(__always)
  func begin(_ thread: Thread) -> SpanStart { apus_key_process() ? SpanProbe.start(thread) : SpanProbe.none }

  @inline(__always)
  func end(_ start: SpanStart, _ thread: Thread) {
    if apus_key_process() { SpanProbe.record(id, apus_key_id_process, start, thread) }
  }
}

/// Span of the key `path`.
struct PathSpan {
  @inline(__always)
  func begin(_ thread: Thread) -> SpanStart { apus_key_path() ? SpanProbe.start(thread) : SpanProbe.none }

  @inline(__always)
  func end(_ start: SpanStart, _ thread: Thread) {
    if apus_key_path() { SpanProbe.record(apus_span_path, apus_key_id_path, start, thread) }
  }
}

/// Span of the key `fault`.
struct FaultSpan {
  @inline(__always)
  func begin(_ thread: Thread) -> SpanStart { apus_key_fault() ? SpanProbe.start(thread) : SpanProbe.none }

  @inline(__always)
  func end(_ start: SpanStart, _ thread: Thread) {
    if apus_key_fault() { SpanProbe.record(apus_span_fault, apus_key_id_fault, start, thread) }
  }
}

enum Probes {
  static var exec: ProcessSpan { @inline(__always) get { ProcessSpan(id: apus_span_exec) } }
  static var fork: ProcessSpan { @inline(__always) get { ProcessSpan(id: apus_span_fork) } }
  static var exit: ProcessSpan { @inline(__always) get { ProcessSpan(id: apus_span_exit) } }
  static var wait: ProcessSpan { @inline(__always) get { ProcessSpan(id: apus_span_wait) } }
  static var log: ProcessSpan { @inline(__always) get { ProcessSpan(id: apus_span_log) } }
  static var sleep: ProcessSpan { @inline(__always) get { ProcessSpan(id: apus_span_sleep) } }
  static var execLoad: ProcessSpan { @inline(__always) get { ProcessSpan(id: apus_span_exec_load) } }
  static var execImage: ProcessSpan { @inline(__always) get { ProcessSpan(id: apus_span_exec_image) } }
  static var execReplace: ProcessSpan { @inline(__always) get { ProcessSpan(id: apus_span_exec_replace) } }
  static var forkMemory: ProcessSpan { @inline(__always) get { ProcessSpan(id: apus_span_fork_memory) } }
  static var forkFiles: ProcessSpan { @inline(__always) get { ProcessSpan(id: apus_span_fork_files) } }
  static var exitMemory: ProcessSpan { @inline(__always) get { ProcessSpan(id: apus_span_exit_memory) } }
  static var exitFiles: ProcessSpan { @inline(__always) get { ProcessSpan(id: apus_span_exit_files) } }
  static var path: PathSpan { @inline(__always) get { PathSpan() } }
  static var fault: FaultSpan { @inline(__always) get { FaultSpan() } }

  @inline(__always)
  static func schedulerEntered(_ cpu: CPU) {
    if apus_key_scheduler() { noteEntry(cpu) }
  }

  @inline(never)
  private static func noteEntry(_ cpu: CPU) { cpu.schedulerEntry = apus_rdtsc() }

  @inline(__always)
  static func contextSwitch(_ cpu: CPU, from: Thread, to: Thread) {
    if apus_key_scheduler() { recordSwitch(cpu, from, to) }
  }

  @inline(never)
  private static func recordSwitch(_ cpu: CPU, _ from: Thread, _ to: Thread) {
    let now = apus_rdtsc()
    let start = cpu.schedulerEntry == 0 ? now : cpu.schedulerEntry
    let since = to.tracePointer.pointee.switchedOutAt
    cpu.lastAway = since == 0 ? 0 : now &- since
    CPUTrace.current.contextSwitch(from: from.tracePointer, to: to.tracePointer, start: start, now: now)
  }

  @inline(never)
  static func ticked(_ cpu: CPU) { CPUTrace.current.tick(queued: cpu.runQueue.count) }

  @inline(never)
  static func interrupted(_ vector: UInt64) { CPUTrace.current.interrupt(vector) }

  // MARK: Names of threads: state, kept whether or not anything is on

  static func threadNamed(_ thread: Thread) {
    guard let table = TraceLine.threads else { return }
    thread.tracePointer.pointee.pid = UInt32(thread.process.pid)
    let name = thread.name
    withUnsafeBytes(of: name.bytes) { bytes in
      let text = UnsafeRawBufferPointer(rebasing: bytes[0..<name.count])
      if thread.tracePointer.pointee.slot < 0 {
        thread.tracePointer.pointee.slot = table.add(
          tid: UInt32(thread.tid), pid: UInt32(thread.process.pid), name: text)
      } else {
        table.rename(thread.tracePointer.pointee.slot, to: text)
      }
    }
  }

  /// The thread runs another program from now on, loaded at `base`, with its own code at `code`.
  static func programStarted(_ thread: Thread, path: [UInt8], base: UInt, code: Range<UInt>) {
    thread.tracePointer.pointee.codeStart = UInt64(code.lowerBound)
    thread.tracePointer.pointee.codeEnd = UInt64(code.upperBound)
    guard let table = TraceLine.programs else { return }
    let name = thread.name
    thread.tracePointer.pointee.program = withUnsafeBytes(of: name.bytes) { bytes in
      path.withUnsafeBytes {
        table.number(name: UnsafeRawBufferPointer(rebasing: bytes[0..<name.count]), path: $0, base: UInt64(base))
      }
    }
  }

  /// A new thread runs what the one that made it runs.
  static func threadInherits(_ thread: Thread, from parent: Thread) {
    thread.tracePointer.pointee.program = parent.tracePointer.pointee.program
    thread.tracePointer.pointee.codeStart = parent.tracePointer.pointee.codeStart
    thread.tracePointer.pointee.codeEnd = parent.tracePointer.pointee.codeEnd
    apus_cpu_trace().map { CPUTrace(memory: $0).inherit(thread.tracePointer, from: parent.tracePointer) }
  }

  static func threadEnded(_ thread: Thread) { TraceLine.threads?.remove(thread.tracePointer.pointee.slot) }
}
