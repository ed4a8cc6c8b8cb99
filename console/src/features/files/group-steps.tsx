import { Button, Group, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'

import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { formatWords } from '../import/formats'
import { MapForm } from '../import/map-form'
import {
  type Corrections,
  groupKey,
  type GroupValues,
  isCorrectable,
  type RejectionGroup,
  rowsRead,
  withCell,
} from './rejection-groups'

interface Props {
  group: RejectionGroup
  groupValues: GroupValues
  onValues: (values: GroupValues) => void
}

/** The values of all groups but one. */
export const othersOf = (groupValues: GroupValues, key: string): GroupValues =>
  new Map([...groupValues].filter(([other]) => other !== key))

/** What was chosen for all rows of a group, until it is taken back. */
export function ChosenForAll({ onUndo, children }: { onUndo: () => void; children: ReactNode }) {
  return (
    <Group gap="xs" my={4}>
      <Text size="sm">{children}</Text>
      <Button size="compact-xs" variant="default" onClick={onUndo}>
        Take it back
      </Button>
    </Group>
  )
}

/** The formats that read refused values of a column, each for all rows of the reason, also those that the page has not read. */
export function ReadAll({ group, groupValues, onValues }: Props) {
  const { rule, column, waiting, readings } = group
  const key = groupKey(group)
  const others = othersOf(groupValues, key)
  const format = groupValues.get(key)?.format
  if (format) {
    const rows = rowsRead(group, format)
    return (
      <ChosenForAll onUndo={() => onValues(others)}>
        {whole(rows)} of {count(waiting, 'row')} {rows === 1 ? 'becomes' : 'become'} right: read with{' '}
        {formatWords(format)}.{rows < waiting ? ` ${count(waiting - rows, 'other row')} still to write.` : ''}
      </ChosenForAll>
    )
  }
  return (
    <Group gap="xs" my={4}>
      <Text size="sm">The values are refused for their format:</Text>
      {readings.map((reading) => (
        <Button
          key={formatWords(reading.format)}
          size="compact-xs"
          variant="default"
          onClick={() => onValues(others.set(key, { rule, column, value: null, format: reading.format }))}
        >
          Read {whole(reading.rows)} of {count(waiting, 'row')} with {formatWords(reading.format)}
        </Button>
      ))}
    </Group>
  )
}

/** Each refused value of a column beside the one that its rows get. */
export function MapAll({
  group,
  title,
  mayBeEmpty,
  corrections,
  onChange,
}: {
  group: RejectionGroup
  title: string
  mayBeEmpty: boolean
  corrections: Corrections
  onChange: (corrections: Corrections) => void
}) {
  const [isOpen, setOpen] = useState(false)
  const rows = group.shown.filter((row) => isCorrectable(row) && row.value)
  const counts = new Map<string, number>()
  for (const { value } of rows) counts.set(value ?? '', (counts.get(value ?? '') ?? 0) + 1)
  if (group.shown.length < group.rows || counts.size < 2 || rows.some((row) => row.is_unique)) return null
  const allowed = group.values.map((value) => ({ value, label: value }))
  return (
    <>
      <Button size="compact-xs" variant="default" my={4} onClick={() => setOpen(true)}>
        Map values …
      </Button>
      {isOpen ? (
        <MapForm
          column={title}
          values={[...counts]}
          allowed={allowed}
          inLake={undefined}
          areRefused
          mayBeEmpty={mayBeEmpty}
          isText={false}
          step={undefined}
          onStep={(step) => onChange(withMapped(corrections, rows, step?.values ?? {}))}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </>
  )
}

/** The corrections with the value that each refused value of some rows becomes; an empty one leaves the cell empty. */
export const withMapped = (
  corrections: Corrections,
  rows: Schemas['RejectedRow'][],
  values: Readonly<Record<string, string>>,
): Corrections =>
  rows.reduce((all, row) => {
    const text = values[row.value ?? '']
    return text === undefined ? all : withCell(all, row.source_row, row.column, text || null)
  }, corrections)
