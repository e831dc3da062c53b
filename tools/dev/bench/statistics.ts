/** What several samples of one figure come to. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * The median, which one disturbed sample does not move, and how far the samples lie apart.
 *
 * @throws when there is no sample
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
 * Combines what was measured in the same round, sample by sample: neighbours in time had the same machine, so that
 * their ratio or difference says more than that of two medians.
 *
 * @throws when there are not as many of the one as of the other
 */
export function pairwise(
  left: readonly number[],
  right: readonly number[],
  combine: (left: number, right: number) => number,
): number[] {
  if (left.length !== right.length) throw new Error(`${left.length} samples cannot be paired with ${right.length}`);
  return left.map((value, index) => combine(value, right[index] ?? Number.NaN));
}

/** Sample by sample, how many times the right one the left one is. */
export function ratios(left: readonly number[], right: readonly number[]): number[] {
  return pairwise(left, right, (a, b) => a / b);
}

/** Sample by sample, how much more the left one is than the right one. */
export function differences(left: readonly number[], right: readonly number[]): number[] {
  return pairwise(left, right, (a, b) => a - b);
}
