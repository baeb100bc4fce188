/*
 * Messages: what a view asks for and what it is answered. Python's side is cxrstudy/explorer/live.py.
 *
 * A request names its view, its number and all that the picture is made of. An answer repeats that
 * and brings everything at once; it is taken only if nothing of it differs from what was asked.
 */

/**
 * What Python says of an image; see cxrstudy/explorer/case.py.
 * @typedef {{probabilities: Record<string, number>, called: string[], words: string, shown: string,
 *            right: boolean | null, maps?: Record<string, any>}} Reading
 * @typedef {{id: string, facts: Record<string, any> | null, truth: string[], known: boolean,
 *            readings: Record<string, Reading>, image?: string | null, outline?: string | null,
 *            warnings?: {text: string, arms: string[]}[]}} Case
 *
 * What there is to choose from; see cxrstudy/explorer/catalogue.py.
 * @typedef {{title: string, arms: {name: string, layers: string[], opens: string,
 *                                  thresholds: Record<string, number>, rule: string}[],
 *            methods: {name: string, title: string, slow: boolean}[], labels: string[],
 *            mapped: string[], names: Record<string, string>, cases: Case[]}} Catalogue
 *
 * The map that one arm shows.
 * @typedef {{arm: string, label: string, method: string, layer: string}} Part
 * @typedef {{view: string, number: number, case: string, parts: Part[]}} Request
 *
 * An answer as it arrives, with everything in text, and as it is shown, with a decoded image.
 * @typedef {Request & {about: Case, image: string, outline: string | null, maps: any[]}} Written
 * @typedef {Request & {about: Case, image: any, outline: string | null,
 *            maps: (import("./painting.js").LowMap | null)[]}} Answer
 */

/**
 * Images, small, by the id of their case.
 * @typedef {Record<string, string>} Thumbnails
 */

/** Fields of a part; two maps are the same map if these are equal. */
const FIELDS = /** @type {(keyof Part)[]} */ (["arm", "label", "method", "layer"]);

/**
 * Whether two requests are for the same picture.
 * @param {{case: string, parts: Part[]}} one
 * @param {{case: string, parts: Part[]}} other
 */
export function samePicture(one, other) {
  return one.case === other.case && one.parts.length === other.parts.length
    && one.parts.every((part, place) => FIELDS.every((name) => part[name] === other.parts[place][name]));
}

/**
 * Whether an answer is the one to this request, and whole.
 * @param {Request} request
 * @param {Request & {about?: Case, image?: any, maps?: any[]}} answer
 */
export function fits(request, answer) {
  return isFor(request, answer) && Array.isArray(answer.parts) && samePicture(request, answer)
    && answer.about?.id === request.case && Boolean(answer.image)
    && answer.maps?.length === request.parts.length;
}

/**
 * Whether a message of any kind belongs to this request.
 * @param {Request} request
 * @param {{view?: string, number?: number}} message
 */
export function isFor(request, message) {
  return message.view === request.view && message.number === request.number;
}

/** A name that no other view has: of this page, of another page, of another day. */
export function newName() {
  const random = crypto.getRandomValues(new Uint32Array(4));
  return [...random].map((part) => part.toString(36)).join("-");
}
