import { Anchor, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'

/** Leads from a file to the later version that replaces it; nothing where none does. */
export function ReplacedBy({ file }: { file: Pick<Schemas['FileDetail'], 'closed_by' | 'quarantined'> }) {
  if (!file.closed_by) return null
  return (
    <Text size="sm">
      <Anchor href={`#/files/${encodeURIComponent(file.closed_by)}`}>A later version of the file</Anchor>{' '}
      replaces it
      {file.quarantined > 0
        ? ': these rows need no correction here. Rows that are still wrong wait with that version.'
        : '.'}
    </Text>
  )
}
