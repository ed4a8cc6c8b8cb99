import { type Cell, figure, isShare } from '../api/format'

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

const ONE_PLACE = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const TWO_PLACES = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
/** A percentage below it has no digit in one place. */
const MIN_OF_ONE_PLACE = 0.1

/**
 * The percentages of one chart with as many decimals as all of them need, so that `2 %` does not stand beside `0.05 %`;
 * undefined for another unit, and where whole numbers are enough.
 *
 * @example percentTexts([0.858, 0.02, 0.0005], 'share')?.(0.02) // '2.00 %'
 */
export function percentTexts(values: Cell[], unit: string): ((value: Cell) => string) | undefined {
  if (!isShare(unit) && unit !== 'percent') return undefined
  const percentOf = (value: Cell): number => Number(value) * (isShare(unit) ? 100 : 1)
  const percents = values.filter((value) => value !== null && value !== '').map(percentOf)
  const isFine = percents.some((percent) => percent !== 0 && Math.abs(percent) < MIN_OF_ONE_PLACE)
  const areWhole = percents.every(
    (percent) => ONE_PLACE.format(percent) === ONE_PLACE.format(Math.round(percent)),
  )
  if (areWhole && !isFine) return undefined
  const places = isFine ? TWO_PLACES : ONE_PLACE
  return (value) => {
    const percent = percentOf(value)
    const text = places.format(percent)
    // What is not nothing is not rounded to nothing, and what is not all is not rounded to all.
    const isHidden = percent !== 0 && Number(text.replaceAll(',', '')) === 0
    const isFull = percent < 100 && Number(text.replaceAll(',', '')) >= 100
    return value === null || value === '' || !Number.isFinite(percent) || isHidden || isFull
      ? figure(value, unit)
      : `${text} %`
  }
}
