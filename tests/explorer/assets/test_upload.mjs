/* Upload: files one after another, each with its own parts and its own words. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { LARGEST, PART, chosen, finished, givenUp, isUploading, partOf, partToSend, received, scoring, underWay } from "../../../cxrstudy/explorer/assets/upload.js";

const file = (id, size = 10, name = `${id}.png`) => ({ id, name, size });
const phases = (uploads) => uploads.map(({ phase }) => phase).join(" ");

test("several files are sent one after another", () => {
  let uploads = chosen([], [file("a", PART + 1), file("b")]);
  assert.equal(phases(uploads), "sending queued");
  assert.deepEqual(partToSend([], uploads), { id: "a", offset: 0 });
  const half = received(uploads, "a", PART);
  assert.deepEqual(partToSend(uploads, half), { id: "a", offset: PART });
  assert.equal(partToSend(half, half), null);
  uploads = received(half, "a", PART + 1);
  assert.equal(phases(uploads), "reading queued");
  assert.equal(partToSend(half, uploads), null);
  uploads = finished(uploads, "a", "added", "a was added");
  assert.equal(phases(uploads), "added sending");
  assert.equal(phases(finished(uploads, "b", "refused", "b.png is broken")), "added refused");
});

test("files chosen while another is on its way wait for it", () => {
  const first = chosen([], [file("a")]);
  assert.equal(phases(chosen(first, [file("b")])), "sending queued");
});

test("a file that is too large or empty is refused at once, by name", () => {
  const uploads = chosen([], [file("a", LARGEST + 1), file("b", 0), file("c", LARGEST)]);
  assert.equal(phases(uploads), "refused refused sending");
  assert.match(uploads[0].text, /^a\.png is larger than 64 MiB/);
  assert.match(uploads[1].text, /^b\.png is empty/);
});

test("the first word about a file counts", () => {
  const uploads = finished(chosen([], [file("a")]), "a", "refused", "first");
  assert.equal(finished(uploads, "a", "refused", "second"), uploads);
  assert.equal(finished(uploads, "a", "added", "third"), uploads);
  assert.equal(received(uploads, "a", 10), uploads);
  assert.equal(finished(uploads, "unknown", "refused", "no"), uploads);
});

test("words that do not move an upload on are not taken", () => {
  const uploads = received(chosen([], [file("a", 3 * PART)]), "a", PART);
  for (const offset of [0, PART, 4 * PART]) assert.equal(received(uploads, "a", offset), uploads);
});

test("what is given up is said by name, and words of refusal stay", () => {
  const uploads = givenUp(chosen(chosen([], [file("big", LARGEST + 1)]), [file("a"), file("b")]), "it was cancelled.");
  assert.equal(isUploading(uploads), false);
  assert.deepEqual(uploads.slice(1).map(({ text }) => text), ["a.png was not read: it was cancelled.", "b.png was not read: it was cancelled."]);
  assert.match(chosen(uploads, [file("c")])[0].text, /big\.png is larger/);
});

test("the parts of a file are the file", async () => {
  const bytes = Uint8Array.from({ length: PART + 5 }, (_, place) => place % 251);
  const whole = new Blob([bytes]);
  const parts = [await partOf(whole, 0), await partOf(whole, PART)];
  assert.deepEqual(parts.map(({ byteLength }) => byteLength), [PART, 5]);
  assert.deepEqual(new Uint8Array(await new Blob(parts).arrayBuffer()), bytes);
});

test("how far a file is is said from its first part to its last network, with those that wait", () => {
  let uploads = chosen([], [file("a", 4 * PART), file("b"), file("c")]);
  assert.deepEqual(underWay(uploads), { text: "a.png: 0 % sent; 2 more files wait", share: 0 });
  uploads = received(uploads, "a", PART);
  assert.deepEqual(underWay(uploads), { text: "a.png: 25 % sent; 2 more files wait", share: 0.25 });
  assert.equal(scoring(uploads, "a", 0.5, "too early"), uploads);
  uploads = received(uploads, "a", 4 * PART);
  assert.deepEqual(underWay(uploads), { text: "a.png: being read; 2 more files wait", share: 0 });
  uploads = scoring(uploads, "a", 0.5, "scored by control");
  assert.deepEqual(underWay(uploads), { text: "a.png: scored by control; 2 more files wait", share: 0.5 });
  uploads = finished(uploads, "a", "added", "");
  assert.equal(underWay(uploads).text, "b.png: 0 % sent; 1 more file waits");
  assert.equal(underWay(finished(finished(uploads, "b", "added", ""), "c", "refused", "no")), null);
});

test("a share never goes back, and words about another file are not taken", () => {
  const read = received(chosen([], [file("a")]), "a", 10);
  const far = scoring(scoring(read, "a", 0.8, "one"), "a", 0.2, "two");
  assert.deepEqual(underWay(far), { text: "a.png: two", share: 0.8 });
  assert.equal(scoring(read, "b", 0.8, "one"), read);
});
