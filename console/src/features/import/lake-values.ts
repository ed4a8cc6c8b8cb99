import type { Schemas } from '../../api/client'
import { count } from '../../api/format'

/** The values that a field has in the lake. */
export interface LakeValues {
  /** Most frequent first. */
  values: string[]
  /** How many different ones there are; only the most frequent are listed. */
  distinct: number
}

/** The values of a field by the profile of its dataset; nothing where there are none or they are personal. */
export function lakeValues(
  profile: Schemas['DatasetProfile'] | undefined,
  field: string | null | undefined,
): LakeValues | undefined {
  const facts = profile?.columns.find(({ name }) => name === field)?.facts
  const values = ((facts?.top ?? []) as { value: string }[]).map(({ value }) => value)
  return values.length > 0 ? { values, distinct: Number(facts?.distinct ?? values.length) } : undefined
}

/** Whether the lake has no row with a value; unknown, and so no, where not all values are listed. */
export const isNew = (value: string, { values, distinct }: LakeValues): boolean =>
  distinct <= values.length && !values.includes(value.trim())

/** The values of the lake in a sentence. */
export const lakeWords = ({ values, distinct }: LakeValues): string =>
  distinct <= values.length
    ? `In the lake: ${values.join(', ')}.`
    : `In the lake are ${count(distinct, 'different value')}, most often ${values.join(', ')}.`
