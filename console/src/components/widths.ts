/** A window as narrow as a phone, as Mantine's `sm` and the style sheet have it. */
export const PHONE = '(max-width: 48em)'

/** A window with room for twice the rows of a table. */
export const LARGE = '(min-width: 112.5em) and (min-height: 62.5em)'
