import type { Schemas } from '../../api/client'
import { whole } from '../../api/format'
import type { DraftColumn, Property } from './draft-columns'

type ForDeployment = Schemas['DraftForDeployment']
export type Hindered = Schemas['DraftColumnForDeployment']
export type Way = Schemas['DraftWayOut']['way']
/** Column of the draft → the way out that a person chose; empty for none. */
export type Chosen = Readonly<Record<string, Way | ''>>

/** The reasons that no choice has ended, each with its column. */
export const openReasons = ({ columns, table }: ForDeployment, chosen: Chosen): string[] => [
  ...columns.filter(({ column }) => !chosen[column]).map(({ column, reason }) => `${column} ${reason}`),
  ...table,
]

/** Why a column cannot be created, for whoever chooses a way out. */
export function hinderedWords({ reason, like_cards: count }: Hindered): string {
  if (count === 0) return `${reason}.`
  const values =
    count === 1
      ? '1 of its numbers looks like a card number'
      : `${whole(count)} of its numbers look like card numbers`
  return `${values}. To store them unsearched, a deployment is needed.`
}

/** The label of a way out, with what becomes of the values. */
export function wayWords(way: Way, { like_cards: count }: Hindered): string {
  if (way === 'leave_out') return 'Leave this column out: no table gets its values'
  if (way === 'not_people')
    return 'It is not about people: its values are kept, and everybody who reads the dataset sees them'
  const rows = count === 1 ? 'the 1 row' : `the ${whole(count)} rows`
  return way === 'search_in_full'
    ? `Keep it, and let ${rows} with such a number wait for a person`
    : 'Keep it, and hide the numbers that look like card numbers'
}

/** The columns of a draft after a way out of one of them; without a way the column is as drafted. */
export function withWay(
  columns: DraftColumn[],
  drafted: DraftColumn[],
  { column: name, ways }: Hindered,
  way: Way | '',
): DraftColumn[] {
  return columns.map((column, at) => {
    const before = drafted[at]
    if (before?.name !== name) return column
    const beforeWay = column.beforeWay ?? { key: column.key, required: column.required }
    const plain = { ...column, ...beforeWay, type: before.type }
    delete plain.answered
    if (before.personal) plain.personal = true
    delete plain.isLeftOut
    delete plain.beforeWay
    if (way === 'leave_out') return { ...plain, beforeWay, isLeftOut: true, key: false }
    const property = ways.find((one) => one.way === way)?.property as Property | undefined
    if (!property) return plain
    const kept = { ...plain, type: property.physicalType ?? before.type, answered: property }
    if (way === 'not_people') return { ...kept, personal: false }
    if (way !== 'mask_numbers') return kept
    // A number that was replaced identifies no row.
    return { ...kept, beforeWay, key: false, required: plain.required || plain.key }
  })
}
