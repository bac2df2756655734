// The page: what is moved goes to the link and the wire, what comes back is drawn.

import { Answer, Baseline, Preview } from "/page/data.js";

import { Controls } from "/page/levers.js";
import { View } from "/page/view.js";
import { Scenarios, copy, empty, link } from "/page/state.js";
import { Wire, load } from "/page/wire.js";

const REST = 120;  // milliseconds without a move after which exact replicates are asked for

class Page {
  constructor({ known, baseline }) {
    this.known = known;
    this.baseline = new Baseline(baseline, known);
    this.scenarios = new Scenarios(known);
    this.state = empty(known.first);
    this.second = null;
    this.secondState = null;
    this.answer = null;
    this.nodes = null;
    this.past = [];
    this.view = new View(this);
    this.controls = new Controls(document.getElementById("controls"), known, this.scenarios, {
      slide: (key, value, apply, part) => this.slide(key, value, apply, part),
      rest: () => this.rest(),
      focus: (key, part) => this.focus(key, part),
      change: () => this.change(),
    });
    this.wire = new Wire({
      open: () => this.ask(),
      closed: () => this.say("The server does not answer; trying again. Start it with: sim explore"),
      state: (message) => this.understood(message),
      answer: (head, arrays) => this.answered(head, arrays),
      nodes: (head, arrays) => { this.nodes = { head, arrays }; },
      wrong: (message) => this.wrong(message),
    });
    window.addEventListener("hashchange", () => { if (location.hash.slice(1) !== this.link) this.follow(location.hash); });
    this.link = location.hash.slice(1);
    this.built = "";
  }

  // ---- what goes out

  /** Ask for the state of a link; the answer tells how it was understood. */
  follow(hash) {
    this.link = hash.replace(/^#/, "");
    this.built = "";
    this.ask();
  }

  ask() {
    this.wrong("");
    this.wire.ask("a", this.link);
  }

  /** Ask for the second scenario, with the same pins, where it is another one than before. */
  askSecond() {
    const { other, shown } = this.state;
    if (!other) {
      [this.second, this.secondState, this.asked] = [null, null, ""];
      return;
    }
    const text = shown.pins ? `${other}&.pins=${shown.pins}` : other;
    if (text === this.asked) return;
    this.asked = text;
    this.wire.ask("b", text);
  }

  /** A hand comes to a control: have its track run, unless that has been done in this state. */
  focus(key, part = "strength") {
    const around = link({ ...this.state, shown: { pins: this.state.shown.pins }, other: "", levers: { ...this.state.levers, [key]: {} }, parameters: { ...this.state.parameters, [key.slice(2)]: 0 } });
    const track = `${key} ${part} ${around}`;
    if (track === this.track) return;
    this.track = track;
    this.nodes = null;
    this.wire.nodes(link({ ...this.state, other: "" }), key, part);
  }

  /** A hand moves a control: draw between nodes at once, and ask for runs when it rests. */
  slide(key, value, apply, part = "strength") {
    if (!this.sliding) this.remember();
    this.sliding = key;
    apply();
    this.link = link(this.state);  // the address follows when the hand rests: it costs a frame or two
    const nodes = this.nodes?.head;
    if (nodes && nodes.key === key && nodes.part === part) {
      this.pending = new Preview(nodes, this.nodes.arrays, this.baseline, value);
      this.soon();
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.rest(), REST);
  }

  soon() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (!this.pending) return;
      this.answer = this.pending;
      this.pending = null;
      this.view.drag(this.answer);
    });
  }

  rest() {
    clearTimeout(this.timer);
    if (!this.sliding) return;
    this.written();
    this.ask();
  }

  /** Something else than a drag has changed the state. */
  change() {
    this.remember();
    [this.nodes, this.track] = [null, ""];
    this.written();
    this.controls.refresh(this.state);
    this.ask();
  }

  written() {
    this.link = link(this.state);
    history.replaceState(null, "", `#${this.link}`);
  }

  remember() {
    this.past.push(this.before ?? this.link);
    if (this.past.length > 100) this.past.shift();
    queueMicrotask(() => { this.before = this.link; });
  }

  undo() {
    const last = this.past.pop();
    if (last === undefined) return;
    this.before = last;
    history.replaceState(null, "", `#${last}`);
    this.follow(last);
  }

  preset(name) {
    const { shown, other } = this.state;
    this.state = { ...empty(name), shown, other };
    this.built = "";
    this.change();
  }

  /** Set this scenario aside, to stand beside what is moved from now on; or drop the other one. */
  beside() {
    this.state.other = this.state.other ? "" : link({ ...this.state, shown: {}, other: "" });
    this.change();
    this.view.tools();
  }

  exchange() {
    const { shown } = this.state, mine = link({ ...this.state, shown: {}, other: "" });
    this.state = { ...copy(this.secondState), shown, other: mine };
    this.built = "";
    this.change();
  }

  show(key, value) {
    if (value) this.state.shown[key] = value;
    else delete this.state.shown[key];
    this.written();
    if (key === "pins") this.ask();
    else this.view.all(this.answer);
  }

  // ---- what comes back

  understood({ slot, state, link: text, notes }) {
    if (slot === "b") {
      this.secondState = state;
      return;
    }
    this.state = state;
    this.link = text;
    history.replaceState(null, "", `#${text}`);
    this.before = text;
    if (notes.length) this.wrong(notes.join(". "));
    if (this.built !== `${state.base} ${state.focus}`) {
      this.built = `${state.base} ${state.focus}`;
      this.controls.build(state);
      this.view.tools();
    } else {
      this.controls.refresh(state);
    }
    this.askSecond();
  }

  answered(head, arrays) {
    if (head.slot === "b") {
      this.second = new Answer(head, arrays, this.baseline);
      if (!this.sliding) this.view.all(this.answer);
      return;
    }
    this.sliding = null;
    this.pending = null;
    this.answer = new Answer(head, arrays, this.baseline);
    this.view.all(this.answer);
  }

  say(text) { document.getElementById("status").textContent = text; }

  wrong(text) {
    const place = document.getElementById("wrong");
    place.hidden = !text;
    place.textContent = text;
  }
}

load().then((loaded) => { window.page = new Page(loaded); }, (error) => {
  document.getElementById("status").textContent = `The page could not be loaded: ${error.message}`;
});

