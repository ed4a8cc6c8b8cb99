export const ROW_PX = 28
/** A row whose names may take three lines. */
export const TALL_ROW_PX = 54
/** Of tall rows where columns have room: two lines. */
export const MIDDLE_ROW_PX = 42
// Browsers limit the height of an element (Firefox: about 17.8 million pixels); beyond it rows are found by share of the way.
const MOST_PX = 15_000_000

/** The lines above and below a grid. */
const FRAME_PX = 2
/** With the line below its head. */
const LINES_PX = FRAME_PX + 1

/** The most height of a grid, within `height`, at which its last row in view is whole; `height` while the head is not measured. */
export function heightOfWholeRows(height: number, headPx: number, rowPx = ROW_PX): number {
  if (headPx === 0) return height
  const around = headPx + LINES_PX
  return around + Math.max(1, Math.floor((height - around) / rowPx)) * rowPx
}

/** The pixels of a bar below the rows that scrolls them sideways; the element's height counts it, its content's does not. */
export const barOf = ({ height, top, bottom }: { height: number; top: number; bottom: number }): number =>
  Math.max(0, Math.round(height - (bottom - top)) - FRAME_PX)

/** How many places a grid has for its rows: one each, unless the grid would be too high for a browser. */
export const placesFor = (rows: number, rowPx = ROW_PX): number => Math.min(rows, Math.floor(MOST_PX / rowPx))

/** The row at the first place in view. Of `shown` places in view the last one has the last row at the end of the way. */
export function firstRow(firstPlace: number, shown: number, rows: number, rowPx = ROW_PX): number {
  const wayOfPlaces = Math.max(1, placesFor(rows, rowPx) - shown)
  return Math.floor((firstPlace * (rows - shown)) / wayOfPlaces)
}
