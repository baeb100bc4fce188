/*
 * Looking: which part of an image is seen, and which greys are told apart. All places and lengths
 * are shares: of the image from its left and top edge, or of the picture on the page.
 */

/**
 * @typedef {{zoom: number, x: number, y: number}} Part magnification, and the middle of what is seen
 * @typedef {{level: number, width: number}} Greys middle and range of the greys that are told apart
 */

/** The whole image, and all greys. */
export const WHOLE = Object.freeze({ zoom: 1, x: 0.5, y: 0.5 });
export const ALL_GREYS = Object.freeze({ level: 0.5, width: 1 });

/** The largest magnification, and the smallest range of greys. */
export const MOST = 8;
export const LEAST = 0.05;

/** Magnification by one press of a button or a key. */
export const STEP = 1.5;

const clamped = (/** @type {number} */ value, /** @type {number} */ low, /** @type {number} */ high) =>
  Math.min(Math.max(value, low), high);

/**
 * The nearest part that lies inside the image; what is no number is as at the beginning.
 * @param {Partial<Part>} part
 * @returns {Part}
 */
export function partInside({ zoom, x, y }) {
  const times = clamped(numberOr(zoom, WHOLE.zoom), 1, MOST);
  const half = 0.5 / times;
  return { zoom: times, x: clamped(numberOr(x, WHOLE.x), half, 1 - half), y: clamped(numberOr(y, WHOLE.y), half, 1 - half) };
}

/**
 * The nearest range of greys that is legal.
 * @param {Partial<Greys>} greys
 * @returns {Greys}
 */
export function greysInside({ level, width }) {
  return { level: clamped(numberOr(level, ALL_GREYS.level), 0, 1), width: clamped(numberOr(width, ALL_GREYS.width), LEAST, 1) };
}

/**
 * @param {unknown} value
 * @param {number} usual
 */
function numberOr(value, usual) {
  return typeof value === "number" && Number.isFinite(value) ? value : usual;
}

/**
 * Magnify; the place under a point of the picture stays there, unless it would leave the image.
 * @param {Part} part
 * @param {number} times
 * @param {{x: number, y: number}} [at] point of the picture
 * @returns {Part}
 */
export function zoomed(part, times, at = { x: 0.5, y: 0.5 }) {
  const zoom = clamped(part.zoom * times, 1, MOST);
  const kept = placeOf(part, at);
  return partInside({ zoom, x: kept.x - (at.x - 0.5) / zoom, y: kept.y - (at.y - 0.5) / zoom });
}

/**
 * Move what is seen with the hand: by a share of the picture.
 * @param {Part} part
 * @param {number} across
 * @param {number} down
 * @returns {Part}
 */
export function panned(part, across, down) {
  return partInside({ ...part, x: part.x - across / part.zoom, y: part.y - down / part.zoom });
}

/**
 * Place in the image of a point of the picture.
 * @param {Part} part
 * @param {{x: number, y: number}} at
 */
export function placeOf({ zoom, x, y }, at) {
  return { x: x + (at.x - 0.5) / zoom, y: y + (at.y - 0.5) / zoom };
}

/**
 * Left, top and side of what is seen.
 * @param {Part} part
 */
export function edgesOf({ zoom, x, y }) {
  const side = 1 / zoom;
  return { left: x - side / 2, top: y - side / 2, side };
}

/**
 * Spread a range of greys over all of them: level is shown as middle grey, and what lies outside of
 * the range is black or white (window and level). RGBA, changed in place.
 * @param {{data: Uint8ClampedArray}} pixels
 * @param {Greys} greys
 */
export function windowed({ data }, { level, width }) {
  if (level === ALL_GREYS.level && width === ALL_GREYS.width) return;
  const low = (level - width / 2) * 255;
  const table = Uint8ClampedArray.from({ length: 256 }, (_, grey) => Math.round((grey - low) / width));
  for (let at = 0; at < data.length; at += 4) {
    for (let channel = 0; channel < 3; channel++) data[at + channel] = table[data[at + channel]];
  }
}

/**
 * Value of a map at a place of the image, as a share of its maximum; bilinear, as it is drawn.
 * @param {import("./painting.js").LowMap} map
 * @param {{x: number, y: number}} place
 */
export function valueAt({ width, height, values }, { x, y }) {
  const across = clamped(x * width - 0.5, 0, width - 1);
  const down = clamped(y * height - 0.5, 0, height - 1);
  const [left, top] = [Math.floor(across), Math.floor(down)];
  const [right, low] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
  const row = (/** @type {number} */ at) =>
    values[at * width + left] * (1 - (across - left)) + values[at * width + right] * (across - left);
  return (row(top) * (1 - (down - top)) + row(low) * (down - top)) / 255;
}
