// The kernel heap behind Swift's allocator: size classes on single frames, whole frames for what is larger.
//
// A slab is one frame of equal blocks; free blocks are linked through their first word. The frame's record says what it
// is (`kind`, `tag` = class), so `free` needs no header before the block. A slab whose blocks are all free goes back to
// the frame allocator. Alignment: 16 bytes, or the size's own power of two up to a page.
// Reserve: user-visible allocations stop (ENOMEM) while the frame allocator is below `reserveFrames`, so the small
// objects of calls already under way still get memory. Lock: `heap`. Never called from an interrupt.

import CMachine
import LinuxABI

public enum KernelHeap {
  /// Frames that only the kernel's own small objects may use: 2 MiB.
  public static let reserveFrames = 512

  private static let classCount = 14
  private static let lock = SpinLock<Locks.Heap>()
  nonisolated(unsafe) private static var partial: InlineArray<14, UInt32> = InlineArray(repeating: 0)

  /// The header at the start of a slab's frame. Blocks follow at the first multiple of their alignment.
  private struct Slab {
    var firstFree: UInt
    var used: UInt32
    var capacity: UInt32
    var next: UInt32
    var previous: UInt32
  }

  /// True when programs must be refused memory.
  @inline(__always)
  public static var isLow: Bool { Frames.hasFewer(than: reserveFrames) }

  public static func allocate(_ size: Int, alignment: Int) -> UnsafeMutableRawPointer? {
    let wanted = max(size, alignment > 16 ? alignment : 16)
    guard wanted <= 2016, alignment <= 16 else { return allocateFrames(wanted) }
    let sizeClass = classIndex(wanted)
    return lock.withLock { takeBlock(sizeClass) }
  }

  public static func free(_ block: UnsafeMutableRawPointer) {
    let frame = PhysicalAddress(UInt64(UInt(bitPattern: block) &- DirectMap.base)).frame
    if Frames.record(frame).pointee.kind == .heapSlab {
      lock.withLock { returnBlock(block, frame) }
    } else {
      Frames.record(frame).pointee.kind = .page
      Frames.release(frame)
    }
  }

  private static func allocateFrames(_ size: Int) -> UnsafeMutableRawPointer? {
    var order = 0
    while pageSize << order < size { order += 1 }
    guard order <= Frames.maximumOrder else { return nil }
    do throws(Errno) {
      let frame = try Frames.allocate(order: order)
      Frames.record(frame).pointee.kind = .heapLarge
      return frame.pointer
    } catch { return nil }
  }

  // MARK: Slabs. Lock held. Frame 0 is never ours, so 0 ends a list.

  private static func takeBlock(_ sizeClass: Int) -> UnsafeMutableRawPointer? {
    if partial[sizeClass] == 0, !makeSlab(sizeClass) { return nil }
    let frame = FrameNumber(partial[sizeClass])
    let slab = header(frame)
    let block = UnsafeMutableRawPointer(bitPattern: slab.pointee.firstFree).unsafelyUnwrapped
    slab.pointee.firstFree = block.load(as: UInt.self)
    slab.pointee.used += 1
    if slab.pointee.firstFree == 0 { unlink(frame, sizeClass) }
    return block
  }

  private static func returnBlock(_ block: UnsafeMutableRawPointer, _ frame: FrameNumber) {
    let slab = header(frame)
    let sizeClass = Int(Frames.record(frame).pointee.tag)
    let wasFull = slab.pointee.firstFree == 0
    block.storeBytes(of: slab.pointee.firstFree, as: UInt.self)
    slab.pointee.firstFree = UInt(bitPattern: block)
    slab.pointee.used -= 1
    if wasFull { link(frame, sizeClass) }
    // One empty slab a class stays, so that a lone object does not bounce its frame.
    if slab.pointee.used == 0, slab.pointee.next != 0 || slab.pointee.previous != 0 {
      unlink(frame, sizeClass)
      Frames.record(frame).pointee.kind = .page
      Frames.release(frame)
    }
  }

  private static func makeSlab(_ sizeClass: Int) -> Bool {
    let frame: FrameNumber
    do throws(Errno) { frame = try Frames.allocateForHeap() } catch { return false }
    Frames.record(frame).pointee.kind = .heapSlab
    Frames.record(frame).pointee.tag = UInt16(sizeClass)
    let size = classBytes(sizeClass)
    let start = UInt(bitPattern: frame.pointer)
    var block = start + 32
    var first: UInt = 0
    var count: UInt32 = 0
    while block + UInt(size) <= start + UInt(pageSize) {
      UnsafeMutablePointer<UInt>(bitPattern: block).unsafelyUnwrapped.pointee = first
      first = block
      count += 1
      block += UInt(size)
    }
    header(frame).initialize(to: Slab(firstFree: first, used: 0, capacity: count, next: 0, previous: 0))
    link(frame, sizeClass)
    return true
  }

  @inline(__always)
  private static func header(_ frame: FrameNumber) -> UnsafeMutablePointer<Slab> {
    frame.pointer.assumingMemoryBound(to: Slab.self)
  }

  private static func link(_ frame: FrameNumber, _ sizeClass: Int) {
    let slab = header(frame)
    slab.pointee.previous = 0
    slab.pointee.next = partial[sizeClass]
    if partial[sizeClass] != 0 { header(FrameNumber(partial[sizeClass])).pointee.previous = frame.rawValue }
    partial[sizeClass] = frame.rawValue
  }

  private static func unlink(_ frame: FrameNumber, _ sizeClass: Int) {
    let slab = header(frame)
    if slab.pointee.previous != 0 {
      header(FrameNumber(slab.pointee.previous)).pointee.next = slab.pointee.next
    } else {
      partial[sizeClass] = slab.pointee.next
    }
    if slab.pointee.next != 0 { header(FrameNumber(slab.pointee.next)).pointee.previous = slab.pointee.previous }
    slab.pointee.next = 0
    slab.pointee.previous = 0
  }

  // MARK: Size classes: 16, 32, 48, 64, then two an octave up to 2016.

  @inline(__always)
  private static func classIndex(_ size: Int) -> Int {
    if size <= 64 { return (size - 1) >> 4 }
    let octave = Int.bitWidth - 1 - (size - 1).leadingZeroBitCount  // 64 < size: octave >= 6
    let upperHalf = (size - 1) >> (octave - 1) & 1
    return min(13, 4 + (octave - 6) * 2 + upperHalf)
  }

  private static func classBytes(_ index: Int) -> Int {
    if index < 4 { return (index + 1) * 16 }
    if index == 13 { return 2016 }
    let octave = 6 + (index - 4) / 2
    return (index - 4) & 1 == 0 ? 3 << (octave - 1) : 2 << octave
  }
}
