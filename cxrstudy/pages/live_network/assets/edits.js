/* Edits: what a reader has changed in an image, and the image that results. */

/**
 * @typedef {import("./rectangle.js").Rectangle} Rectangle
 * @typedef {{site: string, lesion: boolean, marker: boolean, grey: Uint8Array}} Film
 * @typedef {[number, number, number]} Dot column, row and grey value
 * @typedef {{id: string, label: string, site: string, outline: string, films: Film[],
 *   markers: Record<string, Dot[]>, recorded: Record<string, number[]>}} Patient
 *
 * Where the marker is: on the film, erased, or moved to a column and a row.
 * @typedef {"film" | "erased" | [number, number]} Marker
 * @typedef {{site: string, lesion: boolean, marker: Marker, blur: number, erased: Rectangle[]}} Edits
 */

/** What a patient's image is before anything is changed. @param {Patient} patient @returns {Edits} */
export const unchanged = (patient) =>
  ({ site: patient.site, lesion: patient.outline !== "", marker: "film", blur: 0, erased: [] });

/** @param {Patient} patient @param {Edits} edits */
export const isChanged = (patient, edits) => JSON.stringify(edits) !== JSON.stringify(unchanged(patient));

/**
 * The image: a film, the marker put elsewhere, blurred, and last the erased squares.
 * @param {Patient} patient
 * @param {Edits} edits
 * @param {number} pixels
 */
export function imageOf(patient, { site, lesion, marker, blur, erased }, pixels) {
  const film = filmOf(patient, site, lesion, marker === "film");
  let grey = Float32Array.from(film.grey);
  if (Array.isArray(marker)) putMarker(grey, patient.markers[site], marker, pixels);
  if (blur > 0) grey = blurred(grey, blur, pixels);
  const level = meanOf(film.grey);
  for (const part of erased) {
    for (let y = part.top; y < part.bottom; y++) grey.fill(level, y * pixels + part.left, y * pixels + part.right);
  }
  return grey;
}

/**
 * @param {Patient} patient
 * @param {string} site
 * @param {boolean} lesion
 * @param {boolean} marker
 */
function filmOf({ id, films }, site, lesion, marker) {
  const found = films.find((film) => film.site === site && film.lesion === lesion && film.marker === marker);
  if (!found) throw new Error(`patient ${id} has no such film`);
  return found;
}

/** What squares are filled with. @param {ArrayLike<number>} grey */
export function meanOf(grey) {
  let sum = 0;
  for (let at = 0; at < grey.length; at++) sum += grey[at];
  return Math.round(sum / grey.length);
}

/** The middle of a marker, in whole pixels. @param {Dot[]} dots @returns {[number, number]} */
export function middleOf(dots) {
  const mean = (/** @type {0 | 1} */ axis) => Math.round(dots.reduce((sum, dot) => sum + dot[axis], 0) / dots.length);
  return [mean(0), mean(1)];
}

/**
 * @param {Float32Array} grey
 * @param {Dot[]} dots
 * @param {[number, number]} place of its middle
 * @param {number} pixels
 */
function putMarker(grey, dots, [column, row], pixels) {
  const middle = middleOf(dots);
  for (const [x, y, value] of dots) {
    const [right, down] = [x - middle[0] + column, y - middle[1] + row];
    if (right >= 0 && right < pixels && down >= 0 && down < pixels) {
      grey[down * pixels + right] = Math.max(value, grey[down * pixels + right]); // lead is never darker than a body
    }
  }
}

/**
 * Blur by a Gaussian, first along rows and then along columns; the edge goes on outside of the image.
 * @param {Float32Array} grey
 * @param {number} deviation in pixels
 * @param {number} pixels
 */
export function blurred(grey, deviation, pixels) {
  const reach = Math.ceil(3 * deviation);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, at) => Math.exp(-(((at - reach) / deviation) ** 2) / 2));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const along = (/** @type {Float32Array} */ from, /** @type {number} */ step, /** @type {number} */ across) => {
    const to = new Float32Array(from.length);
    for (let line = 0; line < pixels; line++) {
      for (let at = 0; at < pixels; at++) {
        let total = 0;
        for (let k = -reach; k <= reach; k++) {
          total += weights[k + reach] * from[line * across + Math.max(0, Math.min(pixels - 1, at + k)) * step];
        }
        to[line * across + at * step] = total / sum;
      }
    }
    return to;
  };
  return along(along(grey, 1, pixels), pixels, 1).map(Math.round); // networks are asked of whole grey values
}
