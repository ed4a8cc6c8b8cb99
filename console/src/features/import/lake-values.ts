import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { isExact } from '../profile/sample-words'

/** The values that a field has in the lake. */
export interface LakeValues {
  /** Most frequent first. */
  values: string[]
  /** How many different ones there are; only the most frequent are listed. */
  distinct: number
  /** Whether all of them are listed, and none was missed by a sample of the rows. */
  isComplete: boolean
}

/** The values of a field by the profile of its dataset; nothing where there are none or they are personal. */
export function lakeValues(
  profile: Schemas['DatasetProfile'] | undefined,
  field: string | null | undefined,
): LakeValues | undefined {
  const { facts = {}, type = '' } = profile?.columns.find(({ name }) => name === field) ?? {}
  const top = ((facts.top ?? []) as { value: string }[]).map(({ value }) => value)
  if (top.length === 0) return undefined
  const distinct = Number(facts.distinct ?? top.length)
  const values = distinct > top.length && isText(type) ? (binsOf(facts, distinct) ?? top) : top
  return { values, distinct, isComplete: distinct <= values.length && isExact(facts, 'distinct') }
}

const isText = (type: string): boolean => /^(string|varchar|text)/.test(type)

/** All values of a text by their bins, most frequent first; a text of many values has none. */
function binsOf(facts: Record<string, unknown>, distinct: number): string[] | undefined {
  const bins = Object.entries((facts.bins ?? {}) as Record<string, string>)
  return bins.length === distinct
    ? bins.toSorted(([, one], [, other]) => Number(other) - Number(one)).map(([value]) => value)
    : undefined
}

/** The values of a column that its field does not have in the lake, where all of that are known. */
export const newValues = (values: [string, number][], inLake: LakeValues | undefined): string[] =>
  inLake ? values.map(([value]) => value).filter((value) => value && isNew(value, inLake)) : []

/** New values of a column. */
export interface NewValues {
  values: string[]
  /** How many rows have a value that the list of the column does not have; absent for a column without a list. */
  rows?: number
}

/** The values that the list of a column does not have, with their rows; an empty cell breaks no list. */
export function unlistedValues(values: [string, number][], listed: string[]): NewValues {
  const others = values.filter(([value]) => value !== '' && !listed.includes(value))
  return { values: others.map(([value]) => value), rows: others.reduce((sum, [, rows]) => sum + rows, 0) }
}

/** Whether the lake has no row with a value; unknown, and so no, where not all values are listed. */
export const isNew = (value: string, { values, isComplete }: LakeValues): boolean =>
  isComplete && !values.includes(value.trim())

/** The values of the lake in a sentence. */
export const lakeWords = ({ values, distinct, isComplete }: LakeValues): string =>
  isComplete
    ? `In the lake: ${values.join(', ')}.`
    : distinct > values.length
      ? `In the lake are ${count(distinct, 'different value')}, most often ${values.join(', ')}.`
      : `In the lake most often: ${values.join(', ')}.`
