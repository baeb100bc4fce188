/* Words: what is said of an image, of its changes, and of scores. */

/**
 * @typedef {import("./data.js").Data} Data
 * @typedef {import("./edits.js").Edits} Edits
 * @typedef {import("./edits.js").Patient} Patient
 */

/** @param {number} score */
export const scoreText = (score) => score.toFixed(2);

/** @param {number} share */
export const percentText = (share) => `${Math.round(share * 100)} %`;

/** @param {number} bytes */
export const sizeText = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/** @param {Data} data @param {Patient} patient @param {number} place */
export const patientText = (data, patient, place) => `${place + 1}: ${data.labels[patient.label]}, hospital ${patient.site}`;

/**
 * A hospital, and how many of the training patients with the label were examined there.
 * @param {Data} data
 * @param {Patient} patient
 * @param {string} site
 */
export function siteText(data, patient, site) {
  return `${site}${site === patient.site ? ", as in the test" : ""}`;
}

/** What the hospitals have to do with the label, where they are tied. @param {Data} data */
export function tieText(data) {
  const shares = Object.entries(data.homes).map(([site, share]) => `${percentText(share)} at hospital ${site}`);
  return `Where hospital and disease were tied in training, patients with ${data.labels[data.asked]} were examined so: ${shares.join(", ")}.`;
}

/**
 * What was changed, in words; empty if nothing was.
 * @param {Patient} patient
 * @param {Edits} edits
 */
export function changesText(patient, { site, lesion, marker, blur, erased }) {
  return [
    site !== patient.site && `hospital ${site}`,
    patient.outline !== "" && !lesion && "lesion removed",
    marker === "erased" && "marker erased",
    Array.isArray(marker) && `marker moved to column ${marker[0]}, row ${marker[1]}`,
    blur > 0 && `blurred by ${blur} pixels`,
    erased.length > 0 && `${erased.length} ${erased.length === 1 ? "square" : "squares"} erased`,
  ].filter(Boolean).join(", ");
}

/**
 * A score, and the one before the changes if there are any.
 * @param {number} now
 * @param {number} before
 * @param {boolean} changed
 */
export const movedText = (now, before, changed) => (changed ? `${scoreText(before)} → ${scoreText(now)}` : scoreText(now));

/**
 * What a screen reader says after a change.
 * @param {Data} data
 * @param {Patient} patient
 * @param {Edits} edits
 * @param {number[][]} now probabilities by network
 * @param {number[][]} before
 */
export function sentence(data, patient, edits, now, before) {
  const label = Object.keys(data.labels).indexOf(data.asked);
  const what = changesText(patient, edits) || "nothing changed";
  const scores = data.networks.map(({ name }, place) =>
    `${name}: ${data.labels[data.asked]} ${scoreText(now[place][label])}, before ${scoreText(before[place][label])}`);
  return `${what}. ${scores.join("; ")}.`;
}

/**
 * How far the scores of this page are from the recorded ones.
 * @param {number} images
 * @param {number} worst
 */
export function agreementText(images, worst) {
  return `Weights are stored in two bytes each. Computed here just now, the scores of these ${images} images differ from the recorded ones by ${worst.toFixed(6)} at most.`;
}
