/** A summary of the samples of a figure. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Returns the median, which a single disturbed sample does not change, and the range of the samples.
 *
 * @throws Error if there are no samples
 */
export function summarize(samples: readonly number[]): Summary {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined || min === undefined || max === undefined) {
    throw new Error("no samples to summarize");
  }
  return { median: (low + high) / 2, min, max };
}

/**
 * Combines the samples of the same round. They were taken under the same conditions, so their ratio or difference is more
 * precise than that of the medians.
 *
 * @throws Error if the numbers of samples differ
 */
export function pairwise(
  left: readonly number[],
  right: readonly number[],
  combine: (left: number, right: number) => number,
): number[] {
  if (left.length !== right.length) throw new Error(`${left.length} samples cannot be paired with ${right.length}`);
  return left.map((value, index) => combine(value, right[index] ?? Number.NaN));
}

/** The ratios of the left to the right samples. */
export function ratios(left: readonly number[], right: readonly number[]): number[] {
  return pairwise(left, right, (a, b) => a / b);
}

/** The differences of the left and the right samples. */
export function differences(left: readonly number[], right: readonly number[]): number[] {
  return pairwise(left, right, (a, b) => a - b);
}
