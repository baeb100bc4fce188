/*
 * Network: a trained network as the page holds it, and what it says of an image.
 *
 * A result of a step is kept, so that a change in one place is computed only where it can be seen.
 */

import { ROWS, convolve, each, pool, summarise } from "./operations.js";
import { around, seenBy, wholeOf } from "./rectangle.js";

/**
 * @typedef {import("./rectangle.js").Rectangle} Rectangle
 * @typedef {import("./operations.js").Layer} Layer
 *
 * @typedef {{does: "image" | "conv" | "relu" | "max" | "mean" | "add" | "pool" | "linear", of: number[],
 *   shape: import("./rectangle.js").Shape, window: import("./rectangle.js").Window,
 *   weight?: string, factor?: string, bias?: string}} StoredStep numbers as base64
 * @typedef {Omit<StoredStep, "weight" | "factor" | "bias"> & {weights: import("./operations.js").Weights | null}} Step
 * @typedef {{name: string, run: string, mean: number[], deviation: number[], steps: Step[]}} Network
 * @typedef {Layer[]} Results of all steps, in their order
 */

/** The bytes that a text stands for. @param {string} text */
export function bytesOf(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at++) bytes[at] = letters.charCodeAt(at);
  return bytes;
}

/** @param {string} text */
const floatsOf = (text) => new Float32Array(bytesOf(text).buffer);

/**
 * Open a network as quantised.py writes it.
 * @param {{name: string, run: string, mean: number[], deviation: number[], steps: StoredStep[]}} stored
 * @returns {Network}
 */
export function openedNetwork(stored) {
  return { ...stored, steps: stored.steps.map(openedStep) };
}

/** @param {StoredStep} stored @returns {Step} */
function openedStep({ weight, factor, bias, ...step }) {
  if (!weight || !factor || !bias) return { ...step, weights: null };
  const [whole, factors, addends] = [new Int16Array(bytesOf(weight).buffer), floatsOf(factor), floatsOf(bias)];
  const [inputs, outputs] = [whole.length / factors.length, factors.length];
  const numbers = new Float32Array(Math.ceil(outputs / ROWS) * ROWS * inputs);
  for (let at = 0; at < whole.length; at++) numbers[at] = whole[at] * factors[Math.floor(at / inputs)];
  return { ...step, weights: { weight: numbers, bias: addends, inputs, outputs } };
}

/**
 * All results for an image of grey values from 0 to 255.
 * @param {Network} network
 * @param {Float32Array} grey
 * @returns {Results}
 */
export function resultsOf(network, grey) {
  const results = network.steps.map(({ shape }) => ({ values: new Float32Array(shape[0] * shape[1] * shape[2]), shape }));
  const area = grey.length;
  results[0].values.forEach((_, at) => {
    const channel = Math.floor(at / area);
    results[0].values[at] = (grey[at % area] / 255 - network.mean[channel]) / network.deviation[channel];
  });
  compute(network, results, wholeOf(results[0].shape));
  return results;
}

/**
 * Logits for the same image with one grey value in a part of it: only what sees the part is computed.
 * @param {Network} network
 * @param {Results} before
 * @param {Rectangle} part
 * @param {number} grey
 */
export function logitsWith(network, before, part, grey) {
  const results = before.map(({ values, shape }) => ({ values: values.slice(), shape }));
  const [channels, height, width] = results[0].shape;
  for (let channel = 0; channel < channels; channel++) {
    const value = (grey / 255 - network.mean[channel]) / network.deviation[channel];
    for (let y = part.top; y < part.bottom; y++) {
      const start = (channel * height + y) * width;
      results[0].values.fill(value, start + part.left, start + part.right);
    }
  }
  compute(network, results, part);
  return logitsOf(results);
}

/** @param {Results} results */
export const logitsOf = (results) => Array.from(results[results.length - 1].values);

/**
 * Logits for an image; called by tests, which know arrays only.
 * @param {Network} network
 * @param {ArrayLike<number>} grey
 */
export const asked = (network, grey) => logitsOf(resultsOf(network, Float32Array.from(grey)));

/**
 * Compute the steps after the first one, each where it sees the changed part of the image.
 * @param {Network} network
 * @param {Results} results
 * @param {Rectangle} part
 */
function compute({ steps }, results, part) {
  const parts = [part];
  steps.forEach((step, number) => {
    if (number === 0) return;
    const [from, to] = [step.of.map((other) => results[other]), results[number]];
    const changed = step.of.map((other) => parts[other]).reduce(around);
    parts[number] = step.does === "pool" || step.does === "linear" ? wholeOf(step.shape) : seenBy(changed, step.window, step.shape);
    perform(step, from, to, parts[number]);
  });
}

/**
 * @param {Step} step
 * @param {Layer[]} from
 * @param {Layer} to
 * @param {Rectangle} part
 */
function perform({ does, window, weights }, from, to, part) {
  if (weights) return convolve(from[0], to, part, weights, window);
  if (does === "max" || does === "mean") return summarise(from[0], to, part, window, does);
  if (does === "relu" || does === "add") return each(from, to, part, does);
  if (does === "pool") return pool(from[0], to);
  throw new Error(`no step does ${does}`);
}
