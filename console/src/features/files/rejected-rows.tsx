import { Button, Group, Stack, Table, Text, TextInput } from '@mantine/core'
import { useState } from 'react'

import type { Schemas } from '../../api/client'
import { csvLine, download } from '../../api/format'
import { Waiting } from '../../components/states'
import { RejectedRow } from './rejected-row'
import {
  type Corrections,
  identity,
  isCorrectable,
  isSentAgain,
  mayBeWritten,
  mayEnterAgain,
  needsOwnValue,
  type RejectionGroup,
  rejectionGroups,
} from './rejection-groups'

interface Props {
  rows: Schemas['RejectedRow'][]
  reasons: Schemas['ReasonCount'][]
  /** Columns of the dataset's key, which decide whether two rows are the same. */
  keyColumns?: string[]
  corrections: Corrections
  /** The columns of the dataset, which a row of another width is written in. */
  fields?: Schemas['ContractColumn'][]
  /** Whether the person may send corrections; others see the rows alone. */
  mayCorrect?: boolean
  onChange: (corrections: Corrections) => void
  /** Reads rows of a rule of which none is among `rows`; absent where only the first rows can be shown. */
  onAsk?: (rule: string) => void
}

/** Rejected rows by rule and column; the value that broke the rule can be corrected, in one row or in all of them. */
export function RejectedRowsEditor({
  rows,
  reasons,
  keyColumns = [],
  fields = [],
  corrections,
  mayCorrect = true,
  onChange,
  onAsk,
}: Props) {
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text fw={600} size="sm">
          Rows in quarantine, by reason
        </Text>
        <Button size="compact-sm" variant="default" onClick={() => save(rows)}>
          Download these rows
        </Button>
      </Group>
      {rejectionGroups(rows, reasons).map((group) => (
        <ReasonGroup
          key={group.title.split(':')[0]}
          {...group}
          keyColumns={keyColumns}
          fields={fields}
          corrections={corrections}
          mayCorrect={mayCorrect}
          onChange={onChange}
          onAsk={onAsk}
        />
      ))}
    </Stack>
  )
}

function save(rows: Schemas['RejectedRow'][]): void {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.record)))]
  const lines = rows.map((row) =>
    csvLine([row.source_row, row.all_rules, ...names.map((name) => row.record[name] ?? null)]),
  )
  download('rejected-rows.csv', [csvLine(['source_row', 'reasons', ...names]), ...lines])
}

interface GroupProps extends RejectionGroup {
  keyColumns: string[]
  fields: Schemas['ContractColumn'][]
  corrections: Corrections
  mayCorrect: boolean
  onChange: (corrections: Corrections) => void
  onAsk: ((rule: string) => void) | undefined
}

function ReasonGroup(group: GroupProps) {
  const { rule, title, rows, keyColumns, fields, corrections, mayCorrect, onChange, onAsk } = group
  const [all, setAll] = useState('')
  const correctable = mayCorrect ? rows.filter(isCorrectable) : []
  const accepted = rows.filter((row) => row.correction === 'accepted').length
  function set(changed: Schemas['RejectedRow'][], value: string): void {
    const next = new Map(corrections)
    for (const row of changed) {
      // Only what was changed is sent: the other values of the row are masked here, and complete in the original.
      const before = next.get(row.source_row) ?? {}
      next.set(row.source_row, { ...before, [row.column]: value })
    }
    onChange(next)
  }
  return (
    <details
      open={rows.length > 0 && rows.length <= 20}
      onToggle={(event) => event.currentTarget.open && rows.length === 0 && onAsk?.(rule)}
    >
      <summary>
        {title}
        {accepted > 0 ? `, ${accepted} corrected and accepted` : ''}
      </summary>
      {correctable.length > 1 && !correctable.some(needsOwnValue) ? (
        <Group gap="xs" my={4}>
          <TextInput
            size="xs"
            aria-label={`Value for all ${correctable.length} shown rows`}
            placeholder="value for all shown rows"
            value={all}
            onChange={(event) => setAll(event.currentTarget.value)}
          />
          <Button size="compact-xs" variant="default" disabled={!all} onClick={() => set(correctable, all)}>
            Set all {correctable.length}
          </Button>
        </Group>
      ) : null}
      {rows.some(isSentAgain) ? <SendAgain rows={rows} /> : null}
      {rows.length === 0 ? <NoneShown mayAsk={onAsk !== undefined} /> : null}
      <div className="scroll" tabIndex={0} hidden={rows.length === 0}>
        <Table fz="sm" className="many-columns rejected">
          <Table.Thead>
            <Table.Tr>
              <Table.Th className="number">
                {rows.some((row) => row.sheet_row) ? 'Row in Excel' : 'Row'}
              </Table.Th>
              <Table.Th visibleFrom="sm">Column</Table.Th>
              <Table.Th>Value</Table.Th>
              <Table.Th visibleFrom="sm">Reason</Table.Th>
              <Table.Th>Correction</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <RejectedRow
                key={`${row.source_row}-${row.column}`}
                row={row}
                about={identity(row, keyColumns)}
                whole={
                  mayCorrect && mayBeWritten(row) && fields.length > 0
                    ? {
                        fields,
                        values: corrections.get(row.source_row) ?? {},
                        onChange: (values) => onChange(new Map(corrections).set(row.source_row, values)),
                      }
                    : undefined
                }
                type={fields.find(({ name }) => name === row.column)?.type}
                value={corrections.get(row.source_row)?.[row.column] ?? ''}
                onCorrect={correctable.includes(row) ? (value) => set([row], value) : undefined}
                again={
                  mayCorrect && mayEnterAgain(row)
                    ? {
                        keyColumns,
                        values: corrections.get(row.source_row) ?? {},
                        onChange: (values) => onChange(new Map(corrections).set(row.source_row, values)),
                      }
                    : undefined
                }
              />
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </details>
  )
}

/** Numbers of cards come from their source again; the list says which rows. */
function SendAgain({ rows }: { rows: Schemas['RejectedRow'][] }) {
  return (
    <Group gap="xs" my={4}>
      <Button size="compact-sm" variant="default" onClick={() => save(rows)}>
        Download {rows.length === 1 ? 'this row' : `these ${rows.length} rows`} for their sender
      </Button>
      <Text size="sm" className="muted">
        Nobody types such numbers here. Ask the source to send the rows again; they come in with its next
        file.
      </Text>
    </Group>
  )
}

function NoneShown({ mayAsk }: { mayAsk: boolean }) {
  return mayAsk ? (
    <Waiting what="the rows with this reason" />
  ) : (
    <Text size="sm">
      None of these rows is among the first refused rows of the file, which the check shows. After the commit
      the page of the file has them all.
    </Text>
  )
}
