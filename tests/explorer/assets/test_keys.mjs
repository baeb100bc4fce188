/* Keys: what is typed inside does not get out. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isHosts, keepKeys, stepOf } from "../../../cxrstudy/explorer/assets/keys.js";

const root = {};
function pressed(key, more = {}) {
  const event = {
    type: "keydown", key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, stopped: false,
    composedPath: () => [{ closest: () => more.field ?? null }, root],
    stopImmediatePropagation() { this.stopped = true; }, ...more,
  };
  return event;
}

test("letters, Enter, Escape and combinations stop at the explorer; saving and searching go on", () => {
  const listeners = {};
  globalThis.window = {
    addEventListener: (kind, listen, capture) => { assert.equal(capture, true); listeners[kind] = listen; },
    removeEventListener: (kind) => { delete listeners[kind]; },
  };
  const seen = [];
  const end = keepKeys(root, ({ key }) => seen.push(key));
  const stops = (event) => { listeners.keydown(event); return event.stopped; };
  for (const key of ["x", "d", "m", "b", "a", "Enter", "Escape", "ArrowUp", "1"]) assert.ok(stops(pressed(key)), key);
  assert.ok(stops(pressed("M", { shiftKey: true })));
  assert.ok(stops(pressed("Enter", { ctrlKey: true })));
  assert.ok(stops(pressed("z", { ctrlKey: true })));
  assert.ok(!stops(pressed("s", { ctrlKey: true })));
  assert.ok(!stops(pressed("k", { metaKey: true })));
  assert.ok(!stops(pressed("x", { composedPath: () => [{}] })), "outside");
  assert.equal(seen.at(-1), "k");
  assert.deepEqual(Object.keys(listeners).sort(), ["keydown", "keypress", "keyup"]);
  end();
  assert.deepEqual(listeners, {});
});

test("arrows are steps, except in fields that use them and with other keys", () => {
  assert.equal(stepOf(pressed("ArrowRight")), 1);
  assert.equal(stepOf(pressed("ArrowLeft")), -1);
  assert.equal(stepOf(pressed("a")), 0);
  assert.equal(stepOf(pressed("ArrowRight", { field: {} })), 0);
  assert.equal(stepOf(pressed("ArrowLeft", { altKey: true })), 0); // back, in a browser
});

test("only plain combinations with Ctrl or Cmd are the host's", () => {
  assert.equal(isHosts(pressed("s", { ctrlKey: true, shiftKey: true })), false);
  assert.equal(isHosts(pressed("s")), false);
});
