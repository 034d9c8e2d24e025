// Texts of other tracers: stacks, guessed formats, what is refused.
import FlameGraph
import Testing
import TraceFormats

@Suite struct TextFormatTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    var name: String
    var format: TraceFormat
    var text: String
    var folded: String
    var unit = "samples"
    var testDescription: String { name }
  }

  static let samples = [
    Sample(
      name: "dtrace", format: .dtrace,
      text: """
        CPU     ID                    FUNCTION:NAME

                      unix`i86_mwait+0xd
                      unix`cpu_idle+0xf1
                      genunix`thread(int, char)+0x1
                    12

                      unix`i86_mwait+0xe
                      unix`cpu_idle
                     3
        """,
      folded: "genunix`thread;unix`cpu_idle;unix`i86_mwait 12\nunix`cpu_idle;unix`i86_mwait 3\n"),
    Sample(
      name: "bpftrace", format: .bpftrace,
      text: """
        Attaching 1 probe...
        ^C

        @[
            native_safe_halt+14
            default_idle+42
        ]: 5
        @cpu[
            f+1
        , sh]: 7
        @[swapper]: 2
        """,
      folded: "default_idle;native_safe_halt 5\nsh;f 7\nswapper 2\n"),
    Sample(
      name: "ftrace with stacks", format: .ftrace,
      text: """
        # tracer: function
        #
        #           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
                    bash-1994  [000] ....  4342.324896: kfree <-free_it
                    bash-1994  [000] ....  4342.324899: <stack trace>
         => kfree
         => free_it+0x12
         => sys_exit
                  my-app-77    (     77) [001] d..1  4342.324900: schedule <-sys_yield
                    bash-1994  [000] ....  4342.324901: sched_switch: prev=bash next=sh
        """,
      folded: "bash;sched_switch 1\nbash;sys_exit;free_it;kfree 1\nmy-app;sys_yield;schedule 1\n"),
    Sample(
      name: "trace-cmd report", format: .ftrace,
      text: """
        cpus=2
               sleep-1234  [000]  1234.567890: sched_switch:         prev_comm=sleep
               sleep-1234  [000]  1234.567895: kernel_stack:         <stack trace >
        => schedule (ffffffff815bf03e)
        => do_nanosleep (ffffffff815bf04e)
        """,
      folded: "sleep;do_nanosleep;schedule 1\n"),
    Sample(
      name: "function_graph", format: .functionGraph,
      text: """
        # tracer: function_graph
        #
        # CPU  DURATION                  FUNCTION CALLS
        # |     |   |                     |   |   |   |
         0)               |  sys_open() {
         0)   0.500 us    |    getname();
         0) + 10.250 us   |    do_open() {
         0)   1.000 us    |      lookup();
         0)   4.000 us    |    }
         0)   6.125 us    |  }
         1)    sh-12  =>  bash-13
         1)   2.000 us    |  idle();
        """,
      folded:
        "bash;idle 2000\nsys_open 1625\nsys_open;do_open 3000\nsys_open;do_open;lookup 1000\nsys_open;getname 500\n",
      unit: "ns"),
    Sample(
      name: "trace-cmd funcgraph", format: .functionGraph,
      text: """
                sh-12    [001]   100.000001: funcgraph_entry:                   |  sys_read() {
                sh-12    [001]   100.000002: funcgraph_entry:        0.750 us   |    vfs_read();
                sh-12    [001]   100.000004: funcgraph_exit:         2.750 us   |  }
        """,
      folded: "sh;sys_read 2000\nsh;sys_read;vfs_read 750\n", unit: "ns"),
    Sample(
      name: "speedscope sampled", format: .speedscope,
      text: """
        {"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{"frames":[{"name":"a"},{"name":"b"}]},
        "profiles":[{"type":"sampled","name":"t","unit":"milliseconds","startValue":0,"endValue":3,
        "samples":[[0],[0,1]],"weights":[1,0.5]}]}
        """,
      folded: "a 1000000\na;b 500000\n", unit: "ns"),
    Sample(
      name: "speedscope evented", format: .speedscope,
      text: """
        {"shared":{"frames":[{"name":"a"},{"name":"b"}]},"profiles":[{"type":"evented","name":"t","unit":"none",
        "startValue":0,"endValue":9,"events":[{"type":"O","frame":0,"at":0},{"type":"O","frame":1,"at":2},
        {"type":"C","frame":1,"at":5.5},{"type":"C","frame":0,"at":9}]}]}
        """,
      folded: "a 5.5\na;b 3.5\n"),
    Sample(
      name: "chrome, an object", format: .chrome,
      text: """
        {"traceEvents":[{"ph":"M","name":"thread_name","pid":1,"tid":2,"args":{"name":"main"}},
        {"ph":"X","name":"inner","ts":10,"dur":2.5,"pid":1,"tid":2},{"ph":"X","name":"outer","ts":5,"dur":20,"pid":1,"tid":2},
        {"ph":"B","name":"b","ts":1,"pid":1,"tid":"x"},{"ph":"E","ts":"4","pid":1,"tid":"x"},
        {"ph":"C","name":"counter","ts":1,"pid":1,"args":{"v":3}}]}
        """,
      folded: "main;outer 17500\nmain;outer;inner 2500\nthread 1/x;b 3000\n", unit: "ns"),
    Sample(
      name: "chrome, an open array", format: .chrome,
      text: "[\n{\"ph\":\"X\",\"name\":\"f\",\"ts\":0,\"dur\":1,\"pid\":1,\"tid\":1},\n", folded: "thread 1/1;f 1000\n",
      unit: "ns"
    ),
    Sample(name: "folded", format: .folded, text: "a;b 1\na;c 2.5\n", folded: "a;b 1\na;c 2.5\n"),
  ]

  @Test(arguments: samples)
  func isGuessedAndRead(sample: Sample) throws {
    let bytes = Array(sample.text.utf8)
    #expect(TraceFormat.guess(bytes) == sample.format)
    let profile = try bytes.withUnsafeBufferPointer { try sample.format.read($0) }
    #expect(profile.stacks.text == sample.folded)
    #expect(profile.unit == sample.unit && profile.counts.badLineCount == 0, "\(profile.counts.badLines)")
  }

  @Test func utf16IsRead() {
    let text = "größe;b 3\n"
    for isLittle in [true, false] {
      let units = [0xfeff as UInt16] + Array(text.utf16)
      let bytes = units.flatMap { isLittle ? [UInt8($0 & 255), UInt8($0 >> 8)] : [UInt8($0 >> 8), UInt8($0 & 255)] }
      #expect(UTF16Text.decoded(bytes).map { String(decoding: $0, as: UTF8.self) } == text)
    }
  }

  @Test(arguments: [
    (TraceFormat.speedscope, "{}", "'shared' is missing at the top"),
    (
      .speedscope, #"{"shared":{"frames":[]},"profiles":[{"type":"sampled","samples":[[3]]}]}"#, "frames below 0, not 3"
    ),
    (
      .speedscope, #"{"shared":{"frames":[]},"profiles":[{"type":"sampled","samples":[[]],"weights":[]}]}"#,
      "as many weights"
    ),
    (.chrome, "[{", "a Chrome trace"), (.chrome, #"{"traceEvents":[{"ph":"X","ts":"x"}]}"#, "expected a number"),
    (.pprof, "\u{a}\u{4}\u{8}", "the protobuf message is damaged"),
  ])
  func whatIsNotTheFormat(format: TraceFormat, text: String, message: String) {
    let error = #expect(throws: FormatError.self) {
      try Array(text.utf8).withUnsafeBufferPointer { _ = try format.read($0) }
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    (TraceFormat.dtrace, "  f\n  g\n", "expected a count below the stack"),
    (.dtrace, "\n  5\n", "expected frames above"),
    (.bpftrace, "@[\n  f\n", "expected ']: COUNT'"), (.bpftrace, "@[\n f\n]: x\n", "expected a count behind ']:'"),
    (.ftrace, "what is this\n", "expected an event"), (.functionGraph, " 0) | f();\n", "expected a duration"),
    (.functionGraph, "nonsense\n", "expected 'CPU)  DURATION"),
  ])
  func badLinesAreTold(format: TraceFormat, text: String, message: String) throws {
    let profile = try Array(text.utf8).withUnsafeBufferPointer { try format.read($0) }
    #expect(profile.counts.badLines.first?.reason.contains(message) == true)
  }
}
