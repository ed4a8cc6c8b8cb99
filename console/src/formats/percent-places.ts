import type { Cell } from '../api/format'

const MOST_PERCENT_PLACES = 2

/** The decimals that a column of shares needs as percent, at most two, so that their points are below each other. */
export function percentPlaces(values: Cell[]): number {
  let places = 0
  for (const value of values) {
    const percent = Math.round(Number(value) * 100 * 10 ** MOST_PERCENT_PLACES) / 10 ** MOST_PERCENT_PLACES
    if (Number.isFinite(percent)) places = Math.max(places, (String(percent).split('.')[1] ?? '').length)
    if (places === MOST_PERCENT_PLACES) break
  }
  return places
}
