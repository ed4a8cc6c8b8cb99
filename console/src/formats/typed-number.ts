/** Signs that stand between thousands only: blanks, and apostrophes as in Switzerland. */
const BETWEEN_THOUSANDS = /(?<=\d)[\s'’](?=\d{3}(?!\d))/g
const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)$/
/** Digits with commas between thousands, or as they are written with points between thousands. */
const OF_COMMAS = /^[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?$/
const OF_POINTS = /^[+-]?(\d{1,3}(\.\d{3})+(,\d+)?|\d{1,3}(\.\d{3}){2,}|\d+,\d{1,2}|\d+,\d{4,}|0,\d+)$/

/**
 * The digits of a number that a person typed, with a point before the fraction; empty where signs stand between them
 * that do not belong there. A comma and a point are read as their places tell.
 *
 * @example plainNumber('1,5'), plainNumber('1 500'), plainNumber('25.000,5') // '1.5', '1500', '25000.5'
 */
export function plainNumber(typed: string): string {
  const digits = typed.trim().replace(BETWEEN_THOUSANDS, '').replace(/^[−–]/, '-')
  if (PLAIN.test(digits)) return digits
  if (!/\d/.test(digits)) return ''
  // A fraction of a whole part zero has no thousands: 0,125.
  if (OF_COMMAS.test(digits) && !/^[+-]?0,/.test(digits)) return digits.replaceAll(',', '')
  return OF_POINTS.test(digits) ? digits.replaceAll('.', '').replace(',', '.') : ''
}

/** How a typed number is read, where its separators could be read in two ways; else empty. */
export function readAsWords(typed: string): string {
  const plain = plainNumber(typed)
  // Without separators, which could again be read in two ways.
  const shown = String(Number(plain))
  return plain && /[.,]\d{3}$|,|[\s'’]/.test(typed.trim()) && shown !== typed.trim()
    ? `Read as ${shown}.`
    : ''
}
