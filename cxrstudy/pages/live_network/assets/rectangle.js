/* Rectangle: part of an image, and the part of a step's result that it can change. */

/**
 * @typedef {{top: number, left: number, bottom: number, right: number}} Rectangle rows and columns
 *   from top and left up to, and without, bottom and right
 * @typedef {[number, number, number]} Shape channels, height, width
 * @typedef {[number, number, number]} Window side, stride and padding of what slides over an image
 */

/** @param {Shape} shape @returns {Rectangle} */
export const wholeOf = ([, height, width]) => ({ top: 0, left: 0, bottom: height, right: width });

/**
 * A square around a place, as far as it lies inside the image.
 * @param {number} x
 * @param {number} y
 * @param {number} side
 * @param {number} pixels
 * @returns {Rectangle}
 */
export function squareAt(x, y, side, pixels) {
  const [left, top] = [Math.round(x - side / 2), Math.round(y - side / 2)];
  const inside = (/** @type {number} */ value) => Math.max(0, Math.min(pixels, value));
  return { top: inside(top), left: inside(left), bottom: inside(top + side), right: inside(left + side) };
}

/**
 * The part of the result of a sliding window that sees any of a part of its input.
 * @param {Rectangle} part
 * @param {Window} window
 * @param {Shape} shape of the result
 * @returns {Rectangle}
 */
export function seenBy(part, [side, stride, padding], [, height, width]) {
  const first = (/** @type {number} */ start) => Math.max(0, Math.ceil((start + padding - side + 1) / stride));
  const end = (/** @type {number} */ stop, /** @type {number} */ most) =>
    Math.min(most, Math.floor((stop - 1 + padding) / stride) + 1);
  return { top: first(part.top), left: first(part.left), bottom: end(part.bottom, height), right: end(part.right, width) };
}

/**
 * The smallest rectangle around two.
 * @param {Rectangle} one
 * @param {Rectangle} other
 * @returns {Rectangle}
 */
export const around = (one, other) => ({
  top: Math.min(one.top, other.top), left: Math.min(one.left, other.left),
  bottom: Math.max(one.bottom, other.bottom), right: Math.max(one.right, other.right),
});
