import { Alert, Button, Group, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { addedLevels } from './added-levels'

interface Props {
  sql: string
  tables: Schemas['CatalogTable'][]
  onRepair: (sql: string) => void
}

/** A caution above an answer whose sum adds totals and their parts, with one button that adds the filter. */
export function AddedLevelsNote({ sql, tables, onRepair }: Props) {
  const added = addedLevels(sql, tables)
  if (!added) return null
  const { words, remedy } = added
  return (
    <Alert color="yellow" p="xs" role="note" aria-label="A sum of several levels">
      <Group gap="xs">
        <Text size="sm">
          {words}
          {remedy ? '' : ' Choose the rows of one level.'}
        </Text>
        {remedy ? (
          <Button size="compact-sm" variant="default" onClick={() => onRepair(remedy.sql)}>
            Run it with {remedy.condition}
          </Button>
        ) : null}
      </Group>
    </Alert>
  )
}
