// Pipes and FIFOs.

import KernelCore
import LinuxABI
import Testing

extension KernelCoreTests {
  @Suite struct PipeTests {
    init() { Machine.start() }

    @Test func bytesGoThrough() throws {
      let (reader, writer) = try FIFOInode.makePipe([])
      #expect(reader.get().error == .EAGAIN)
      #expect(writer.put("hello").count == 5)
      #expect(reader.get(2).text == "he")
      #expect(writer.put(" you").count == 4)
      #expect(reader.get().text == "llo you")
      #expect(reader.get().error == .EAGAIN)
    }

    @Test func theEndAndTheBrokenPipe() throws {
      do {
        var (reader, writer): (OpenFile, OpenFile?) = try FIFOInode.makePipe([])
        writer?.put("last")
        writer = nil
        #expect(reader.get().text == "last")
        let end = reader.get()
        #expect(end.text == "" && end.error == nil)
        #expect(reader.poll() == .hangUp)
      }
      do {
        var (reader, writer): (OpenFile?, OpenFile) = try FIFOInode.makePipe([])
        #expect(reader != nil)
        reader = nil
        #expect(writer.put("x").error == .EPIPE)
        #expect(writer.poll().contains(.error))
      }
    }

    @Test func capacityAndAtomicity() throws {
      let before = Frames.freeCount
      do {
        let (reader, writer) = try FIFOInode.makePipe([])
        let big = String(repeating: "a", count: 100_000)
        let first = writer.put(big)
        #expect(first.count == 65536 && first.error == .EAGAIN)
        #expect(!writer.poll().contains(.out))
        #expect(reader.get(1000).text.count == 1000)
        // A small write goes in whole or not at all.
        #expect(writer.put(String(repeating: "b", count: 1001)) == (0, .EAGAIN))
        #expect(writer.put(String(repeating: "b", count: 1000)) == (1000, nil))
        // A large one takes what room there is.
        #expect(reader.get(10).text.count == 10)
        #expect(writer.put(String(repeating: "c", count: 5000)) == (10, .EAGAIN))
        var count = 0
        while true {
          let text = reader.get(3333).text
          if text.isEmpty { break }
          count += text.count
        }
        #expect(count == 65536)
      }
      #expect(Frames.freeCount == before)
    }

    @Test func randomTrafficKeepsTheOrder() throws {
      let (reader, writer) = try FIFOInode.makePipe([])
      var (sent, received) = ([UInt8](), [UInt8]())
      var next: UInt8 = 32
      for turn in 0..<3000 {
        if turn % 3 != 2 {
          let text = String(
            decoding: (0..<Int.random(in: 1...9000)).map { _ -> UInt8 in
              next = next == 126 ? 32 : next + 1
              return next
            }, as: UTF8.self)
          let moved = writer.put(text).count
          sent += Array(text.utf8).prefix(moved)
        } else {
          received += Array(reader.get(Int.random(in: 1...40000)).text.utf8)
        }
      }
      received += Array(reader.all(step: 5000).utf8)
      #expect(sent == received)
    }

    @Test func resizing() throws {
      let (reader, writer) = try FIFOInode.makePipe([])
      let pipe = try #require(writer.pipe)
      #expect(pipe.capacity == 65536)
      writer.put(String(repeating: "x", count: 6000))
      _ = reader.get(5000)
      writer.put("tail")
      #expect(try pipe.resize(to: 100) == 4096)
      #expect(reader.get().text.hasSuffix("xtail"))
      #expect(try pipe.resize(to: 4096) == 4096)
      #expect(try pipe.resize(to: 5000) == 8192)
      #expect(writer.put(String(repeating: "y", count: 8192)).count == 8192)
      #expect(errno { _ = try pipe.resize(to: 4096) } == .EBUSY)
      #expect(try pipe.resize(to: 1 << 20) == 1 << 20)
      #expect(writer.put(String(repeating: "z", count: 500_000)).count == 500_000)
      #expect(errno { _ = try pipe.resize(to: 1 << 21) } == .EPERM)
      #expect(reader.all(step: 10_000).count == 508_192)
    }

    @Test func wakingUp() throws {
      let (reader, writer) = try FIFOInode.makePipe([])
      let probe = Probe()
      let entry = WaitEntry(probe)
      reader.readQueue?.enqueue(entry)
      writer.put("x")
      #expect(probe.wakes == 1)
      reader.readQueue?.remove(entry)
      writer.writeQueue?.enqueue(entry)
      _ = reader.get()
      #expect(probe.wakes == 2)
      writer.writeQueue?.remove(entry)
    }

    @Test func namedPipes() throws {
      let tree = Tree()
      let inode = try tree.make("/fifo", .fifo)
      #expect(errno { _ = try inode.open([.writeOnly, .nonBlocking]) } == .ENXIO)
      let reader = try inode.open([])
      #expect(reader.openQueue() != nil)
      let writer = try inode.open(.writeOnly)
      #expect(reader.openQueue() == nil && writer.openQueue() == nil)
      writer.put("by name")
      #expect(reader.get().text == "by name")
      let both = try inode.open(.readWrite)
      #expect(both.openQueue() == nil)
      both.put("both")
      #expect(both.get().text == "both")
    }

    @Test func aReaderWithoutWritersYetSeesNoHangUp() throws {
      let tree = Tree()
      let inode = try tree.make("/fifo", .fifo)
      let reader = try inode.open(.nonBlocking)
      #expect(reader.poll() == [])
      #expect(reader.get() == ("", nil))
      do { _ = try inode.open([.writeOnly, .nonBlocking]) }
      #expect(reader.poll() == .hangUp)
    }

    @Test func anonymousPipesOpenAgain() throws {
      let (reader, writer) = try FIFOInode.makePipe([])
      let again = try writer.inode.open(.writeOnly)
      again.put("again")
      #expect(reader.get().text == "again")
    }
  }
}
