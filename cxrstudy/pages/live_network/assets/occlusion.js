/*
 * Occlusion: by how much a score falls when a square of the image is erased, square by square.
 *
 * Coarse first: a cell that is not known yet shows the nearest one that is.
 */

import { meanOf } from "./edits.js";
import { logitsOf, logitsWith, resultsOf } from "./network.js";
import { squareAt } from "./rectangle.js";
import { logOdds } from "./scores.js";

/** @typedef {import("./network.js").Network} Network */

/** Cells a side of a map, and by how many cells a square is wider than its own. */
export const CELLS = 16;
const WIDER = 3;

/** Steps of the coarse maps, before every cell. */
const STEPS = [4, 2, 1];

/** All cells as [column, row], those of coarser maps first. @returns {[number, number][]} */
export function cellsInOrder() {
  /** @type {[number, number][]} */
  const cells = [];
  STEPS.forEach((step, number) => {
    for (let y = 0; y < CELLS; y += step) {
      for (let x = 0; x < CELLS; x += step) {
        const known = number > 0 && x % STEPS[number - 1] === 0 && y % STEPS[number - 1] === 0;
        if (!known) cells.push([x, y]);
      }
    }
  });
  return cells;
}

/**
 * The square that is erased for a cell.
 * @param {number} x
 * @param {number} y
 * @param {number} pixels
 */
export const squareOf = (x, y, pixels) =>
  squareAt(((x + 0.5) * pixels) / CELLS, ((y + 0.5) * pixels) / CELLS, Math.round((WIDER * pixels) / CELLS), pixels);

/**
 * Falls of the log odds of a label, one cell after another and in all networks; a map holds NaN where
 * nothing is known yet.
 * @param {Network[]} networks
 * @param {Float32Array} grey
 * @param {number} label
 * @param {number} pixels
 * @returns {Generator<{maps: Float32Array[], share: number}, void, void>}
 */
export function* occlusion(networks, grey, label, pixels) {
  const level = meanOf(grey);
  const before = networks.map((network) => resultsOf(network, grey));
  const odds = before.map((results) => logOdds(logitsOf(results), label));
  const maps = networks.map(() => new Float32Array(CELLS * CELLS).fill(NaN));
  const cells = cellsInOrder();
  for (const [number, [x, y]] of cells.entries()) {
    for (const [place, network] of networks.entries()) {
      const logits = logitsWith(network, before[place], squareOf(x, y, pixels), level);
      maps[place][y * CELLS + x] = odds[place] - logOdds(logits, label);
      yield { maps, share: (number + (place + 1) / networks.length) / cells.length };
    }
  }
}

/**
 * The value of a cell, or of the nearest known one above and to the left of it; NaN if there is none.
 * @param {Float32Array} map
 * @param {number} x
 * @param {number} y
 */
export function valueAt(map, x, y) {
  for (const step of [...STEPS].reverse()) {
    const value = map[(y - (y % step)) * CELLS + x - (x % step)];
    if (!Number.isNaN(value)) return value;
  }
  return NaN;
}

/** The largest fall or rise that is known; it is where colours end. @param {Float32Array[]} maps */
export function peakOf(maps) {
  return maps.reduce((most, map) => map.reduce((peak, value) => (Math.abs(value) > peak ? Math.abs(value) : peak), most), 0);
}
