/*
 * Upload: files on their way to the kernel, in parts and one after another; each is answered by name.
 *
 * The functions here are pure: they take the list of files and return a new one. Every file has an
 * id, and every message about it carries that id, so that no part gets into another file.
 */

/**
 * `text` says why a file was refused, or what the kernel does with it; `scored` is the share of that.
 * @typedef {{id: string, name: string, size: number, sent: number, scored: number, text: string,
 *            phase: "queued" | "sending" | "reading" | "added" | "refused"}} Upload
 */

/** Bytes in a part. A notebook server refuses messages of 10 MB, and a slow line takes its time. */
export const PART = 1 << 19;
/** Most bytes of a file; cxrstudy/explorer/upload.py checks them again. */
export const LARGEST = 64 * 2 ** 20;
/** How many words of earlier refusals stay. */
const KEPT = 20;

/** @param {Upload} one */
const isOpen = ({ phase }) => phase === "queued" || phase === "sending" || phase === "reading";

/** @param {Upload[]} uploads */
export const isUploading = (uploads) => uploads.some(isOpen);

/**
 * Files that were chosen; what can't be used is refused at once.
 * @param {Upload[]} uploads
 * @param {{id: string, name: string, size: number}[]} files
 * @returns {Upload[]}
 */
export function chosen(uploads, files) {
  const added = files.map(({ id, name, size }) => {
    const text = refusal(name, size);
    return { id, name, size, sent: 0, scored: 0, text, phase: /** @type {Upload["phase"]} */ (text ? "refused" : "queued") };
  });
  const refused = uploads.filter(({ phase }) => phase === "refused").slice(-KEPT);
  return next([...refused, ...uploads.filter(isOpen), ...added]);
}

/**
 * @param {string} name
 * @param {number} size
 */
function refusal(name, size) {
  if (size === 0) return `${name} is empty; choose another file.`;
  if (size > LARGEST) return `${name} is larger than ${LARGEST >> 20} MiB; choose a smaller file.`;
  return "";
}

/**
 * Only one file is on its way at a time: when it is done, the next one starts.
 * @param {Upload[]} uploads
 * @returns {Upload[]}
 */
function next(uploads) {
  if (uploads.some(({ phase }) => phase === "sending" || phase === "reading")) return uploads;
  const first = uploads.find(({ phase }) => phase === "queued");
  return first ? changed(uploads, first.id, { phase: "sending" }) : uploads;
}

/**
 * @param {Upload[]} uploads
 * @param {string} id
 * @param {Partial<Upload>} changes
 */
function changed(uploads, id, changes) {
  return uploads.map((one) => (one.id === id ? { ...one, ...changes } : one));
}

/**
 * The kernel has received a file up to an offset.
 * @param {Upload[]} uploads
 * @param {string} id
 * @param {number} offset
 */
export function received(uploads, id, offset) {
  const one = uploads.find((upload) => upload.id === id && upload.phase === "sending");
  if (!one || offset <= one.sent || offset > one.size) return uploads;
  return changed(uploads, id, { sent: offset, phase: offset === one.size ? "reading" : "sending" });
}

/**
 * The kernel says how far it is with a file that it has received.
 * @param {Upload[]} uploads
 * @param {string} id
 * @param {number} share
 * @param {string} text
 */
export function scoring(uploads, id, share, text) {
  const one = uploads.find((upload) => upload.id === id && upload.phase === "reading");
  return one ? changed(uploads, id, { scored: Math.min(Math.max(share, one.scored), 1), text }) : uploads;
}

/**
 * What is done with files, in words, and the share of it; null if there is nothing to wait for.
 * @param {Upload[]} uploads
 * @returns {{text: string, share: number} | null}
 */
export function underWay(uploads) {
  const one = uploads.find(({ phase }) => phase === "sending" || phase === "reading");
  if (!one) return null;
  const left = uploads.filter(({ phase }) => phase === "queued").length;
  const wait = left > 0 ? `; ${left} more ${left === 1 ? "file waits" : "files wait"}` : "";
  if (one.phase === "sending") {
    const share = one.sent / one.size;
    return { text: `${one.name}: ${Math.round(share * 100)} % sent${wait}`, share };
  }
  return { text: `${one.name}: ${one.text || "being read"}${wait}`, share: one.scored };
}

/**
 * A file has become an image, or can't be used; the first word about it counts.
 * @param {Upload[]} uploads
 * @param {string} id
 * @param {"added" | "refused"} phase
 * @param {string} text
 */
export function finished(uploads, id, phase, text) {
  const one = uploads.find((upload) => upload.id === id);
  return one && isOpen(one) ? next(changed(uploads, id, { phase, text })) : uploads;
}

/**
 * All files that are on their way are given up.
 * @param {Upload[]} uploads
 * @param {string} why
 * @returns {Upload[]}
 */
export function givenUp(uploads, why) {
  return uploads.map((one) => (isOpen(one) ? { ...one, phase: "refused", text: `${one.name} was not read: ${why}` } : one));
}

/**
 * The part that is to be sent now, if there is one.
 * @param {Upload[]} before
 * @param {Upload[]} after
 */
export function partToSend(before, after) {
  const now = after.find(({ phase }) => phase === "sending");
  if (!now) return null;
  const then = before.find(({ id }) => id === now.id);
  return then?.phase === "sending" && then.sent === now.sent ? null : { id: now.id, offset: now.sent };
}

/**
 * What of a file is sent as one part.
 * @param {File} file
 * @param {number} offset
 */
export function partOf(file, offset) {
  return file.slice(offset, Math.min(offset + PART, file.size)).arrayBuffer();
}
