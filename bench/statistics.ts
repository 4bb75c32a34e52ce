/** What a list of measured figures is reduced to. */

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** The value below which that part of the values lies, between 0 and 1; NaN of none. Interpolates between neighbours. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * part
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}

/** Median and extremes; NaN of none. */
export function spread(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), min: quantile(values, 0), max: quantile(values, 1) }
}

/** Each value over the one measured beside it. */
export function ratios(values: readonly number[], others: readonly number[]): number[] {
  return values.flatMap((value, i) => {
    const other = others[i]
    return other === undefined ? [] : [value / other]
  })
}
