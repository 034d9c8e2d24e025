// Loads a trace into Perfetto's trace processor, compiled to WebAssembly for its UI, and prints the rows of a query:
//   node trace-processor.js FOLDER-OF-THE-UI TRACE SQL
// The UI runs the engine in a web worker and talks to it in protobuf messages (protos/perfetto/trace_processor).
"use strict";
process.type = "renderer"; // The engine refuses to run in node.
const fs = require("fs"), path = require("path"), vm = require("vm");
const [folder, trace, sql] = process.argv.slice(2);

function varint(number) {
  const bytes = [];
  for (let rest = BigInt(number); ; ) {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest ? low | 128 : low);
    if (!rest) return bytes;
  }
}
const field = (id, data) => Buffer.concat([Buffer.from(varint(id * 8 + 2)), Buffer.from(varint(data.length)), data]);
const number = (id, value) => Buffer.from([...varint(id * 8), ...varint(value)]);
let sequence = 1;
const request = (...parts) => field(1, Buffer.concat([number(1, sequence++), ...parts]));

function* varints(data) {
  for (let at = 0; at < data.length; ) {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = data[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) break;
    }
    yield [value, at];
  }
}

function fields(data) {
  const found = [];
  for (let at = 0; at < data.length; ) {
    const read = () => {
      const [value, length] = varints(data.subarray(at)).next().value;
      at += length;
      return value;
    };
    const key = Number(read()), kind = key & 7;
    let value;
    if (kind === 0) value = read();
    else {
      const length = kind === 2 ? Number(read()) : kind === 1 ? 8 : 4;
      value = data.subarray(at, at + length);
      at += length;
    }
    found.push([key >> 3, value]);
  }
  return found;
}

let columns = 0;
function show(result) {
  let isLast = false, error = "";
  for (const [id, value] of fields(result)) {
    if (id === 1) columns++;
    if (id === 2) error = value.toString();
    if (id === 3) isLast = showBatch(fields(value)) || isLast;
  }
  if (error) console.log("error: " + error);
  if (isLast || error) process.exit(error ? 1 : 0);
}

function showBatch(parts) {
  const of = (id) => parts.filter((part) => part[0] === id).map((part) => part[1]);
  const kinds = of(1).flatMap((data) => [...data]);
  const numbers = of(2).flatMap((data) => [...varints(data)].map(([value]) => BigInt.asIntN(64, value)));
  const strings = of(5).map(String).join("").split("\0");
  const cells = kinds.map((kind) => (kind === 2 ? numbers.shift() : kind === 4 ? strings.shift() : null));
  for (let i = 0; i < cells.length; i += columns) console.log(cells.slice(i, i + columns).join("|"));
  return of(6).some(Boolean);
}

globalThis.self = globalThis;
globalThis.location = { href: "file://" + folder + "/engine_bundle.js" };
globalThis.WorkerGlobalScope = function () {};
console.warn = () => {};
const wasm = fs.readFileSync(path.join(folder, "trace_processor.wasm"));
globalThis.fetch = async () => new Response(wasm, { headers: { "Content-Type": "application/wasm" } });
globalThis.XMLHttpRequest = class {
  open() {}
  send() {
    this.status = 200;
    this.response = wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.length);
    this.onload?.();
  }
};
vm.runInThisContext(fs.readFileSync(path.join(folder, "engine_bundle.js"), "utf8"));
const { port1, port2 } = new MessageChannel();
port2.onmessage = (event) => {
  for (const [, message] of fields(Buffer.from(event.data)))
    for (const [id, value] of fields(message)) {
      if (id === 203) show(value);
      if (id === 5) { console.log("fatal: " + value); process.exit(1); }
    }
};
self.onmessage({ data: port1 });
setTimeout(() => {
  const all = [
    request(number(2, 1), field(101, fs.readFileSync(trace))), request(number(2, 2)),
    request(number(2, 3), field(103, field(1, Buffer.from(sql)))),
  ];
  port2.postMessage(new Uint8Array(Buffer.concat(all)));
}, 50);
setTimeout(() => { console.log("no answer"); process.exit(3); }, 60_000);
