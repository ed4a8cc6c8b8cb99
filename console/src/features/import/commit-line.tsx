import { Button, Group, Loader, Text } from '@mantine/core'
import { useEffect, useState } from 'react'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { mayCommit } from '../files/acceptance-words'
import { isMostlyDuplicates, outcome } from './outcome-words'
import type { ForeignAmounts } from './currencies'
import { withoutColumn } from './suggested-fields'
import type { useEdits } from './use-edits'

interface Props {
  work: ReturnType<typeof useEdits>
  missing: Schemas['ContractField'][]
  /** Columns that are neither a field nor left out. */
  open: string[]
  /** Amounts in other currencies than the dataset's, about which nothing is decided. */
  currencies: ForeignAmounts[]
  onLeaveOut: () => void
  onCommit: () => void
  onShowErrors: () => void
}

/** What a commit does, by a check of exactly what is shown; the button says it. */
export function CommitLine({ work, missing, open, currencies, onLeaveOut, onCommit, onShowErrors }: Props) {
  const { result } = work.check
  const why = obstacle(work, missing, open, currencies)
  const isDoubtful = isMostlyDuplicates(result)
  const isEmpty = result.outcome === 'profiled' || result.outcome === 'needs_mapping'
  return (
    <Group className="import-commit" justify="space-between" gap="sm">
      {!work.isCurrent ? (
        <Checking />
      ) : missing.length > 0 ? (
        <Text size="sm" className="muted" role="status">
          Not checked yet: {missing.map((field) => field.title).join(', ')}{' '}
          {missing.length === 1 ? 'is' : 'are'} missing
        </Text>
      ) : (
        <Since at={work.checkedAt} />
      )}
      <Group gap="sm">
        {why && work.isCurrent ? (
          <Text size="sm" className="muted">
            {why}
          </Text>
        ) : null}
        {isDoubtful && !why && work.isCurrent ? (
          <Text size="sm" className="misfit" role="alert">
            Most rows are duplicates: the column of the key is probably another one.
          </Text>
        ) : null}
        {open.length > 0 && missing.length === 0 && work.isCurrent ? (
          <Button variant="default" onClick={onLeaveOut}>
            {open.length === 1 ? `Leave out ${open[0]}` : `Leave out ${open.length} columns`}
          </Button>
        ) : null}
        {why && work.isCurrent ? (
          result.quarantined > 0 && currencies.length === 0 ? (
            <Button onClick={onShowErrors}>Show the {count(result.quarantined, 'row')} with errors</Button>
          ) : null
        ) : (
          <Button
            onClick={onCommit}
            disabled={!work.isCurrent}
            variant={result.outcome === 'profiled' || isDoubtful ? 'default' : 'filled'}
          >
            {result.outcome === 'profiled' && !work.edits.dataset
              ? 'Keep the file and its profile'
              : isEmpty || result.accepted + result.duplicates === 0
                ? 'Commit'
                : `Commit: ${outcome(result)}`}
          </Button>
        )}
      </Group>
    </Group>
  )
}

/** Why the file cannot be committed now; empty if it can. */
function obstacle(
  { check: { result }, edits }: Props['work'],
  missing: Props['missing'],
  open: string[],
  currencies: ForeignAmounts[],
): string {
  if (result.outcome === 'profiled') return edits.dataset ? 'Say which column is which field.' : ''
  if (missing.length > 0) return withoutColumn(missing)
  if (open.length > 0) return `No field for ${open.join(', ')} yet.`
  if (result.outcome === 'needs_mapping') return 'Say which column is which field.'
  if (currencies.length > 0 && result.accepted > 0)
    return `Decide about the amounts in ${currencies.map(({ rows }) => Object.keys(rows).join(' and ')).join(', ')} above.`
  if (mayCommit(result)) return ''
  return result.acceptance === 'nothing_accepted'
    ? 'Every row is refused: correct the columns or the cells, or choose a format above a column.'
    : 'Nothing of this file can enter the lake: choose another file.'
}

/** When the gate has checked what is shown. */
function Since({ at }: { at: number }) {
  const [now, setNow] = useState(at)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const seconds = Math.max(0, Math.round((now - at) / 1000))
  const ago = seconds < 60 ? `${seconds} s ago` : `${Math.floor(seconds / 60)} min ago`
  return (
    <Text size="sm" className="muted" role="status" aria-live="off">
      Checked by the gate {ago}
    </Text>
  )
}

function Checking() {
  return (
    <Group gap={6} wrap="nowrap" role="status">
      <Loader size={14} aria-hidden />
      <Text size="sm">The gate checks the whole file …</Text>
    </Group>
  )
}
