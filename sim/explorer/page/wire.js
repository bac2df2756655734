// The wire: what the page fetches once, and the socket on which it asks and is answered.

/** Head and arrays of a frame (sim/explorer/frames.py). */
export function unpack(buffer) {
  const size = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
  const arrays = {};
  for (const [name, shape, place] of head.arrays) {
    const length = shape.reduce((a, b) => a * b, 1);
    arrays[name] = { shape, values: new Float32Array(buffer, 4 + size + 4 * place, length) };
  }
  return { head, arrays };
}

export async function load() {
  const [start, baseline] = await Promise.all([fetch("/start"), fetch("/baseline")]);
  return { known: await start.json(), baseline: unpack(await baseline.arrayBuffer()) };
}

export async function post(path, body) {
  const answer = await fetch(path, { method: "POST", body });
  if (answer.ok) return answer;
  let message = `the server answered ${answer.status}`;
  try {
    message = (await answer.json()).message || message;
  } catch { /* no words came with it */ }
  throw new Error(message);
}

/**
 * The socket. Of each slot the newest question waits, and is sent once the one before it has had
 * its first answer: a hand moves faster than a model.
 */
export class Wire {
  constructor(on) {
    this.on = on;
    this.number = 0;
    this.waiting = {};
    this.busy = {};
    this.latest = {};
    this.failed = 0;
    this.open();
  }

  open() {
    this.socket = new WebSocket(`ws://${location.host}/live`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => { this.failed = 0; this.busy = {}; this.on.open(); this.flush(); };
    this.socket.onclose = () => {
      this.failed += 1;
      this.on.closed();
      setTimeout(() => this.open(), Math.min(5000, 300 * 2 ** this.failed));
    };
    this.socket.onmessage = (event) => {
      if (typeof event.data === "string") this.text(JSON.parse(event.data));
      else this.frame(unpack(event.data));
    };
  }

  ask(slot, state) { this.put(slot, { do: "ask", slot, state }); }
  nodes(state, key, part) { this.put("nodes", { do: "nodes", state, key, part }); }

  put(slot, message) {
    this.waiting[slot] = message;
    this.flush();
  }

  flush() {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    for (const [slot, message] of Object.entries(this.waiting)) {
      // The server drops what is older by itself; this only keeps the line short.
      if (this.busy[slot] && performance.now() - this.busy[slot] < 400) {
        setTimeout(() => this.flush(), 50);
        continue;
      }
      delete this.waiting[slot];
      this.number += 1;
      this.latest[slot] = this.number;
      this.busy[slot] = performance.now();
      this.socket.send(JSON.stringify({ ...message, id: this.number }));
    }
  }

  done(slot) {
    delete this.busy[slot];
    this.flush();
  }

  text(message) {
    if (message.is === "wrong") {
      const slot = Object.keys(this.latest).find((each) => this.latest[each] === message.id);
      if (slot) this.done(slot);
      this.on.wrong(message.message, slot);
    } else if (message.is === "state" && message.id === this.latest[message.slot]) {
      this.on.state(message);
    }
  }

  frame({ head, arrays }) {
    const slot = head.is === "nodes" ? "nodes" : head.slot;
    const current = head.id === this.latest[slot];
    this.done(slot);
    if (!current) return;
    if (head.is === "nodes") this.on.nodes(head, arrays);
    else this.on.answer(head, arrays);
  }
}
