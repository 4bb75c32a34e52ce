/** Weights as whole numbers. */

/** The same proportions in the smallest whole numbers; ones where all are 0. */
export function smallestWeights(weights: readonly number[]): number[] {
  const divisor = weights.reduce(greatestDivisor, 0)
  return divisor === 0 ? weights.map(() => 1) : weights.map(weight => weight / divisor)
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}
