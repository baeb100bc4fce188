/* State: no picture under another name, whatever happens in whatever order. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { legal, offered, pictureOf } from "../../../cxrstudy/explorer/assets/choices.js";
import { samePicture } from "../../../cxrstudy/explorer/assets/messages.js";
import { begin, seen, step } from "../../../cxrstudy/explorer/assets/state.js";
import { stripOf } from "../../../cxrstudy/explorer/assets/thumbnails.js";
import { LARGEST, PART, isUploading } from "../../../cxrstudy/explorer/assets/upload.js";
import { alternativeOf, captionOf, factsOf, sentenceOf, troubleOf } from "../../../cxrstudy/explorer/assets/words.js";
import { answerTo, imageOf, LABELS, madeCase, madeCatalogue, mapOf, randomFrom, smallOf, started } from "./made.mjs";

const DATA = madeCatalogue();
// The slow tests try 10,000.
const SEQUENCES = Number(process.env.SEQUENCES ?? 2_000);
const EVENTS = 20;

/** Views of one widget, a kernel, and messages on their way, which may come late, twice or never. */
class World {
  constructor(seed, take = step) {
    this.random = randomFrom(seed);
    this.take = take;
    this.files = 0;
    this.views = 0;
    this.cases = new Map(DATA.cases.map((one) => [one.id, one]));
    this.uploaded = [];
    this.arriving = new Map();
    this.asked = [];
    this.flying = [];
    this.log = [];
    this.states = [this.opened(), this.opened()];
    this.states.forEach((_, place) => this.happens(place, { kind: "choose", changes: {} }));
  }

  opened(wanted = {}) {
    this.views += 1;
    return begin(DATA, `view-${this.views}`, true, wanted, this.uploaded);
  }

  happens(place, event) {
    this.log.push([place, event]);
    const before = this.states[place];
    const [after, effects] = this.take(Object.freeze(before), event);
    this.states[place] = after;
    effects.forEach((effect) => this.perform(after, effect));
    check(after, before, event);
  }

  perform({ view, uploads }, effect) {
    if (effect.do === "ask") {
      assert.equal(effect.request.view, view);
      this.asked.push(effect.request);
    }
    if (effect.do === "thumbnails") {
      assert.ok(effect.cases.length > 0);
      const few = effect.cases.filter(() => this.random.chance(0.8)); // some are lost, or sent later
      this.flying.push({ kind: "thumbnails", view, thumbnails: Object.fromEntries(few.map((id) => [id, smallOf(id)])) });
    }
    if (effect.do === "part") {
      const { size, name } = uploads.find(({ id }) => id === effect.id);
      assert.equal(effect.offset, this.arriving.get(effect.id) ?? 0, "parts come in order, each once");
      const offset = Math.min(effect.offset + PART, size);
      this.arriving.set(effect.id, offset);
      this.flying.push({ kind: "received", view, upload: effect.id, offset });
      if (offset === size) this.read(view, effect.id, name);
    }
  }

  read(view, upload, name) {
    if (name.startsWith("broken")) {
      this.flying.push({ kind: "refused", view, upload, text: `${name} can't be used` });
      return;
    }
    const one = madeCase(this.cases.size, `upload ${this.uploaded.length + 1}: ${name}`);
    this.cases.set(one.id, one);
    this.uploaded = [...this.uploaded, one];
    this.flying.push({ kind: "cases", cases: this.uploaded });
    this.flying.push({ kind: "added", view, upload, case: one });
  }

  /** The kernel does something about a request, perhaps one that nobody waits for any more. */
  answers() {
    if (this.asked.length === 0) return;
    const request = this.random.pick(this.asked);
    const named = { view: request.view, number: request.number };
    const about = this.cases.get(request.case);
    const kind = this.random.below(8);
    if (kind === 0) this.flying.push({ kind: "failed", ...named, text: "that did not work" });
    else if (kind === 1) this.flying.push({ kind: "progress", ...named, share: this.random.next() });
    else if (kind === 2) this.flying.push(this.spoilt(answerTo(request, about)));
    else this.flying.push(answerTo(request, about));
    if (this.random.chance(0.7)) this.asked = this.asked.filter((one) => one !== request);
  }

  /** An answer that does not fit what it says it answers. */
  spoilt(answer) {
    const other = this.random.pick(DATA.cases.filter(({ id }) => id !== answer.case));
    const [first, ...rest] = answer.parts;
    return this.random.pick([
      { ...answer, case: other.id }, { ...answer, about: other }, { ...answer, image: null },
      { ...answer, maps: [] }, { ...answer, number: answer.number - 1 }, { ...answer, view: "" },
      { ...answer, parts: [{ ...first, layer: "layer9" }, ...rest] }, { ...answer, parts: undefined },
      { ...answerTo({ ...answer, case: other.id }, other), case: other.id },
    ]);
  }

  /** A message reaches every view, as a widget's messages do. */
  delivers() {
    if (this.flying.length === 0) return;
    const message = this.random.pick(this.flying);
    if (this.random.chance(0.8)) this.flying = this.flying.filter((one) => one !== message);
    this.states.forEach((_, place) => this.happens(place, message));
  }

  usesControl(place) {
    const { random } = this;
    const ids = this.states[place].cases.map(({ id }) => id);
    const fields = {
      id: ids, arm: ["control", "general", "nobody"], other: ["", "control", "general"],
      label: ["", ...LABELS, "gout"], method: ["gradcam", "scorecam"], layer: ["layer2", "layer3", "layer4"],
      truth: ["", ...LABELS], outcome: ["", "right", "wrong"], apart: ["", "small", "large", "huge"], order: ["", "error"], source: ["", "alder", "birch"],
      colours: ["magma", "grey"], opacity: [0, 0.5, 1, "x"], threshold: [0, 0.5], outline: [true, false],
    };
    const name = random.pick(Object.keys(fields));
    this.happens(place, { kind: "choose", changes: { [name]: random.pick(fields[name]) }, said: "Chosen." });
  }

  choosesFiles(place) {
    const names = ["broken.dcm", "chest.png", "chest.png", "large.dcm", "empty.png"];
    const files = Array.from({ length: 1 + this.random.below(3) }, () => {
      this.files += 1;
      const name = this.random.pick(names);
      const size = name === "large.dcm" ? LARGEST + 1 : name === "empty.png" ? 0 : 1 + this.random.below(3 * PART);
      return { id: `file-${this.files}`, name, size };
    });
    this.happens(place, { kind: "files", files });
  }

  goesOn() {
    const { random } = this;
    const place = random.below(this.states.length);
    const state = this.states[place];
    const number = random.chance(0.8) ? state.number : random.below(5);
    const kind = random.below(21);
    if (kind === 20) this.happens(place, { kind: "strip" });
    else if (kind < 5) this.usesControl(place);
    else if (kind < 7) this.happens(place, { kind: "step", by: random.pick([1, -1]) });
    else if (kind < 10) this.answers();
    else if (kind < 14) this.delivers();
    else if (kind === 14) this.happens(place, { kind: "cancel" });
    else if (kind === 15) this.happens(place, { kind: "silence", why: random.pick(["silent", "silent", "cut", "gone"]) });
    else if (kind === 16) this.happens(place, random.pick([{ kind: "alive" }, { kind: "again" }, { kind: "clear" }]));
    else if (kind === 17) this.happens(place, { kind: "late", number });
    else if (kind === 18) this.choosesFiles(place);
    else this.reloads(place);
  }

  /** A page is opened anew, and remembers what it showed. */
  reloads(place) {
    const { choice } = this.states[place];
    this.states[place] = this.opened(JSON.parse(JSON.stringify(choice)));
    this.happens(place, { kind: "choose", changes: {} });
  }

  /** Everything that is asked is answered, everything that flies arrives, and what was lost is noticed. */
  comesToRest() {
    for (let round = 0; round < 200; round++) {
      const asked = this.asked;
      this.asked = [];
      this.flying.push(...asked.map((request) => answerTo(request, this.cases.get(request.case))));
      const flying = this.flying;
      this.flying = [];
      for (const message of flying) this.states.forEach((_, place) => this.happens(place, message));
      if (asked.length > 0 || this.flying.length > 0) continue;
      this.states.forEach(({ awaited }, place) => {
        if (awaited) this.happens(place, { kind: "lost", number: awaited.request.number });
      });
      if (this.asked.length === 0) break;
    }
    this.states.forEach((_, place) => this.happens(place, { kind: "alive" }));
  }
}

/** What is true of a view after every event. */
function check(state, before, event) {
  const { answer, phase, place } = seen(state);
  const waits = state.awaited !== null && state.awaited.wanted === null;
  if (answer) {
    assert.equal(answer.image, imageOf(answer.case), "the picture is of the image that it names");
    answer.parts.forEach((part, number) => {
      assert.equal(answer.maps[number].of, mapOf(answer.case, part).of, "each map is the one that it names");
      assert.ok(alternativeOf(DATA, answer, number).includes(answer.case));
    });
    assert.equal(answer.maps.length, answer.parts.length);
    assert.equal(answer.about.id, answer.case, "scores and facts are of the image");
    assert.equal(factsOf(DATA, answer.about)[0][1], answer.case);
    assert.ok(sentenceOf(state).includes(`: ${answer.case}. `) || state.choice.id === null);
    assert.ok(captionOf(state).startsWith(`${answer.case}: `), "the caption names the image");
    if (!waits) {
      const wanted = pictureOf(DATA, state.cases, state.choice);
      assert.ok(wanted && samePicture(wanted, answer), "controls and picture agree");
    }
  } else {
    assert.notEqual(place, "", "an empty place says why");
  }
  for (const [id, small] of Object.entries(state.thumbnails)) assert.equal(small, smallOf(id), "a small image is of its case");
  const strip = stripOf(state);
  assert.deepEqual(strip.map(({ id }) => id), offered(state.cases, state.choice).map(({ id }) => id), "the strip is the list");
  for (const { id, image, words } of strip) {
    assert.ok(image === null || image === smallOf(id), "each stands under its name");
    assert.ok(words.startsWith(id), "and says it");
  }
  const allowed = legal(DATA, state.cases, state.choice);
  for (const name of Object.keys(allowed)) assert.equal(state.choice[name], allowed[name], "what is chosen can be chosen");
  if (state.awaited) {
    const wanted = pictureOf(DATA, state.cases, state.awaited.wanted ?? state.choice);
    assert.ok(wanted && samePicture(wanted, state.awaited.request), "what is awaited is what is wanted");
  }
  if (phase === "busy") assert.ok(waits || isUploading(state.uploads), "busy with something");
  assert.ok(state.uploads.filter((one) => one.phase === "sending" || one.phase === "reading").length <= 1);
  for (const one of state.uploads.filter((upload) => upload.phase === "refused")) {
    assert.ok(one.text.includes(one.name), "a refusal names its file");
  }
  if (event.kind !== "clear") {
    const words = before.uploads.filter((one) => one.phase === "refused");
    if (words.length <= 20) {
      for (const { id, text } of words) {
        assert.equal(state.uploads.find((one) => one.id === id)?.text, text, "words of refusal stay, the first ones");
      }
    }
  }
  if (!waits && phase === "ready") return;
  const [gone] = step(state, { kind: "silence", why: "gone" });
  assert.equal(seen(gone).phase, "gone", "busy is not for ever");
  assert.equal(seen(gone).answer, gone.choice.id === null ? null : state.shown?.answer ?? null, "the last whole picture stays");
  assert.ok(troubleOf(gone).includes("gone"));
}

test(`${SEQUENCES} random sequences: every picture is shown under its own name`, () => {
  const phases = new Set();
  const places = new Set();
  let uploads = 0;
  let small = 0;
  for (let seed = 0; seed < SEQUENCES; seed++) {
    const world = new World(seed);
    try {
      for (let number = 0; number < EVENTS; number++) {
        world.goesOn();
        for (const state of world.states) {
          phases.add(seen(state).phase);
          places.add(seen(state).place);
        }
      }
      world.comesToRest();
      for (const state of world.states) {
        assert.notEqual(seen(state).phase, "busy", "what is answered is not awaited");
        assert.equal(state.uploads.filter((one) => isUploading([one])).length, 0);
      }
    } catch (error) {
      throw new Error(`sequence ${seed}: ${error.message}: ${JSON.stringify(world.log.slice(-6))}`, { cause: error });
    }
    uploads += world.uploaded.length;
    small += world.states.filter(({ thumbnails }) => Object.keys(thumbnails).length > 0).length;
  }
  assert.deepEqual([...phases].sort(), ["busy", "cut", "empty", "gone", "ready", "silent"]); // all of them were met
  assert.deepEqual([...places].sort(), ["", "not loaded", "nothing fits", "waiting"]);
  assert.ok(uploads > SEQUENCES / 10);
  assert.ok(small > SEQUENCES / 10);
});

test("the sequences notice a machine that takes any answer", () => {
  const careless = (state, event) => {
    const { awaited } = state;
    if (event.kind !== "answer" || !awaited) return step(state, event);
    return step(state, { ...event, ...awaited.request, about: { ...event.about, id: awaited.request.case }, maps: awaited.request.parts.map(() => event.maps[0]) });
  };
  assert.throws(() => {
    for (let seed = 0; seed < 50; seed++) {
      const world = new World(seed, careless);
      for (let number = 0; number < EVENTS; number++) world.goesOn();
    }
  });
});

test("a filter that no image fits shows no image", () => {
  const [none] = step(started(DATA), { kind: "choose", changes: { source: "alder", truth: "normal", outcome: "wrong" } });
  const [some] = step(started(DATA), { kind: "choose", changes: { truth: "covid19" } });
  assert.equal(some.choice.id, "image-2");
  const state = none.choice.id === null ? none : step(none, { kind: "choose", changes: { outcome: "right" } })[0];
  assert.equal(state.choice.id, null);
  assert.equal(captionOf(state), "No image fits the filter.");
  assert.equal(seen(state).answer, null);
});

test("another image is seen whole, with the same window of greys; the same image stays magnified", () => {
  let state = begin(DATA, "view", false);
  const take = (event) => { [state] = step(state, event); };
  take({ kind: "choose", changes: {} });
  take({ kind: "zoom", times: 3 });
  take({ kind: "greys", wider: -0.5, brighter: 0.1 });
  take({ kind: "choose", changes: { method: "scorecam" } });
  assert.equal(state.choice.zoom, 3);
  take({ kind: "step", by: 1 });
  assert.deepEqual([state.choice.zoom, state.choice.width], [1, 0.5]);
  take({ kind: "choose", changes: { id: "image-4", zoom: 2, x: 0.3, y: 0.6 } }); // by a link
  assert.deepEqual([state.choice.id, state.choice.zoom, state.choice.x], ["image-4", 2, 0.3]);
  take({ kind: "whole" });
  assert.deepEqual([state.choice.width, state.choice.level], [1, 0.5]);
});
