/* Looking: what is seen stays inside the image, and what is pointed at stays where it is. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ALL_GREYS, LEAST, MOST, WHOLE, edgesOf, greysInside, panned, partInside, placeOf, valueAt, windowed, zoomed } from "../../../cxrstudy/explorer/assets/looking.js";
import { blend } from "../../../cxrstudy/explorer/assets/painting.js";
import { errorOf, legal, offered } from "../../../cxrstudy/explorer/assets/choices.js";
import { inLines } from "../../../cxrstudy/explorer/assets/picture.js";
import { pixelAt, readoutOf } from "../../../cxrstudy/explorer/assets/readout.js";
import { madeCase, madeCatalogue, randomFrom } from "./made.mjs";

const near = (a, b, within = 1e-9) => assert.ok(Math.abs(a - b) <= within, `${a} is not ${b}`);
const grey = (values) => ({ width: values.length, height: 1, data: new Uint8ClampedArray(values.flatMap((value) => [value, value, value, 255])) });
const reds = ({ data }) => [...data].filter((_, place) => place % 4 === 0);

test("whatever a hand does, what is seen lies inside the image", () => {
  const { next, chance } = randomFrom(7);
  let part = WHOLE;
  for (let turn = 0; turn < 5000; turn++) {
    part = chance(0.5) ? zoomed(part, Math.exp(4 * next() - 2), { x: next(), y: next() }) : panned(part, 4 * next() - 2, 4 * next() - 2);
    const { left, top, side } = edgesOf(part);
    assert.ok(part.zoom >= 1 && part.zoom <= MOST);
    for (const edge of [left, top]) assert.ok(edge >= -1e-9 && edge + side <= 1 + 1e-9, String(edge));
  }
});

test("magnifying keeps the place under the pointer, as long as that is possible", () => {
  const before = { zoom: 2, x: 0.5, y: 0.5 };
  const at = { x: 0.3, y: 0.8 };
  const after = zoomed(before, 1.7, at);
  near(placeOf(after, at).x, placeOf(before, at).x);
  near(placeOf(after, at).y, placeOf(before, at).y);
  assert.deepEqual(zoomed(after, 1 / 100), WHOLE);
});

test("the image follows the hand: what was under it stays under it", () => {
  const before = { zoom: 4, x: 0.5, y: 0.5 };
  const after = panned(before, 0.2, -0.1);
  near(placeOf(after, { x: 0.6, y: 0.4 }).x, placeOf(before, { x: 0.4, y: 0.5 }).x);
  near(placeOf(after, { x: 0.6, y: 0.4 }).y, placeOf(before, { x: 0.4, y: 0.5 }).y);
});

test("what is no number is as at the beginning, and the rest is put inside", () => {
  assert.deepEqual(partInside({ zoom: "2", x: null, y: NaN }), WHOLE);
  assert.deepEqual(partInside({ zoom: 1e9, x: 5, y: -5 }), { zoom: MOST, x: 1 - 0.5 / MOST, y: 0.5 / MOST });
  assert.deepEqual(greysInside({}), ALL_GREYS);
  assert.deepEqual(greysInside({ level: 4, width: 0 }), { level: 1, width: LEAST });
});

test("level becomes middle grey, the ends of the window black and white, and all greys stay", () => {
  const pixels = grey([0, 51, 102, 153, 255]);
  windowed(pixels, ALL_GREYS);
  assert.deepEqual(reds(pixels), [0, 51, 102, 153, 255]);
  windowed(pixels, { level: 0.4, width: 0.4 });
  assert.deepEqual(reds(pixels), [0, 0, 128, 255, 255]);
  assert.deepEqual([...pixels.data].filter((_, place) => place % 4 === 3), [255, 255, 255, 255, 255]);
});

test("a magnified map shows the cells of the part that is seen", () => {
  const map = { width: 2, height: 1, peak: 1, values: Uint8Array.from([0, 200]) };
  const settings = { opacity: 1, threshold: 0, colours: "grey" };
  const [left, right] = [0.25, 0.75].map((x) => {
    const pixels = grey([9, 9]);
    blend(pixels, map, { ...settings, zoom: 2, x, y: 0.5 });
    return reds(pixels);
  });
  const whole = grey([9, 9, 9, 9]);
  blend(whole, map, settings);
  assert.deepEqual([...left, ...right], reds(whole));
});

test("the read-out is what is drawn", () => {
  const map = { width: 2, height: 2, peak: 1, values: Uint8Array.from([0, 255, 255, 0]) };
  near(valueAt(map, { x: 0.25, y: 0.25 }), 0);
  near(valueAt(map, { x: 0.75, y: 0.25 }), 1);
  near(valueAt(map, { x: 0.5, y: 0.5 }), 0.5);
  near(valueAt(map, { x: 0, y: 1 }), 1);
  assert.deepEqual(pixelAt({ width: 64, height: 32 }, { x: 1, y: 0.5 }), { column: 63, row: 16 });
  assert.equal(readoutOf({ column: 3, row: 4 }, 143, 0.45), "column 3, row 4 · grey 143 of 255 · map 45 % of its maximum");
  assert.equal(readoutOf({ column: 3, row: 4 }, null, null), "column 3, row 4");
});

test("words of a saved picture are in lines that fit, and none is lost", () => {
  const text = "a map of the lesion at layer4 is not for clinical use";
  const lines = inLines(text, (line) => line.length, 12);
  assert.equal(lines.join(" "), text);
  assert.ok(lines.every((line) => line.length <= 12), lines.join("|"));
  assert.deepEqual(inLines("unbreakable", (line) => line.length, 3), ["unbreakable"]);
});

test("sorted by error, the worst image comes first and one without a truth last", () => {
  const data = madeCatalogue(5);
  const cases = [...data.cases, madeCase(9, "own.png")];
  const choice = legal(data, cases, { order: "error" });
  const errors = offered(cases, choice).map((one) => errorOf(one, choice.arm));
  assert.equal(errors.length, 6);
  assert.deepEqual(errors, [...errors].sort((a, b) => b - a));
  assert.equal(errors.at(-1), -1);
  assert.deepEqual(offered(cases, { ...choice, order: "" }), cases);
});
