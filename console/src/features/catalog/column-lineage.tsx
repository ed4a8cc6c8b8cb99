import { Anchor, List, Select, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { Fragment } from 'react'
import { useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { Panel } from '../../components/panel'
import { Answered, Empty } from '../../components/states'
import { useColumnLineage, useContents } from './queries'
import { useTitles } from '../../formats/columns'
import { heading } from '../../formats/words'
import { Headers, Readers } from './column-readers'

type Use = Schemas['ColumnUse']['uses'][number]

const WORDS: Record<Use, string> = {
  IDENTITY: 'the same value',
  TRANSFORMATION: 'in a formula',
  AGGREGATION: 'summed up or counted',
  CONDITIONAL: 'decides between values',
  FILTER: 'decides which rows count',
  GROUP_BY: 'groups rows',
  JOIN: 'joins tables',
  SORT: 'orders rows',
  WINDOW: 'decides which rows are near',
}

/** The chosen column (`?column=`), the columns that it comes from, and those that it feeds. */
export function ColumnLineagePanel({ table }: { table: string }) {
  const lineage = useColumnLineage(table)
  const isDataset = (useContents().data?.tables ?? []).some(({ name, system }) => name === table && !system)
  const title = useTitles(table)
  const [search, setSearch] = useSearchParams()
  return (
    <Panel title="One column: where it comes from, and what it feeds">
      <Answered of={lineage} what="the columns">
        {(answer) => {
          const column = answer.columns.find((each) => each.column === search.get('column'))
          return (
            <Stack gap="sm">
              <PythonTables table={table} lineage={answer} />
              <Select
                label="Column"
                placeholder="Choose a column"
                searchable
                clearable
                size="xs"
                w={{ base: '100%', sm: 320 }}
                data={answer.columns.map((each) => ({ value: each.column, label: title(each.column) }))}
                value={column?.column ?? null}
                onChange={(name) => setSearch(name ? { column: name } : {}, { replace: true })}
              />
              {column ? <ColumnView column={column} rows={answer.rows} isDataset={isDataset} /> : null}
            </Stack>
          )
        }}
      </Answered>
    </Panel>
  )
}

/** What Python code reads, which is not traced by column: the datasets of a table, or the tables of a dataset. */
function PythonTables({ table, lineage }: { table: string; lineage: Schemas['ColumnLineage'] }) {
  const tables = useContents().data?.tables ?? []
  const own = tables.find(({ name }) => name === table)
  const isTraced = lineage.columns.some(({ unknown }) => !unknown)
  const fed = new Set(lineage.columns.flatMap(({ feeds }) => feeds.map((use) => use.table)))
  const reads = own?.system && !isTraced ? own.reads : []
  const readers = own?.system
    ? []
    : tables.filter(({ name, reads }) => reads.includes(table) && !fed.has(name))
  if (reads.length === 0 && readers.length === 0) return null
  return (
    <Text size="sm">
      {reads.length > 0
        ? 'Python code builds this table, and is not traced by column. It reads '
        : 'Python code is not traced by column. It reads this dataset for '}
      <Names
        places={
          reads.length > 0
            ? reads.map((name) => ({ system: '', table: name, column: '', uses: [] }))
            : readers.map(({ system, name }) => ({ system, table: name, column: '', uses: [] }))
        }
      />
      .
    </Text>
  )
}

/** Links to tables and datasets, as a text lists them. */
const Names = ({ places }: { places: Schemas['ColumnUse'][] }) =>
  places.map((place, at) => (
    <Fragment key={place.table}>
      {at === 0 ? '' : at === places.length - 1 ? ' and ' : ', '}
      <Anchor inherit href={addressOf(place)}>
        {heading(place.table)}
      </Anchor>
    </Fragment>
  ))

function ColumnView({
  column,
  rows,
  isDataset,
}: {
  column: Schemas['LineageColumn']
  rows: Schemas['ColumnUse'][]
  isDataset: boolean
}) {
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Stack gap="xs">
        <Title order={3} size="h6">
          Comes from
        </Title>
        {column.unknown ? <Empty>Not known: {column.unknown}</Empty> : null}
        <Headers headers={column.headers ?? []} />
        <Uses
          uses={column.sources}
          none={column.unknown ? '' : isDataset ? 'Files of this dataset.' : 'No column of another table.'}
        />
        {rows.length > 0 ? (
          <>
            <Text size="sm" className="muted">
              These decide which rows the table has:
            </Text>
            <Uses uses={rows} none="" />
          </>
        ) : null}
      </Stack>
      <Stack gap="xs">
        <Title order={3} size="h6">
          Feeds
        </Title>
        <Readers readers={column.readers ?? []} />
        <Uses uses={column.feeds} none={feedsNothing(column)} />
      </Stack>
    </SimpleGrid>
  )
}

const feedsNothing = ({ readers = [] }: Schemas['LineageColumn']): string =>
  readers.length > 0
    ? ''
    : 'No column of an SQL model or a block, no panel and no saved question. Python code is not traced by column.'

function Uses({ uses, none }: { uses: Schemas['ColumnUse'][]; none: string }) {
  if (uses.length === 0) return none ? <Empty>{none}</Empty> : null
  return (
    <List size="sm" spacing={4}>
      {uses.map((use) => (
        <List.Item key={`${use.system}/${use.table}/${use.column}`}>
          <Anchor size="sm" href={addressOf(use)}>
            {heading(use.table)} · {use.column || 'all rows'}
          </Anchor>{' '}
          <Text span size="sm" className="muted">
            {use.uses.map((each) => WORDS[each]).join(', ')}
          </Text>
        </List.Item>
      ))}
    </List>
  )
}

function addressOf({ system, table, column }: Schemas['ColumnUse']): string {
  const page = system
    ? `#/tables/${encodeURIComponent(system)}/${encodeURIComponent(table)}`
    : `#/datasets/${encodeURIComponent(table)}`
  return column ? `${page}?column=${encodeURIComponent(column)}` : page
}
