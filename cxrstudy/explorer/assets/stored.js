/* Stored: the source whose answers all lie in the data of a page. */

/**
 * @param {import("./messages.js").Catalogue} data
 * @param {(message: any) => void} tell
 * @returns {import("./live.js").Source}
 */
export function storedSource(data, tell) {
  const cases = new Map(data.cases.map((one) => [one.id, one]));
  return {
    live: false,
    ask(request) {
      const about = cases.get(request.case);
      const maps = request.parts.map(({ arm, method, layer, label }) =>
        about?.readings[arm]?.maps?.[method]?.[layer]?.[label] ?? null);
      tell({ kind: "answer", ...request, about, image: about?.image, outline: about?.outline ?? null, maps });
    },
    cancel() {},
    look() {},
    thumbnails() {},
    part() {},
    drop() {},
    watch() {},
    reconnect() {},
    close() {},
  };
}
