/* Memory: what was shown is found again, and nonsense is not. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { legal } from "../../../cxrstudy/explorer/assets/choices.js";
import { followWith, linkTo, recalled, recalledWith, remember, rememberWith } from "../../../cxrstudy/explorer/assets/memory.js";
import { madeCatalogue } from "./made.mjs";

const data = madeCatalogue();
const choice = legal(data, data.cases, { id: "image-3", method: "scorecam", opacity: 0.9 });

function page(state = null, fails = false) {
  globalThis.history = {
    state,
    replaceState(next, _, address) {
      if (fails) throw new Error("not allowed here");
      this.state = JSON.parse(JSON.stringify(next));
      if (address) location.hash = address;
    },
  };
  return { dataset: {} };
}

test("the place in the history brings the choice back, and keeps what others put there", () => {
  const element = page({ theirs: 1 });
  remember(element, "key-0", choice);
  remember(element, "key-1", { ...choice, id: "image-1" });
  assert.deepEqual(recalled({ dataset: {} }, "key-0"), choice);
  assert.equal(history.state.theirs, 1);
});

test("a saved page has no history, but it has the choice", () => {
  const element = page(null, true);
  remember(element, "key-0", choice);
  assert.deepEqual(recalled(element, "key-0"), choice);
});

test("a link leads to the same choice on another machine, of this explorer only", () => {
  page();
  globalThis.location = { href: "file:///book/07.html#old", hash: "" };
  const address = linkTo("key-0", { ...choice, zoom: 2 });
  assert.ok(address.startsWith("file:///book/07.html#explorer=key-0"));
  location.hash = new URL(address).hash;
  page();
  assert.deepEqual(recalled({ dataset: {} }, "key-0"), { ...choice, zoom: 2 });
  assert.deepEqual(recalled({ dataset: {} }, "key-1"), {});
  remember({ dataset: {} }, "key-0", choice); // what was chosen since then is what is come back to
  assert.deepEqual(recalled({ dataset: {} }, "key-0"), choice);
  location.hash = "#explorer=key-0&choice={";
  page();
  assert.deepEqual(recalled({ dataset: {} }, "key-0"), {});
});

test("a tab that comes back finds what its history could not keep, and a new visit does not", () => {
  page(null, true); // a browser that is leaving a page writes no history any more
  globalThis.location = { href: "file:///book/07.html", hash: "" };
  const kept = new Map();
  globalThis.sessionStorage = { setItem: (name, text) => kept.set(name, text), getItem: (name) => kept.get(name) ?? null };
  const arrivals = performance.getEntriesByType;
  const arrive = (type) => { performance.getEntriesByType = () => [{ type }]; };
  remember({ dataset: {} }, "key-0", choice);
  for (const type of ["reload", "back_forward"]) {
    arrive(type);
    assert.deepEqual(recalled({ dataset: {} }, "key-0"), choice);
    assert.deepEqual(recalled({ dataset: {} }, "key-1"), {});
  }
  arrive("navigate");
  assert.deepEqual(recalled({ dataset: {} }, "key-0"), {});
  location.href = "file:///book/21.html";
  arrive("reload");
  assert.deepEqual(recalled({ dataset: {} }, "key-0"), {});
  performance.getEntriesByType = arrivals;
  delete globalThis.sessionStorage;
});

test("what can't be chosen here is not", () => {
  assert.deepEqual(recalled({ dataset: { choice: "{" } }, "key-9"), {});
  const first = legal(data, data.cases, {});
  const wild = { id: "gone", arm: "nobody", label: "gout", method: "x", layer: "y", colours: "z", opacity: "a", threshold: 7, truth: "q", outcome: "w", source: "e", zoom: 0.1, x: -3, y: NaN, level: "b", width: 9, order: "v", original: 0 };
  assert.deepEqual(legal(data, data.cases, wild), first);
});

test("an address that leads to a picture follows it, and one that leads to none is left alone", () => {
  globalThis.location = { href: "file:///book/07.html", hash: "#top" };
  page();
  followWith("key-0", choice);
  assert.equal(location.hash, "#top");
  linkTo("key-0", choice);
  const first = location.hash;
  // What is only kept when the page is left must not take the place of a link that was just opened.
  remember({ dataset: {} }, "key-0", { ...choice, id: "image-5" });
  assert.equal(location.hash, first);
  followWith("key-0", { ...choice, id: "image-5" });
  assert.match(decodeURIComponent(location.hash), /"id":"image-5"/);
  const before = location.hash;
  followWith("key-1", choice);
  assert.equal(location.hash, before);
});

test("a widget keeps what is shown with its model; an address that names its explorer comes first", () => {
  globalThis.location = { href: "http://host/lab", hash: "" };
  page();
  const kept = {};
  const model = { get: (name) => kept[name], set: (name, value) => { kept[name] = value; }, save_changes() { kept.saved = true; } };
  assert.deepEqual(recalledWith(model, "Made, control"), {});
  rememberWith(model, "Made, control", choice);
  assert.deepEqual([recalledWith(model, "Made, control"), kept.saved], [choice, true]);
  linkTo("Made, control", { ...choice, id: "image-5" });
  assert.equal(recalledWith(model, "Made, control").id, "image-5");
  assert.equal(recalledWith(model, "Made, general").id, "image-3");
  rememberWith(model, "Made, control", { ...choice, id: "image-1" });
  followWith("Made, control", { ...choice, id: "image-1" });
  assert.equal(recalledWith(model, "Made, control").id, "image-1");
  model.save_changes = () => { throw new Error("no kernel"); };
  rememberWith(model, "Made, control", choice);
});
