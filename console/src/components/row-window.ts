export const ROW_PX = 28
// Browsers limit the height of an element (Firefox: about 17.8 million pixels); beyond it rows are found by share of the way.
const MOST_PX = 15_000_000

/** How many places a grid has for its rows: one each, unless the grid would be too high for a browser. */
export const placesFor = (rows: number): number => Math.min(rows, Math.floor(MOST_PX / ROW_PX))

/** The row at the first place in view. Of `shown` places in view the last one has the last row at the end of the way. */
export function firstRow(firstPlace: number, shown: number, rows: number): number {
  const wayOfPlaces = Math.max(1, placesFor(rows) - shown)
  return Math.floor((firstPlace * (rows - shown)) / wayOfPlaces)
}
