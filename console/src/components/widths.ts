/** A window as narrow as a phone, as Mantine's `sm` and the style sheet have it. */
export const PHONE = '(max-width: 48em)'

/** A window with room for twice the rows of a table. */
export const LARGE = '(min-width: 112.5em) and (min-height: 62.5em)'

const TEXT_PX = 1800
const CHARTS_PX = 2480

/** The width of a page at most: charts gain by a wide window, in which lines of text would become too long. */
export const widthOfPage = (pathname: string): number =>
  /^\/(dashboards|report)(\/|$)/.test(pathname) ? CHARTS_PX : TEXT_PX
