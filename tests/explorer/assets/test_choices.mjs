/* Choices: what a view shows at first, what it offers, and which maps stand side by side. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { EACH, errorOf, firstChoice, legal, offered, pictureOf } from "../../../cxrstudy/explorer/assets/choices.js";
import { begin, step } from "../../../cxrstudy/explorer/assets/state.js";
import { stripOf } from "../../../cxrstudy/explorer/assets/thumbnails.js";
import { noteOf } from "../../../cxrstudy/explorer/assets/words.js";
import { answerTo, madeCase, madeCatalogue, smallOf } from "./made.mjs";

const DATA = madeCatalogue();
const chosen = (changes) => legal(DATA, DATA.cases, changes);
const shown = (changes) => pictureOf(DATA, DATA.cases, chosen(changes)).parts;

test("at first both networks are shown, on the class that the first one calls", () => {
  const [one, other] = shown({ id: "image-1" });
  assert.deepEqual([one.arm, other.arm], ["control", "general"]);
  assert.deepEqual([one.label, other.label], ["other", "other"]);
  assert.deepEqual(DATA.cases[1].readings.general.called, ["covid19"]);
});

test("each may show the class that it calls itself", () => {
  assert.deepEqual(shown({ id: "image-1", label: EACH }).map(({ label }) => label), ["other", "covid19"]);
});

test("with one network there is nothing to compare", () => {
  const alone = { ...DATA, arms: DATA.arms.slice(0, 1) };
  assert.equal(firstChoice(alone).other, "");
  assert.equal(pictureOf(alone, DATA.cases, firstChoice(alone)).parts.length, 1);
});

test("a network that does not know the class shows the one that it calls", () => {
  const stranger = madeCase(0);
  stranger.readings.general.probabilities = { gout: 0.9, normal2: 0.1 };
  stranger.readings.general.shown = "gout";
  const [one, other] = pictureOf(DATA, [stranger], { ...chosen({}), id: stranger.id }).parts;
  assert.deepEqual([one.label, other.label], ["normal", "gout"]);
});

test("a map says its class, the cells of its layer and its peak, and when it holds nothing", () => {
  const request = { view: "v", number: 1, ...pictureOf(DATA, DATA.cases, chosen({ id: "image-2", other: "" })) };
  const answer = answerTo(request, DATA.cases[2]);
  const noteWith = (map) => noteOf(DATA, { ...answer, maps: [map] }, 0);
  assert.equal(noteWith({ peak: 1.234, cells: [4, 3] }), "map for COVID-19, 4 × 3 cells, peak 1.2");
  assert.equal(noteWith({ peak: 2e-4, cells: [4, 3] }), "map for COVID-19, 4 × 3 cells: nothing speaks for it (peak 0.0002)");
  assert.equal(noteWith(null), "map for COVID-19: none is stored here");
});

/** Images whose network is sure of the truth by so much. */
const sure = (shares) => shares.map((share, number) => {
  const one = madeCase(number);
  one.truth = ["normal"];
  one.readings.control = { ...one.readings.control, probabilities: { normal: share, other: 1 - share }, right: share > 0.5 };
  return one;
});

test("images are filtered by the size of the error, and put in its order", () => {
  const cases = sure([0.95, 0.2, 0.75]);
  assert.deepEqual(cases.map((one) => Number(errorOf(one, "control").toFixed(2))), [0.05, 0.8, 0.25]);
  const ids = (changes) => offered(cases, { ...chosen({}), ...changes }).map(({ id }) => id);
  assert.deepEqual(["small", "middle", "large"].map((apart) => ids({ apart })), [["image-0"], ["image-2"], ["image-1"]]);
  assert.deepEqual(ids({ order: "error" }), ["image-1", "image-2", "image-0"]);
});

test("an error has the size that is said of it, and every error has one", () => {
  const cases = sure([0.9, 0.904, 0.906, 0.7051, 0.704, 1, 0]);
  const sizes = cases.map((one) => ["small", "middle", "large"].filter((apart) => offered([one], { ...chosen({}), apart }).length > 0));
  assert.deepEqual(sizes.map(String), ["middle", "middle", "small", "middle", "large", "small", "large"]);
});

test("thumbnails are asked for once, and those of other views or unknown images are not taken", () => {
  const first = begin(DATA, "v", true);
  const [, [asked]] = step(first, { kind: "strip" });
  assert.deepEqual(asked, { do: "thumbnails", cases: DATA.cases.map(({ id }) => id) });
  const told = (view, ids) => ({ kind: "thumbnails", view, thumbnails: Object.fromEntries(ids.map((id) => [id, smallOf(id)])) });
  assert.equal(step(first, told("w", ["image-0"]))[0], first);
  assert.equal(step(first, told("v", ["nobody"]))[0], first);
  const [some] = step(first, told("v", ["image-0", "image-2"]));
  assert.deepEqual(stripOf(some).slice(0, 3).map(({ image }) => image), [smallOf("image-0"), null, smallOf("image-2")]);
  assert.equal(step(some, { kind: "strip" })[1][0].cases.length, DATA.cases.length - 2);
});

test("a page has all of its images, and asks nobody", () => {
  const data = { ...DATA, cases: DATA.cases.map((one) => ({ ...one, image: smallOf(one.id) })) };
  const first = begin(data, "v", false);
  assert.deepEqual(step(first, { kind: "strip" })[1], []);
  assert.deepEqual(stripOf(first).map(({ image }) => image), data.cases.map(({ id }) => smallOf(id)));
  assert.match(stripOf(first)[1].words, /^image-1: other: wrong, error 20 %$/);
});
