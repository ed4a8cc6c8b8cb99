import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'

import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import type { GridColumn } from './grid-column'
import type { GridProps } from './import-grid'
import { textOf } from './import-row'
import { flawReason } from './outcome-words'

type Props = Omit<GridProps, 'hasReasons' | 'hasFlaws' | 'hasSteps' | 'onMove'>

const SAMPLES = 3

/** The rows of a file on a phone: one column at a time to decide, and one row at a time to correct. */
export function ImportCards(props: Props) {
  const { label, columns, hasDecisions, rows } = props
  const [place, setPlace] = useState({ column: 0, row: 0, show: props.show })
  const row = place.show === props.show ? Math.min(place.row, Math.max(0, rows.total - 1)) : 0
  const column = Math.min(place.column, Math.max(0, columns.length - 1))
  const { need } = rows
  useEffect(() => need(row, row + SAMPLES), [need, row])
  const put = (next: { column?: number; row?: number }) =>
    setPlace({ column, row, ...next, show: props.show })
  return (
    <Stack gap="xs" role="region" aria-label={label}>
      {hasDecisions ? <ColumnCard {...props} at={column} onChoose={(next) => put({ column: next })} /> : null}
      <RowCard {...props} at={row} onChoose={(next) => put({ row: next })} />
    </Stack>
  )
}

interface CardProps extends Props {
  at: number
  onChoose: (at: number) => void
}

/** The way to the card before and the next one. */
function Steps({
  at,
  of,
  noun,
  onChoose,
  about = '',
}: { at: number; of: number; noun: string; about?: string } & Pick<CardProps, 'onChoose'>) {
  return (
    <Group justify="space-between" wrap="nowrap">
      <Button
        size="sm"
        variant="default"
        aria-label={`Previous ${noun}`}
        disabled={at === 0}
        onClick={() => onChoose(at - 1)}
      >
        ‹
      </Button>
      <Text size="sm" fw={600}>
        {whole(at + 1)} of {count(of, noun)}
        {about}
      </Text>
      <Button
        size="sm"
        variant="default"
        aria-label={`Next ${noun}`}
        disabled={at + 1 >= of}
        onClick={() => onChoose(at + 1)}
      >
        ›
      </Button>
    </Group>
  )
}

function ColumnCard({ columns, rows, cells, at, onChoose }: CardProps) {
  const column = columns[at]
  if (!column) return null
  const samples = [0, 1, 2]
    .map((index) => rows.at(index))
    .map((row) => (row ? textOf(row, at, column.name, cells) : null))
  return (
    <div className="import-card">
      <NativeSelect
        size="sm"
        label="Column"
        value={column.name}
        data={columns.map(({ name, isLeftOut }) => ({
          value: name,
          label: isLeftOut ? `${name} (left out)` : name,
        }))}
        onChange={(event) => onChoose(columns.findIndex(({ name }) => name === event.currentTarget.value))}
      />
      {column.header}
      <Text size="sm" className="muted any-text">
        {samples.filter(Boolean).join(' · ')}
      </Text>
      <Steps at={at} of={columns.length} noun="column" onChoose={onChoose} />
    </div>
  )
}

function RowCard(props: CardProps) {
  const { columns, rows, cells, mayEdit, at, onChoose, onType, onLeaveOut } = props
  const row = rows.at(at)
  if (rows.total === 0) return null
  const ofRow = row?.flaws.find((flaw) => flaw.column === '')
  return (
    <div className="import-card">
      <Steps
        at={at}
        of={rows.total}
        noun="row"
        about={row ? `: data row ${whole(row.row)}` : ''}
        onChoose={onChoose}
      />
      {row ? null : (
        <Text size="sm" className="muted" role="status">
          The row is being read …
        </Text>
      )}
      {row?.kind === 'left_out' || ofRow ? (
        <Text size="sm" className={row?.kind === 'refused' ? 'misfit' : 'muted'}>
          {row?.kind === 'left_out' ? 'This row is left out.' : ofRow ? flawReason(ofRow) : ''}
        </Text>
      ) : null}
      {row
        ? byNeed(row, columns).map((column) => (
            <CellCard
              key={`${row.row} ${column.name}`}
              column={column}
              text={textOf(row, columns.indexOf(column), column.name, cells) ?? ''}
              result={row.results?.[columns.indexOf(column)]}
              flaw={
                cells[row.row]?.[column.name] === undefined
                  ? row.flaws.find((flaw) => flaw.column === column.name)
                  : undefined
              }
              mayEdit={mayEdit}
              onType={(text) => onType(column.name, [row.row], [text])}
            />
          ))
        : null}
      {row && (mayEdit || ['refused', 'doubtful', 'left_out'].includes(row.kind)) ? (
        <Button variant="default" onClick={() => onLeaveOut(row.row, row.kind !== 'left_out')}>
          {row.kind === 'left_out' ? 'Take it back in' : 'Leave this row out'}
        </Button>
      ) : null}
    </div>
  )
}

/** The columns of a row: those whose value is refused first, and none that stays out. */
function byNeed(row: Schemas['GridRow'], columns: GridColumn[]): GridColumn[] {
  const isBad = ({ name }: GridColumn) => row.flaws.some((flaw) => flaw.column === name)
  return columns
    .filter(({ isLeftOut }) => !isLeftOut)
    .toSorted((one, other) => Number(isBad(other)) - Number(isBad(one)))
}

interface CellProps {
  column: GridColumn
  text: string
  /** The text after the steps of its column; absent without steps. */
  result: string | null | undefined
  flaw: Schemas['GridFlaw'] | undefined
  mayEdit: boolean
  onType: (text: string) => void
}

/** One value; what was typed is kept when the box is left. */
function CellCard({ column, text, result, flaw, mayEdit, onType }: CellProps) {
  const [typed, setTyped] = useState<string>()
  return (
    <TextInput
      size="sm"
      label={column.name}
      aria-label={`Value of ${column.name}`}
      readOnly={!mayEdit}
      description={result != null && result !== text ? `becomes ${result}` : undefined}
      error={flaw && flaw.reason ? flawReason(flaw, text) : undefined}
      value={typed ?? text}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => {
        if (typed !== undefined && typed !== text) onType(typed)
        setTyped(undefined)
      }}
    />
  )
}
