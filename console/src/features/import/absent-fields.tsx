import { Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { inSeries } from '../../formats/words'
import type { Edits } from './edits'
import { openSteps, openSuggestions } from './suggested-fields'

const MIN_FILLED = 0.5

/**
 * The fields that may be empty and that no column of the file is: they are empty in every row.
 *
 * A column that an earlier file has is news, and one that files never have is none. Where the lake has rows of the
 * dataset, those that most of its rows fill are news, too; its profile may load long after the check.
 */
export function absentFields(
  result: Schemas['DryRun'],
  edits: Edits,
  inLake: Schemas['DatasetProfile'] | undefined,
  profileIsOpen = false,
): string[] {
  const { mapping, columns: checked = [], in_earlier_files: earlier = [] } = result
  if (!mapping || !edits.dataset || !Object.values(edits.columns).some(Boolean)) return []
  const taken = new Set([
    ...Object.values(edits.columns),
    ...[...openSuggestions(result, edits), ...openSteps(result, edits)].map(({ field }) => field),
  ])
  // The gate fills a field from no column, as from the names of sheets.
  const hasValues = (name: string): boolean =>
    checked.some((column) => column.name === name && Number(column.facts.missing_share ?? 1) < 1)
  const isFilled = (name: string): boolean => {
    if (name in (result.replaces?.emptied ?? {})) return false // said with the rows that lose their values
    if (earlier.includes(name)) return true
    if (!inLake) return !profileIsOpen && earlier.length === 0
    const facts = inLake.columns.find((column) => column.name === name)?.facts
    return facts !== undefined && 1 - Number(facts.missing_share ?? 1) >= MIN_FILLED
  }
  return mapping.fields
    .filter(({ name, required }) => !required && !taken.has(name) && !hasValues(name) && isFilled(name))
    .map(({ title }) => title)
}

/** What a commit leaves empty, before it does. */
export function AbsentFields({ names, hasEarlier }: { names: string[]; hasEarlier: boolean }) {
  if (names.length === 0) return null
  const isOne = names.length === 1
  return (
    <Text size="sm" role="note" className="any-text">
      No column of the file is <b>{inSeries(names)}</b>
      {hasEarlier ? `, which earlier files have` : ''}: {isOne ? 'it is' : 'they are'} empty in every row of
      this file, unless you choose {isOne ? 'it' : 'them'} above a column.
    </Text>
  )
}
