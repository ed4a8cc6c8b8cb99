import type { Schemas } from '../../api/client'

const OF_A_NUMBER = /\bis not a (?:whole )?number\b/
/** Hidden values have signs such as `#` instead of their digits. */
const MAY_BE_DIGITS = /[\d#*•]/

/** Whether a cell of numbers has a word such as `n/a`, which no other spelling makes a number. */
export const isWord = ({ value, reason }: Pick<Schemas['RejectedRow'], 'value' | 'reason'>): boolean =>
  Boolean(value) && OF_A_NUMBER.test(reason) && !MAY_BE_DIGITS.test(value ?? '')

/** Why a row was refused; of a word among numbers, that it is none. */
export function reasonWords(
  row: Pick<Schemas['RejectedRow'], 'value' | 'reason'>,
  title: string,
  mayBeEmpty: boolean,
): string {
  if (!isWord(row)) return row.reason
  const form = writtenAs(row.reason)
  const number = `the number that is meant${form ? `, ${form}` : ''}`
  const remedy = mayBeEmpty ? `Leave the cell empty, or write ${number}` : `Write ${number}`
  return `${title} has a word, which is no number. ${remedy}.`
}

const WRITE_AS = /Write it as (.+?)\.?$/

/** How a value is written, as its reason says; undefined where it does not. */
export const writtenAs = (reason: string): string | undefined => {
  const form = WRITE_AS.exec(reason)?.[1]
  return form ? `such as ${form}` : undefined
}
