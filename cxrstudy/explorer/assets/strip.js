/*
 * Strip: which images a view has in small, and which it asks for; `thumbnails.js` shows them.
 *
 * They are kept by the id of their case. An id has one image for ever, so nothing here is replaced.
 */

/**
 * @typedef {import("./state.js").State} State
 * @typedef {import("./state.js").Effect} Effect
 */

/**
 * The images that came with their cases; a page has all of them, a kernel is asked.
 * @param {import("./messages.js").Case[]} cases
 */
export function thumbnailsOf(cases) {
  return Object.fromEntries(cases.flatMap(({ id, image }) => (image ? [[id, image]] : [])));
}

/**
 * @param {State} state
 * @returns {Effect[]}
 */
export function lackingThumbnails({ cases, thumbnails }) {
  const lacking = cases.map(({ id }) => id).filter((id) => !(id in thumbnails));
  return lacking.length > 0 ? [{ do: "thumbnails", cases: lacking }] : [];
}

/**
 * @param {State} state
 * @param {import("./messages.js").Thumbnails} more
 * @returns {State}
 */
export function withThumbnails(state, more) {
  const known = new Set(state.cases.map(({ id }) => id));
  const mine = Object.entries(more).filter(([id]) => known.has(id) && !(id in state.thumbnails));
  return mine.length > 0 ? { ...state, thumbnails: { ...state.thumbnails, ...Object.fromEntries(mine) } } : state;
}
