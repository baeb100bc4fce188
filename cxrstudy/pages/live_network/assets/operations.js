/* Operations: what the steps of a network do, each on a part of its result and nowhere else. */

/**
 * @typedef {import("./rectangle.js").Rectangle} Rectangle
 * @typedef {import("./rectangle.js").Shape} Shape
 * @typedef {import("./rectangle.js").Window} Window
 *
 * @typedef {{values: Float32Array, shape: Shape}} Layer channel after channel, row after row
 * @typedef {{weight: Float32Array, bias: Float32Array, inputs: number, outputs: number}} Weights
 *   one row of `inputs` numbers per output; rows up to a multiple of ROWS
 */

/** Outputs that a convolution computes at a time: as many sums as a processor can keep at hand. */
export const ROWS = 4;

/** What windows see, one row per pixel; made once and used again, larger where it must be. */
let columns = new Float32Array(0);

/**
 * A convolution: the windows as rows of a matrix, times the weights.
 * @param {Layer} from
 * @param {Layer} to
 * @param {Rectangle} part
 * @param {Weights} weights
 * @param {Window} window
 */
export function convolve(from, to, part, weights, window) {
  const places = placesOf(part, to.shape);
  gather(from, part, window, weights.inputs, places.length);
  multiply(weights, places, to);
}

/** Where the pixels of a part lie in a channel. @param {Rectangle} part @param {Shape} shape */
function placesOf({ top, left, bottom, right }, [, , width]) {
  const places = [];
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) places.push(y * width + x);
  return places;
}

/**
 * @param {Layer} from
 * @param {Rectangle} part
 * @param {Window} window
 * @param {number} inputs numbers in a window
 * @param {number} pixels
 */
function gather({ values, shape: [channels, height, width] }, part, [side, stride, padding], inputs, pixels) {
  const size = (pixels + 1) * inputs; // one more, because pixels are multiplied in pairs
  if (columns.length < size) columns = new Float32Array(size);
  let at = 0;
  for (let y = part.top; y < part.bottom; y++) {
    for (let x = part.left; x < part.right; x++) {
      for (let channel = 0; channel < channels; channel++) {
        for (let row = y * stride - padding; row < y * stride - padding + side; row++) {
          const start = (channel * height + row) * width;
          for (let column = x * stride - padding; column < x * stride - padding + side; column++) {
            const inside = row >= 0 && row < height && column >= 0 && column < width;
            columns[at++] = inside ? values[start + column] : 0;
          }
        }
      }
    }
  }
}

/**
 * @param {Weights} weights
 * @param {number[]} places
 * @param {Layer} to
 */
function multiply({ weight, bias, inputs, outputs }, places, { values, shape: [, height, width] }) {
  const area = height * width;
  for (let output = 0; output < outputs; output += ROWS) {
    const [a, b, c, d] = [0, 1, 2, 3].map((row) => (output + row) * inputs);
    for (let pixel = 0; pixel < places.length; pixel += 2) {
      const [one, two] = [pixel * inputs, (pixel + 1) * inputs];
      let a1 = 0, a2 = 0, b1 = 0, b2 = 0, c1 = 0, c2 = 0, d1 = 0, d2 = 0;
      for (let k = 0; k < inputs; k++) { // the innermost loop: no lists here, they cost time
        const p = columns[one + k], q = columns[two + k];
        const wa = weight[a + k], wb = weight[b + k], wc = weight[c + k], wd = weight[d + k];
        a1 += wa * p; a2 += wa * q; b1 += wb * p; b2 += wb * q;
        c1 += wc * p; c2 += wc * q; d1 += wd * p; d2 += wd * q;
      }
      const sums = [a1, a2, b1, b2, c1, c2, d1, d2];
      for (let row = 0; row < ROWS && output + row < outputs; row++) {
        for (let each = 0; each < 2 && pixel + each < places.length; each++) {
          values[(output + row) * area + places[pixel + each]] = sums[row * 2 + each] + bias[output + row];
        }
      }
    }
  }
}

/**
 * The greatest or the mean of the pixels that a window sees; outside of the image there are none.
 * @param {Layer} from
 * @param {Layer} to
 * @param {Rectangle} part
 * @param {Window} window
 * @param {"max" | "mean"} which
 */
export function summarise(from, to, part, [side, stride, padding], which) {
  const [channels, height, width] = from.shape;
  for (let channel = 0; channel < channels; channel++) {
    for (let y = part.top; y < part.bottom; y++) {
      for (let x = part.left; x < part.right; x++) {
        let [greatest, sum, count] = [-Infinity, 0, 0];
        for (let row = Math.max(0, y * stride - padding); row < Math.min(height, y * stride - padding + side); row++) {
          for (let column = Math.max(0, x * stride - padding); column < Math.min(width, x * stride - padding + side); column++) {
            const value = from.values[(channel * height + row) * width + column];
            greatest = Math.max(greatest, value);
            sum += value;
            count += 1;
          }
        }
        to.values[(channel * to.shape[1] + y) * to.shape[2] + x] = which === "max" ? greatest : sum / count;
      }
    }
  }
}

/**
 * A number for every number, from one layer or from two of the same shape.
 * @param {Layer[]} from
 * @param {Layer} to
 * @param {Rectangle} part
 * @param {"relu" | "add"} which
 */
export function each([one, other], to, part, which) {
  const [channels, height, width] = to.shape;
  for (let channel = 0; channel < channels; channel++) {
    for (let y = part.top; y < part.bottom; y++) {
      const start = (channel * height + y) * width;
      for (let at = start + part.left; at < start + part.right; at++) {
        to.values[at] = which === "add" ? one.values[at] + other.values[at] : Math.max(0, one.values[at]);
      }
    }
  }
}

/** The mean of every channel. @param {Layer} from @param {Layer} to */
export function pool({ values, shape: [channels, height, width] }, to) {
  const area = height * width;
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let at = channel * area; at < (channel + 1) * area; at++) sum += values[at];
    to.values[channel] = sum / area;
  }
}
