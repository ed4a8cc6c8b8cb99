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
  const facts = profile?.columns.find(({ name }) => name === field)?.facts ?? {}
  const values = ((facts.top ?? []) as { value: string }[]).map(({ value }) => value)
  if (values.length === 0) return undefined
  const distinct = Number(facts.distinct ?? values.length)
  return { values, distinct, isComplete: distinct <= values.length && isExact(facts, 'distinct') }
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
