/* Painting and colours: known pixels. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { coloursOf, lookUp, COLOUR_NAMES } from "../../../cxrstudy/explorer/assets/colours.js";
import { blend, readMap } from "../../../cxrstudy/explorer/assets/painting.js";

const grey = (width, height, value = 100) => ({ width, height, data: new Uint8ClampedArray(width * height * 4).fill(value) });
const settings = { opacity: 1, threshold: 0, colours: "grey" };
const reds = ({ data }) => [...data].filter((_, place) => place % 4 === 0);

test("a map is interpolated between the centres of its cells, and not beyond", () => {
  const pixels = grey(4, 1);
  blend(pixels, { width: 2, height: 1, peak: 1, values: Uint8Array.from([0, 200]) }, settings);
  assert.deepEqual(reds(pixels), [0, 50, 150, 200]);
});

test("rows are rows", () => {
  const pixels = grey(1, 2);
  blend(pixels, { width: 1, height: 2, peak: 1, values: Uint8Array.from([10, 250]) }, settings);
  assert.deepEqual(reds(pixels), [10, 250]);
});

test("half opacity is half of each, and nothing below the threshold", () => {
  const pixels = grey(2, 1);
  blend(pixels, { width: 2, height: 1, peak: 1, values: Uint8Array.from([50, 200]) }, { ...settings, opacity: 0.5, threshold: 0.5 });
  assert.deepEqual(reds(pixels), [100, 150]);
});

test("a map is read as it was written", () => {
  const map = readMap([2, 1, 0.5, btoa("\x00\xff"), [2, 1]]);
  assert.deepEqual([map.width, map.height, map.peak, [...map.values]], [2, 1, 0.5, [0, 255]]);
});

test("every table of colours has 256, from its first to its last", () => {
  for (const name of Object.keys(COLOUR_NAMES)) {
    const table = lookUp(name);
    assert.equal(table.length, 768);
    assert.deepEqual([...table.slice(0, 3)], coloursOf(name)[0]);
    assert.deepEqual([...table.slice(765)], coloursOf(name).at(-1));
  }
});
