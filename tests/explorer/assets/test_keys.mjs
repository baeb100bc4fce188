/* Keys: what is typed inside does not get out. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isHosts, keepKeys, meaningOf } from "../../../cxrstudy/explorer/assets/keys.js";

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

test("arrows are steps, signs change what is seen, except in fields that use them", () => {
  assert.deepEqual(meaningOf(pressed("ArrowRight")), { kind: "step", by: 1 });
  assert.deepEqual(meaningOf(pressed("ArrowLeft")), { kind: "step", by: -1 });
  assert.equal(meaningOf(pressed("+")).times * meaningOf(pressed("-")).times, 1);
  assert.deepEqual(meaningOf(pressed("0")), { kind: "whole" });
  assert.ok(meaningOf(pressed("[")).wider < 0 && meaningOf(pressed("]")).wider > 0);
  assert.deepEqual([meaningOf(pressed("?", { shiftKey: true })).kind, meaningOf(pressed("o")).kind], ["help", "original"]);
  assert.equal(meaningOf(pressed("a")), null);
  for (const key of ["ArrowRight", "+", "?", "o"]) assert.equal(meaningOf(pressed(key, { field: {} })), null, key);
  assert.equal(meaningOf(pressed("ArrowLeft", { altKey: true })), null); // back, in a browser
  assert.equal(meaningOf(pressed("ArrowLeft", { shiftKey: true })), null);
  assert.equal(meaningOf(pressed("-", { ctrlKey: true })), null); // smaller text
});

test("only plain combinations with Ctrl or Cmd are the host's", () => {
  assert.equal(isHosts(pressed("s", { ctrlKey: true, shiftKey: true })), false);
  assert.equal(isHosts(pressed("s")), false);
});
