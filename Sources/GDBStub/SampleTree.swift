// The calls that one CPU was found in: a tree whose rows are numbered in the order of their first appearance.

struct SampleTree {
  private struct Key: Hashable {
    var parent: Int
    var address: UInt64
  }

  private struct Row {
    /// The caller's row plus one; 0 for a root.
    var parent: Int
    var address: UInt64
    var count: UInt64 = 0
    var sent: UInt64 = 0
    var isDefined = false
  }

  private var rows: [Row] = []
  private var rowOf: [Key: Int] = [:]

  /// Counts a stack, from the root inwards.
  mutating func count(_ path: [UInt64]) {
    var parent = 0
    for address in path {
      let key = Key(parent: parent, address: address)
      let row = rowOf[key] ?? rows.count
      if row == rows.count {
        rows.append(Row(parent: parent, address: address))
        rowOf[key] = row
      }
      parent = row + 1
    }
    if parent > 0 { rows[parent - 1].count += 1 }
  }

  /// The rows that are new or were counted since the last call, as bodies of STACKS frames of at most `limit` bytes.
  mutating func takeChanges(limit: Int) -> [[UInt8]] {
    var bodies: [[UInt8]] = []
    var body: [UInt8] = []
    var (next, address) = (0, UInt64(0))
    for row in rows.indices where !rows[row].isDefined || rows[row].count != rows[row].sent {
      var bytes = encode(row, next: next, address: address)
      if body.count + bytes.count > limit {
        bodies.append(body)
        body = []
        bytes = encode(row, next: 0, address: 0)
        address = 0
      }
      if !rows[row].isDefined { address = rows[row].address }
      body += bytes
      next = row + 1
      rows[row].isDefined = true
      rows[row].sent = rows[row].count
    }
    return body.isEmpty ? bodies : bodies + [body]
  }

  private func encode(_ row: Int, next: Int, address: UInt64) -> [UInt8] {
    let isNew = !rows[row].isDefined
    var bytes = varint(UInt64(row - next) << 1 | (isNew ? 1 : 0))
    if isNew {
      let distance = Int64(bitPattern: rows[row].address &- address)
      bytes += varint(UInt64(rows[row].parent)) + varint(UInt64(bitPattern: distance << 1 ^ distance >> 63))
    }
    return bytes + varint(rows[row].count) + [0]
  }
}
