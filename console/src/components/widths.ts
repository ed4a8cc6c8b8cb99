/** A window as narrow as a phone, as Mantine's `sm` and the style sheet have it. */
export const PHONE = '(max-width: 48em)'

/** A window with room for twice the rows of a table. */
export const LARGE = '(min-width: 112.5em) and (min-height: 62.5em)'

const TEXT_PX = 1800
const CHARTS_PX = 2480

/** The width of a page at most: charts, figures and tables gain by a wide window; the style sheet ends lines of text. */
export const widthOfPage = (pathname: string): number =>
  /^\/($|(dashboards|query|report|tables)(\/|$))/.test(pathname) ? CHARTS_PX : TEXT_PX
