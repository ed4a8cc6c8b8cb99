import { Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { useProfile } from './queries'

/** What became of the rows of a file of no dataset: they were read for its profile, and none is in a table. */
export function KeptFile({ file }: { file: Pick<Schemas['FileDetail'], 'file_id'> }) {
  const rows = useProfile(file.file_id, true).data?.rows
  return (
    <Text size="sm">
      The file and its profile are kept{rows === undefined ? '' : `: ${count(rows, 'row')}`}. No row of it is
      in a table until it belongs to a dataset.
    </Text>
  )
}
