/* Words: what is warned of an image of one's own stands beside it, and beside no other image. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { step } from "../../../cxrstudy/explorer/assets/state.js";
import { sentenceOf, warningsOf } from "../../../cxrstudy/explorer/assets/words.js";
import { answerTo, madeCase, madeCatalogue, started } from "./made.mjs";

const DATA = madeCatalogue();
const WARNED = {
  ...madeCase(7, "upload 1: a.png"),
  warnings: [{ text: "not a frontal chest", arms: ["control", "general"] }, { text: "wrong size", arms: ["general"] }],
};

test("a warning of all networks is said once, and one of some names them", () => {
  assert.deepEqual(warningsOf(DATA, WARNED), ["Warning: not a frontal chest.", "Warning, for general: wrong size."]);
  assert.deepEqual(warningsOf(DATA, DATA.cases[0]), []);
});

test("a screen reader hears the warnings of the image that is shown", () => {
  const [added] = step(started(DATA), { kind: "cases", cases: [WARNED] });
  const [asked] = step(added, { kind: "choose", changes: { id: WARNED.id } });
  assert.doesNotMatch(sentenceOf(asked), /Warning/);
  const [shown] = step(asked, answerTo(asked.awaited.request, WARNED));
  assert.match(sentenceOf(shown), /Warning: not a frontal chest\. Warning, for general/);
  const [next] = step(shown, { kind: "choose", changes: { id: "image-1" } });
  const [other] = step(next, answerTo(next.awaited.request, DATA.cases[1]));
  assert.doesNotMatch(sentenceOf(other), /Warning/);
});
