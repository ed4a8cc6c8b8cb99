import { Anchor, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'

/** Leads from a file to its later version, and says what becomes of rows that this lacks; nothing without one. */
export function ReplacedBy({ file }: { file: Pick<Schemas['FileDetail'], 'closed_by' | 'quarantined'> }) {
  if (!file.closed_by) return null
  return (
    <Text size="sm">
      <Anchor href={`#/files/${encodeURIComponent(file.closed_by)}`}>A later version of the file</Anchor>{' '}
      came. Its rows win over these where they have the same key; accepted rows that it lacks stay in the
      table.
      {file.quarantined > 0
        ? ' Refused rows wait no longer here: those that it has wait with it if they are still wrong, and those that it lacks wait nowhere, so send them again.'
        : ''}
    </Text>
  )
}
