/* Data: what page.py writes, and how it is opened. */

import { bytesOf, openedNetwork } from "./network.js";

/**
 * @typedef {import("./network.js").Network & {ranks: Record<string, number[]>}} Ranked a network, and
 *   recorded scores of test images by label, the lowest first
 * @typedef {import("./edits.js").Patient} Patient
 * @typedef {{labels: Record<string, string>, asked: string, pixels: number, homes: Record<string, number>,
 *   networks: Ranked[], patients: Patient[]}} Data names of labels for people; the label that is asked
 *   about first; the share of training patients with it at each hospital
 */

/** @param {any} stored @returns {Data} */
export function openedData(stored) {
  const films = (/** @type {any} */ patient) => patient.films.map((/** @type {any} */ film) => ({ ...film, grey: bytesOf(film.grey) }));
  return {
    ...stored,
    networks: stored.networks.map(openedNetwork),
    patients: stored.patients.map((/** @type {any} */ patient) => ({ ...patient, films: films(patient) })),
  };
}
