/* Request: whatever becomes of what is awaited, controls, words and picture agree. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { seen, step } from "../../../cxrstudy/explorer/assets/state.js";
import { captionOf, troubleOf } from "../../../cxrstudy/explorer/assets/words.js";
import { answerTo, madeCatalogue, started } from "./made.mjs";

const DATA = madeCatalogue();

test("after Cancel the controls say again what is shown", () => {
  const [waiting, effects] = step(started(DATA), { kind: "step", by: 1 });
  assert.deepEqual(effects.map((effect) => effect.do), ["ask"]);
  assert.equal(waiting.choice.id, "image-1");
  const [late] = step(waiting, { kind: "late", number: waiting.number });
  assert.equal(seen(late).answer, null);
  assert.equal(captionOf(late), "Waiting for image-1: Grad-CAM at layer4 and layer3.");
  const [back, done] = step(late, { kind: "cancel" });
  assert.deepEqual(done, [{ do: "cancel", number: waiting.number }]);
  assert.equal(back.choice.id, "image-0");
  assert.equal(seen(back).answer.case, "image-0");
  assert.equal(seen(back).phase, "ready");
});

test("an answer to another view, another number or another image is refused", () => {
  const [waiting] = step(started(DATA), { kind: "step", by: 1 });
  const right = answerTo(waiting.awaited.request, DATA.cases[1]);
  for (const wrong of [{ view: "w" }, { number: 1 }, { case: "image-2" }, { about: DATA.cases[2] }, { maps: [] }]) {
    assert.equal(step(waiting, { ...right, ...wrong })[0], waiting);
  }
  assert.equal(seen(step(waiting, right)[0]).answer.case, "image-1");
});

test("an answer that comes after silence brings what was wanted, with its controls", () => {
  const [waiting] = step(started(DATA), { kind: "step", by: 1 });
  const [silent] = step(waiting, { kind: "silence", why: "silent" });
  assert.equal(silent.choice.id, "image-0");
  assert.equal(seen(silent).phase, "silent");
  assert.match(troubleOf(silent), /does not answer.*gone.*image-0/);
  const [answered] = step(silent, answerTo(waiting.awaited.request, DATA.cases[1]));
  assert.equal(answered.choice.id, "image-1");
  assert.equal(seen(answered).phase, "ready");
  const [asked, effects] = step(silent, { kind: "again" });
  assert.equal(effects[0].request.case, "image-1");
  assert.equal(seen(asked).answer.case, "image-0");
});

test("a lost connection is said, keeps the last picture, and is made anew by the button", () => {
  const [waiting] = step(started(DATA), { kind: "step", by: 1 });
  const [cut] = step(waiting, { kind: "silence", why: "cut" });
  assert.deepEqual([seen(cut).phase, seen(cut).answer.case, cut.choice.id], ["cut", "image-0", "image-0"]);
  assert.match(troubleOf(cut), /connection.*lost.*image-0/);
  const [, effects] = step(cut, { kind: "again" });
  assert.deepEqual(effects.map((one) => one.do), ["reconnect", "ask"]);
  const [idle] = step(started(DATA), { kind: "silence", why: "cut" });
  assert.deepEqual(step(idle, { kind: "again" })[1].map((one) => one.do), ["reconnect", "look"]);
  const [back] = step(cut, { kind: "alive" });
  assert.equal(seen(back).phase, "busy");
  const [gone] = step(step(cut, { kind: "silence", why: "gone" })[0], { kind: "silence", why: "cut" });
  assert.equal(gone.trouble, "gone");
});

test("what failed is said by name, and stays when a slider moves", () => {
  const [waiting] = step(started(DATA), { kind: "step", by: 1 });
  const [failed] = step(waiting, { kind: "failed", view: "v", number: waiting.number, text: "that did not work" });
  assert.equal(failed.error, "image-1: that did not work");
  const [moved] = step(failed, { kind: "choose", changes: { opacity: 0.9 } });
  assert.equal(moved.error, failed.error);
  assert.equal(moved.choice.opacity, 0.9);
});
