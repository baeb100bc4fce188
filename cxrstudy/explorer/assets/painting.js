/* Painting: an image, a map over it and the outline of the lesion, on a canvas. */

import { lookUp } from "./colours.js";
import { ALL_GREYS, WHOLE, edgesOf, windowed } from "./looking.js";

/**
 * A map; 255 is its maximum, `peak` the maximum in the method's unit. `cells` are those of its layer,
 * in columns and rows; the map may have others, because those lie evenly in the image.
 * @typedef {{width: number, height: number, peak: number, values: Uint8Array, cells: [number, number]}} LowMap
 *
 * @typedef {{opacity: number, threshold: number, colours: string, outline: boolean}
 *   & import("./looking.js").Part & import("./looking.js").Greys} Settings
 */

const CANVAS_SIDE = 512; // longer side of what is drawn, in pixels
const OUTLINE_SIDE = 1000; // of the square in which Python draws outlines

/**
 * @param {[number, number, number, string, [number, number]]} written width, height, peak, values as base64, cells
 * @returns {LowMap}
 */
export function readMap([width, height, peak, text, cells]) {
  const values = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return { width, height, peak, values, cells };
}

/** Peak below which a map holds nothing; NOTHING in cxrstudy/explorer/case.py. */
const NOTHING = 1e-3;

/**
 * Whether anything in the image speaks for the class of a map; colours would only magnify rounding.
 * @param {{peak: number}} map
 */
export const holdsNothing = ({ peak }) => peak < NOTHING;

/**
 * Where each of `count` pixels lies between the `cells` of a coarse row: [left, right, share].
 * @param {number} count
 * @param {number} cells
 * @param {number} from share of the row where the pixels begin
 * @param {number} side share of the row that they cover
 */
function between(count, cells, from, side) {
  return Array.from({ length: count }, (_, pixel) => {
    const along = from + ((pixel + 0.5) / count) * side;
    const place = Math.min(Math.max(along * cells - 0.5, 0), cells - 1);
    const left = Math.floor(place);
    return [left, Math.min(left + 1, cells - 1), place - left];
  });
}

/**
 * Lay a map over grey pixels (RGBA, changed in place): bilinear, nothing below the threshold.
 * @param {{width: number, height: number, data: Uint8ClampedArray}} pixels
 * @param {LowMap} map
 * @param {{opacity: number, threshold: number, colours: string} & Partial<import("./looking.js").Part>} settings
 */
export function blend(pixels, { width, height, values }, { opacity, threshold, colours, ...part }) {
  const table = lookUp(colours);
  const { left: from, top: start, side } = edgesOf({ ...WHOLE, ...part });
  const columns = between(pixels.width, width, from, side);
  const rows = between(pixels.height, height, start, side);
  const { data } = pixels;
  let at = 0;
  for (const [above, below, down] of rows) {
    for (const [left, right, along] of columns) {
      const top = values[above * width + left] * (1 - along) + values[above * width + right] * along;
      const low = values[below * width + left] * (1 - along) + values[below * width + right] * along;
      const value = top * (1 - down) + low * down;
      if (value >= threshold * 255) {
        const colour = Math.round(value) * 3;
        for (let channel = 0; channel < 3; channel++) {
          data[at + channel] = data[at + channel] * (1 - opacity) + table[colour + channel] * opacity;
        }
      }
      at += 4;
    }
  }
}

/**
 * White on black, so that it is seen on any colour.
 * @param {CanvasRenderingContext2D} context
 * @param {string} path
 * @param {import("./looking.js").Part} part
 */
function drawOutline(context, path, part) {
  const { left, top, side } = edgesOf(part);
  const [width, height] = [context.canvas.width / side, context.canvas.height / side];
  const scaled = new Path2D();
  scaled.addPath(new Path2D(path),
    new DOMMatrix([width / OUTLINE_SIDE, 0, 0, height / OUTLINE_SIDE, -left * width, -top * height]));
  const strokes = /** @type {[string, number][]} */ ([["#000", 5], ["#fff", 2.5]]);
  for (const [strokeStyle, lineWidth] of strokes) {
    Object.assign(context, { strokeStyle, lineWidth, lineJoin: "round" });
    context.stroke(scaled);
  }
}

/**
 * Draw an image, a map over it if there is one, and the outline if it is wanted.
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLImageElement} image
 * @param {LowMap | null} map
 * @param {string | null} outline
 * @param {Settings} settings
 */
export function paint(canvas, image, map, outline, settings) {
  const scale = CANVAS_SIDE / Math.max(image.naturalWidth, image.naturalHeight);
  canvas.width = Math.round(image.naturalWidth * scale);
  canvas.height = Math.round(image.naturalHeight * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser has no canvas to draw on");
  context.imageSmoothingQuality = "high";
  const { left, top, side } = edgesOf(settings);
  const [wide, high] = [image.naturalWidth, image.naturalHeight];
  context.drawImage(image, left * wide, top * high, side * wide, side * high, 0, 0, canvas.width, canvas.height);
  const laid = map !== null && !holdsNothing(map);
  if (laid || settings.level !== ALL_GREYS.level || settings.width !== ALL_GREYS.width) {
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
    windowed(pixels, settings);
    if (laid) blend(pixels, map, settings);
    context.putImageData(pixels, 0, 0);
  }
  if (outline && settings.outline) drawOutline(context, outline, settings);
}

/**
 * Nothing is left of what was drawn.
 * @param {HTMLCanvasElement} canvas
 */
export function wipe(canvas) {
  canvas.width = 1;
  canvas.height = 1;
}
