import { Text } from '@mantine/core'

import type { Schemas } from '../../api/client'

/** Names the columns whose values have no text, such as those of a photo: they are empty in the grid. */
export function UnreadableColumns({ grid }: Pick<Schemas['DryRun'], 'grid'>) {
  const columns = Object.keys(grid?.unreadable ?? {})
  if (columns.length === 0) return null
  return (
    <Text size="sm" role="note" className="any-text">
      Cannot be shown as text: {columns.join(', ')}. Leave {columns.length === 1 ? 'it' : 'them'} out; all
      other columns can be used.
    </Text>
  )
}
