import { Button, Group, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { inSeries } from '../../formats/words'
import { titleOf } from './column-header'
import { type Deciding, type Edits, withLakeValues, withoutLakeValues } from './edits'

/**
 * The fields that no column of the file is, and whose values its rows can keep: once the columns of the key are chosen,
 * and where the lake has values of them.
 */
export function fieldsToKeep(
  { mapping, grid, replaces }: Pick<Schemas['DryRun'], 'mapping' | 'grid' | 'replaces'>,
  edits: Edits,
  inLake: Pick<Schemas['DatasetProfile'], 'columns'> | undefined,
): string[] {
  const taken = new Set(Object.values(edits.columns))
  const open = (mapping?.fields ?? []).filter(({ name }) => !taken.has(name))
  const isKeyOpen = open.some((field) => field.required && !field.may_be_kept && !field.may_be_empty)
  if (!edits.dataset || isKeyOpen) return []
  const kept = open.filter(({ name, may_be_kept: mayBe }) => mayBe && !grid?.columns.includes(name))
  const isAsked = kept.some(({ name, required }) => (required && inLake) || name in (replaces?.emptied ?? {}))
  return isAsked ? kept.map(({ name }) => name) : []
}

/** A file with some of the columns, such as an export that was edited, may leave the others as they are in the lake. */
export function KeptValues({
  result,
  edits,
  inLake,
  onChange,
}: Deciding & { inLake: Pick<Schemas['DatasetProfile'], 'columns'> | undefined }) {
  const titles = (names: string[]) => inSeries(names.map((name) => titleOf(result.mapping?.fields, name)))
  const kept = edits.steps.filter(({ kind }) => kind === 'lake').map(({ column }) => column)
  const open = fieldsToKeep(result, edits, inLake)
  if (kept.length === 0 && open.length === 0) return null
  return (
    <Group gap="xs" role="group" aria-label="Values of the lake">
      {kept.length > 0 ? (
        <>
          <Text size="sm">
            {titles(kept)} {kept.length === 1 ? 'keeps the values' : 'keep the values'} of the lake&rsquo;s
            rows with the same keys. Rows with new keys have none.
          </Text>
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            aria-label="Undo: keep the values of the lake"
            onClick={() => onChange(withoutLakeValues(edits))}
          >
            Undo
          </Button>
        </>
      ) : (
        <>
          <Button
            size="compact-sm"
            variant="default"
            title={titles(open)}
            onClick={() => onChange(withLakeValues(edits, open))}
          >
            Keep the lake&rsquo;s values in {open.length === 1 ? titles(open) : count(open.length, 'column')}
          </Button>
          <Text size="sm" className="muted">
            For a file with some of the columns: rows with keys that the lake has change in its columns alone.
          </Text>
        </>
      )}
    </Group>
  )
}
