import { Anchor, Button, Group, ScrollArea, Text, TextInput, UnstyledButton } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useState } from 'react'

import { tableAddress } from '../../formats/addresses'
import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { useContents, useTable } from '../catalog/queries'
import { Panel } from '../../components/panel'
import { day } from '../../formats/moments'
import { foldedColumns } from '../../formats/technical-columns'
import { heading } from '../../formats/words'
import { firstRowsOf, matching, sqlName } from './schema-words'

/** As in the style sheet: the list is below the statement, where it is folded. */
const BELOW_THE_STATEMENT = '(max-width: 62em)'

interface Props {
  tables: Schemas['CatalogTable'][]
  /** Writes a name where the cursor is. */
  onInsert: (name: string) => void
  /** Asks a statement. */
  onAsk: (sql: string) => void
}

/** The tables that a statement can read, each with its columns: a click writes the name into the statement. */
export function SchemaBrowser({ tables, onInsert, onAsk }: Props) {
  const [searched, setSearched] = useState('')
  const isNarrow = useMediaQuery(BELOW_THE_STATEMENT, undefined, { getInitialValueInEffect: false })
  const shown = matching(tables, searched)
  const contents = useContents().data?.tables ?? []
  const empty = new Set(contents.flatMap((one) => (one.system || one.rows > 0 ? [] : [one.name])))
  const list = (
    <>
      <TextInput
        size="xs"
        mb="xs"
        aria-label="Search tables and columns"
        placeholder="Search tables and columns"
        value={searched}
        onChange={(event) => setSearched(event.currentTarget.value)}
      />
      <ScrollArea.Autosize mah="22rem" type="auto">
        {shown.map((table) => (
          <TableEntry
            key={`${table.database}.${table.name}`}
            table={table}
            isEmpty={!table.system && empty.has(table.name)}
            isOpen={searched !== '' && shown.length === 1}
            onInsert={onInsert}
            onAsk={onAsk}
          />
        ))}
        {shown.length === 0 ? (
          <Text size="sm" className="muted">
            No table and no column has this in its name.
          </Text>
        ) : null}
      </ScrollArea.Autosize>
    </>
  )
  if (isNarrow)
    return (
      <details className="panel folded query-tables">
        <summary>Tables and their columns</summary>
        {list}
      </details>
    )
  return (
    <div className="query-tables">
      <Panel title="Tables">{list}</Panel>
    </div>
  )
}

interface EntryProps {
  table: Schemas['CatalogTable']
  /** Whether no run has brought rows into it. */
  isEmpty: boolean
  isOpen: boolean
  onInsert: (name: string) => void
  onAsk: (sql: string) => void
}

function TableEntry({ table, isEmpty, isOpen, onInsert, onAsk }: EntryProps) {
  const [wasOpened, setOpened] = useState(false)
  const { read, folded } = foldedColumns(table.columns)
  return (
    <details open={isOpen || undefined} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>
        <Text span size="sm" title={sqlName(table)}>
          {heading(table.name)}
        </Text>
        {table.system ? null : (
          <Text span size="xs" className="muted">
            {' '}
            {isEmpty ? 'no rows before the next run' : 'as accepted'}
          </Text>
        )}
      </summary>
      {wasOpened || isOpen ? (
        <div className="schema-columns">
          <Group gap={4} my={4}>
            <Button size="compact-xs" variant="default" onClick={() => onAsk(firstRowsOf(table))}>
              Show its rows
            </Button>
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Insert ${table.name}`}
              onClick={() => onInsert(sqlName(table))}
            >
              Insert
            </Button>
            {table.system ? <Published system={table.system} name={table.name} /> : null}
          </Group>
          <ColumnNames columns={read} onInsert={onInsert} />
          {folded.length > 0 ? (
            <details>
              <summary>
                <Text span size="xs" className="muted">
                  {count(folded.length, 'technical column')} of the lake
                </Text>
              </summary>
              <ColumnNames columns={folded} onInsert={onInsert} />
            </details>
          ) : null}
        </div>
      ) : null}
    </details>
  )
}

function ColumnNames({
  columns,
  onInsert,
}: {
  columns: Schemas['ContractColumn'][]
  onInsert: Props['onInsert']
}) {
  return columns.map((column) => (
    <UnstyledButton
      key={column.name}
      className="schema-column"
      title={column.description}
      onClick={() => onInsert(column.name)}
    >
      <code>{column.name}</code>{' '}
      <Text span size="xs" className="muted">
        {[column.type, column.unit].filter(Boolean).join(', ')}
      </Text>
    </UnstyledButton>
  ))
}

/** How many rows a table of a system has, as of when, and its page. */
function Published({ system, name }: { system: string; name: string }) {
  const detail = useTable(system, name)
  return (
    <Text size="xs" className="muted" component="span">
      {detail.data
        ? `${count(detail.data.rows, 'row')}${detail.data.as_of ? ` as of ${day(detail.data.as_of)}` : ''} · `
        : ''}
      <Anchor inherit href={tableAddress(system, name)}>
        about it
      </Anchor>
    </Text>
  )
}
