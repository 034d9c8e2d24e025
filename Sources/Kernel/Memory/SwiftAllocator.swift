// What the Swift runtime allocates from, by way of the C names in runtime.c.

import CMachine
import KernelCore

@c
func apus_allocate(_ size: Int, _ alignment: Int) -> UnsafeMutableRawPointer? {
  KernelHeap.allocate(size, alignment: alignment)
}

@c
func apus_free(_ block: UnsafeMutableRawPointer) { KernelHeap.free(block) }
