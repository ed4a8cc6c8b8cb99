import type { Schemas } from '../../api/client'
import type { Cell } from '../../api/format'
import { DAY_CHARACTERS } from '../query/days'

type File = Schemas['FileSummary']

const arrivedOn = ({ received_at: at }: File): string => at.slice(0, DAY_CHARACTERS)
/** The last and the first day that a file is of, in an order of texts; empty if they are not known. */
const daysOf = ({ period = '' }: File): string => period.split('/').toReversed().join('/')

/** The files of the newest day of arrival first. Those of one day come in the order in which they were read, then by the days that they are of: the parts of one load arrive at once. */
export const newestPeriodFirst = (files: File[]): File[] =>
  files.toSorted(
    (one, other) =>
      arrivedOn(other).localeCompare(arrivedOn(one)) ||
      Number(Boolean(daysOf(one))) - Number(Boolean(daysOf(other))) ||
      daysOf(other).localeCompare(daysOf(one)),
  )

const collator = new Intl.Collator('en', { numeric: true })

/** The files in the order that a heading names, with `-` before it if descending; those without a value are last. */
export function inOrder(files: File[], sort: string, valueOf: (file: File) => Cell): File[] {
  if (!sort) return files
  const sign = sort.startsWith('-') ? -1 : 1
  return files.toSorted((one, other) => {
    const [first, second] = [valueOf(one), valueOf(other)]
    if (first === null || second === null) return Number(first === null) - Number(second === null)
    const difference = Number(first) - Number(second)
    return sign * (Number.isNaN(difference) ? collator.compare(String(first), String(second)) : difference)
  })
}
