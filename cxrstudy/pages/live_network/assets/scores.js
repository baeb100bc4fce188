/* Scores: what logits mean, and where a score stands among those of the recorded test images. */

/** Probabilities of classes of which one is true. @param {number[]} logits */
export function probabilitiesOf(logits) {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/**
 * Logarithm of the odds of a class against all others: it moves where a probability is near 0 or 1.
 * @param {number[]} logits
 * @param {number} label
 */
export function logOdds(logits, label) {
  const others = logits.filter((_, place) => place !== label);
  const most = Math.max(...others);
  return logits[label] - most - Math.log(others.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
}

/**
 * Share of sorted values that lie below one.
 * @param {number[]} sorted
 * @param {number} value
 */
export function shareBelow(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low / sorted.length;
}
