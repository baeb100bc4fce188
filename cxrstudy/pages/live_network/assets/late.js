/* Late: data that lie in the page or in a file beside it, and are read when somebody asks for them. */

/** @typedef {Window & {studyLate?: Record<string, any>}} Keeping a window in which such files leave their data */

/**
 * Bytes that are to be loaded; 0 if the data lie in the page.
 * @param {HTMLElement} place the script element of the data
 */
export const bytesToLoad = (place) => Number(place.dataset.bytes ?? 0);

/**
 * Read the data; a file is loaded as a script, because a page that was opened as a file may load no other.
 * @param {HTMLElement} place
 * @returns {Promise<any>}
 */
export async function lateData(place) {
  const address = place.dataset.src;
  if (!address) return JSON.parse(place.textContent ?? "null");
  const kept = () => (/** @type {Keeping} */ (window)).studyLate?.[place.dataset.late ?? ""];
  if (!kept()) await loaded(address);
  if (!kept()) throw new Error(`${address} holds other data than this page asks for`);
  return kept();
}

/** @param {string} address @returns {Promise<void>} */
function loaded(address) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", () => done());
    script.addEventListener("error", () => failed(new Error(`${address} is not there; it belongs beside this page`)));
    document.head.append(script);
  });
}
