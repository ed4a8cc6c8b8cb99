import { Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { inSeries } from '../../formats/words'
import type { Edits } from './edits'
import { openSteps, openSuggestions } from './suggested-fields'

const MIN_FILLED = 0.5

/**
 * The fields that may be empty and that no column of the file is: they are empty in every row.
 *
 * Once the lake has rows of the dataset, those that most of its rows fill: a column that a file has lost is news, and
 * one that files never have is none.
 */
export function absentFields(
  result: Schemas['DryRun'],
  edits: Edits,
  inLake: Schemas['DatasetProfile'] | undefined,
): string[] {
  const { mapping } = result
  if (!mapping || !edits.dataset || !Object.values(edits.columns).some(Boolean)) return []
  const taken = new Set([
    ...Object.values(edits.columns),
    ...[...openSuggestions(result, edits), ...openSteps(result, edits)].map(({ field }) => field),
  ])
  const isFilled = (name: string): boolean => {
    const facts = inLake?.columns.find((column) => column.name === name)?.facts
    return !inLake || (facts !== undefined && 1 - Number(facts.missing_share ?? 1) >= MIN_FILLED)
  }
  return mapping.fields
    .filter(({ name, required }) => !required && !taken.has(name) && isFilled(name))
    .map(({ title }) => title)
}

/** What a commit leaves empty, before it does. */
export function AbsentFields({ names, hasRows }: { names: string[]; hasRows: boolean }) {
  if (names.length === 0) return null
  const isOne = names.length === 1
  return (
    <Text size="sm" role="note" className="any-text">
      No column of the file is <b>{inSeries(names)}</b>
      {hasRows ? `, which most rows in the lake have` : ''}: {isOne ? 'it is' : 'they are'} empty in every row
      of this file, unless you choose {isOne ? 'it' : 'them'} above a column.
    </Text>
  )
}
