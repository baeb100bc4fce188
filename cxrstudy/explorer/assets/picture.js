/* Picture: what is shown, with every word that belongs to it, as one PNG. */

import { coloursOf } from "./colours.js";
import { NOTICE } from "./words.js";

const MARGIN = 16;
const LINE = 22;
const FONT = "15px system-ui, sans-serif";

/**
 * Words in lines that are no wider than a place.
 * @param {string} text
 * @param {(text: string) => number} widthOf
 * @param {number} most
 * @returns {string[]}
 */
export function inLines(text, widthOf, most) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = lines.length > 0 ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length > 0 && widthOf(longer) <= most) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/**
 * The pictures side by side, with their names above and what is said of each below; then the scale of
 * colours, and the caption.
 * @param {{canvas: HTMLCanvasElement, name: string, says: string[]}[]} panels
 * @param {string} caption
 * @param {string} colours
 * @returns {HTMLCanvasElement}
 */
export function pictureWithWords(panels, caption, colours) {
  const whole = document.createElement("canvas");
  const width = panels.reduce((sum, { canvas }) => sum + canvas.width + MARGIN, MARGIN);
  const high = Math.max(...panels.map(({ canvas }) => canvas.height));
  const context = whole.getContext("2d");
  if (!context) throw new Error("this browser has no canvas to draw on");
  context.font = FONT;
  const lines = inLines(`${caption} ${NOTICE}`, (text) => context.measureText(text).width, width - 2 * MARGIN);
  const said = Math.max(...panels.map(({ says }) => says.length));
  [whole.width, whole.height] = [width, high + LINE * (lines.length + said + 2) + 3 * MARGIN];
  Object.assign(context, { fillStyle: "#fff" });
  context.fillRect(0, 0, whole.width, whole.height);
  Object.assign(context, { fillStyle: "#1f2328", font: FONT, textBaseline: "top" });
  let left = MARGIN;
  for (const { canvas, name, says } of panels) {
    context.fillText(name, left, MARGIN, canvas.width);
    context.drawImage(canvas, left, MARGIN + LINE);
    says.forEach((line, number) => context.fillText(line, left, MARGIN + LINE * (number + 1) + high + 4, canvas.width));
    left += canvas.width + MARGIN;
  }
  const below = 2 * MARGIN + (said + 1) * LINE + high;
  drawScale(context, colours, below);
  lines.forEach((line, number) => context.fillText(line, MARGIN, below + LINE * (number + 1)));
  return whole;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} colours
 * @param {number} top
 */
function drawScale(context, colours, top) {
  const all = coloursOf(colours);
  const scale = context.createLinearGradient(MARGIN + 20, 0, MARGIN + 180, 0);
  all.forEach((colour, number) => scale.addColorStop(number / (all.length - 1), `rgb(${colour.join(",")})`));
  context.fillText("0", MARGIN, top);
  context.fillText("strongest", MARGIN + 190, top);
  const before = context.fillStyle;
  context.fillStyle = scale;
  context.fillRect(MARGIN + 20, top + 2, 160, 12);
  context.fillStyle = before;
}

/**
 * Let the reader keep a picture as a file.
 * @param {HTMLCanvasElement} canvas
 * @param {string} name
 */
export function saveAs(canvas, name) {
  const link = document.createElement("a");
  [link.href, link.download] = [canvas.toDataURL("image/png"), name];
  link.click();
}
