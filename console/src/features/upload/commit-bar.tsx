import { Button, Group, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { mayCommit } from '../files/acceptance-words'
import { isChecked } from '../files/mapping-choice'
import { MappingCommit } from '../files/mapping-commit'
import type { Decisions } from './decisions'

/** The next step after a check: the check of another mapping, or the commit of exactly what was checked. */
export function CommitBar({
  result,
  decisions,
  loading = false,
  onCheck,
  onCommit,
}: {
  result: Schemas['DryRun']
  decisions: Decisions
  loading?: boolean
  onCheck: () => void
  onCommit: () => void
}) {
  if (result.outcome === 'profiled')
    return (
      <Group>
        <Button variant="default" onClick={onCommit}>
          Keep the file and its profile
        </Button>
        <Text size="sm">Nothing of it is in the lake now.</Text>
      </Group>
    )
  if (result.mapping && !isChecked(result.mapped, decisions.mapping))
    return (
      <MappingCommit
        mapping={result.mapping}
        chosen={decisions.mapping}
        label="Check the file with this mapping"
        onCommit={onCheck}
      />
    )
  const corrected = decisions.corrections.size
  const isOpen = mayCommit(result, corrected)
  return (
    <Group>
      <Button
        onClick={onCommit}
        loading={loading}
        disabled={!isOpen}
        variant={result.acceptance === 'ok' ? 'filled' : 'default'}
      >
        Commit {result.state === 'failed' ? 'the file' : count(result.accepted, 'row')}
        {corrected ? ` and ${corrected} corrected` : ''}
      </Button>
      {isOpen ? null : (
        <Text size="sm">
          {result.mapped
            ? 'Change the mapping and check again, or correct rows. Nothing of the file is in the lake.'
            : 'Correct the file and upload it again. Nothing of it is in the lake.'}
        </Text>
      )}
    </Group>
  )
}
