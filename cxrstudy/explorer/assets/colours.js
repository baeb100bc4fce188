/* Colours: the tables that maps are drawn in. */

/* Perceptually uniform colours (Matplotlib's, CC0): 33 points, linear in between. */
/** @type {Record<string, string>} */
export const TABLES = {
  magma:
    "000004 030312 0a0822 130d34 1d1147 29115a 36106b 440f76 51127c 5d177f 6a1c81 762181 " +
    "832681 902a81 9c2e7f aa337d b73779 c43c75 d0416f dc4869 e75263 ef5d5e f56b5c f9795d " +
    "fc8961 fd9869 fea772 feb67c fec488 fed395 fde2a3 fcf0b2 fcfdbf",
  viridis:
    "440154 470d60 48186a 482374 472d7b 453781 424086 3e4989 3b528b 375b8d 33638d 2f6b8e " +
    "2c728e 297a8e 26828e 23898e 21918c 1f988b 1fa088 22a785 28ae80 32b67a 3fbc73 4ec36b " +
    "5ec962 70cf57 84d44b 98d83e addc30 c2df23 d8e219 ece51b fde725",
  inferno:
    "000004 040312 0b0724 150b37 210c4a 2f0a5b 3d0965 4a0c6b 57106e 64156e 71196e 7d1e6d " +
    "8a226a 972766 a32c61 b0315b bc3754 c73e4c d24644 db503b e45a31 eb6628 f1731d f68013 " +
    "f98e09 fb9d07 fcac11 fbbc21 f9cb35 f5db4c f2ea69 f3f68a fcffa4",
  grey: "000000 ffffff",
};
/** @type {Record<string, string>} */
export const COLOUR_NAMES = { magma: "Magma", viridis: "Viridis", inferno: "Inferno", grey: "Grey" };

/**
 * Colours of a table as [red, green, blue], from its lowest to its highest.
 * @param {string} name
 */
export function coloursOf(name) {
  const channels = (/** @type {string} */ hex) => [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
  return TABLES[name].split(" ").map(channels);
}

/**
 * 256 colours, three bytes each.
 * @param {string} name
 */
export function lookUp(name) {
  const points = coloursOf(name);
  const table = new Uint8ClampedArray(256 * 3);
  for (let step = 0; step < 256; step++) {
    const place = (step / 255) * (points.length - 1);
    const below = Math.min(Math.floor(place), points.length - 2);
    for (let channel = 0; channel < 3; channel++) {
      const [low, high] = [points[below][channel], points[below + 1][channel]];
      table[step * 3 + channel] = low + (high - low) * (place - below);
    }
  }
  return table;
}
