import { Anchor, List, Select, Stack, Text, Title } from '@mantine/core'
import { Fragment, useEffect, useRef } from 'react'
import { useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { Panel } from '../../components/panel'
import { Answered, Empty } from '../../components/states'
import { useColumnLineage, useContents } from './queries'
import { useDescriptions, useTitleOf, useTitles, useUnits } from '../../formats/columns'
import { heading, inSeries } from '../../formats/words'
import { Headers, Readers } from './column-readers'
import { lineageAddress, type TableUse, usesByTable } from './column-uses'
import { LineageDrawing } from './lineage-drawing'
import { TableUses } from './table-uses'

const ROW_WORDS: Partial<Record<Schemas['ColumnUse']['uses'][number], string>> = {
  FILTER: 'decides which rows count',
  GROUP_BY: 'groups rows',
  JOIN: 'joins tables',
  SORT: 'orders rows',
}

/** The chosen column (`?column=`), the columns that it comes from, and those that it feeds. */
export function ColumnLineagePanel({ table }: { table: string }) {
  const lineage = useColumnLineage(table)
  const isDataset = (useContents().data?.tables ?? []).some(({ name, system }) => name === table && !system)
  const title = useTitles(table)
  const [search, setSearch] = useSearchParams()
  const chosen = search.get('column')
  const place = useRef<HTMLDivElement>(null)
  const isAnswered = Boolean(lineage.data)
  useEffect(() => {
    if (chosen && isAnswered) place.current?.scrollIntoView({ block: 'nearest' })
  }, [chosen, isAnswered])
  const choose = (name: string | null): void =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before)
        if (name) next.set('column', name)
        else next.delete('column')
        return next
      },
      { replace: true },
    )
  return (
    <div ref={place} className="below-head">
      <Panel title="One column: where it comes from, and what it feeds">
        <Answered of={lineage} what="the columns">
          {(answer) => {
            const column = answer.columns.find((each) => each.column === chosen)
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
                  onChange={choose}
                />
                {column ? <ColumnView column={column} lineage={answer} isDataset={isDataset} /> : null}
              </Stack>
            )
          }}
        </Answered>
      </Panel>
    </div>
  )
}

/** The datasets of a table, or the tables of a dataset, whose columns nobody declared: code is not read. */
function PythonTables({ table, lineage }: { table: string; lineage: Schemas['ColumnLineage'] }) {
  const tables = useContents().data?.tables ?? []
  const own = tables.find(({ name }) => name === table)
  const isTraced = lineage.columns.some(({ sources }) => sources.length > 0)
  const fed = new Set(lineage.columns.flatMap(({ feeds }) => feeds.map((use) => use.table)))
  const reads = own?.system && !isTraced ? own.reads : []
  const readers = own?.system
    ? []
    : tables.filter(({ name, reads }) => reads.includes(table) && !fed.has(name))
  if (reads.length === 0 && readers.length === 0) return null
  return (
    <Text size="sm">
      {reads.length > 0
        ? 'Python code builds this table, and its contract does not declare the sources of its columns. It reads '
        : 'The sources of columns are not declared for every table that Python code builds. It reads this dataset for '}
      <Names
        places={
          reads.length > 0
            ? reads.map((name) => ({ system: '', table: name, column: '' }))
            : readers.map(({ system, name }) => ({ system, table: name, column: '' }))
        }
      />
      .
    </Text>
  )
}

/** Links to tables and datasets, as a text lists them. */
const Names = ({ places }: { places: Pick<Schemas['ColumnUse'], 'system' | 'table' | 'column'>[] }) =>
  places.map((place, at) => (
    <Fragment key={place.table}>
      {at === 0 ? '' : at === places.length - 1 ? ' and ' : ', '}
      <Anchor inherit href={lineageAddress(place)}>
        {heading(place.table)}
      </Anchor>
    </Fragment>
  ))

interface ChosenColumn {
  column: Schemas['LineageColumn']
  lineage: Schemas['ColumnLineage']
  isDataset: boolean
}

function ColumnView({ column, lineage, isDataset }: ChosenColumn) {
  const description = useDescriptions(lineage.table)[column.column]
  const unit = useUnits(lineage.table)[column.column]
  const titleOf = useTitleOf()
  const [sources, feeds] = [usesByTable(column.sources), usesByTable(column.feeds)]
  return (
    <Stack gap="sm">
      {description ? (
        <Text size="sm">
          {description.replace(/[.\s]*$/, '.')}
          {unit ? ` Unit: ${unit}.` : ''}
        </Text>
      ) : null}
      <LineageDrawing title={titleOf(lineage.table, column.column)} sources={sources} feeds={feeds} />
      <Sources column={column} lineage={lineage} isDataset={isDataset} sources={sources} />
      <Stack gap="xs">
        <Title order={3} size="h6">
          Feeds
        </Title>
        {feeds.length > 0 ? <TableUses uses={feeds} values="Its value goes into" /> : null}
        {feeds.length === 0 && feedsNothing(column) ? <Empty>{feedsNothing(column)}</Empty> : null}
        <Readers readers={column.readers ?? []} />
      </Stack>
    </Stack>
  )
}

function Sources({ column, lineage, isDataset, sources }: ChosenColumn & { sources: TableUse[] }) {
  const { rows, is_declared: isDeclared } = lineage
  const isNothing = sources.length === 0 && !column.unknown
  return (
    <Stack gap="xs">
      <Title order={3} size="h6">
        Comes from
      </Title>
      {column.unknown ? <Empty>Not known: {column.unknown}</Empty> : null}
      <Headers headers={column.headers ?? []} />
      <TableUses uses={sources} values="Its value comes from" />
      {isNothing ? <Empty>{comesFromNothing(isDataset, isDeclared)}</Empty> : null}
      {rows.length > 0 ? (
        <details>
          <summary>Which rows the table has is decided by columns of {inSeries(tablesOf(rows))}</summary>
          <RowSources rows={rows} />
        </details>
      ) : null}
      {isDeclared && !column.unknown ? (
        <Text size="xs" className="muted">
          As the contract of the table declares it: code builds the table, and code is not read.
        </Text>
      ) : null}
    </Stack>
  )
}

const tablesOf = (rows: Schemas['ColumnUse'][]): string[] => [
  ...new Set(rows.map(({ table }) => heading(table))),
]

/** The columns that decide which rows a table has, with how each does. */
function RowSources({ rows }: { rows: Schemas['ColumnUse'][] }) {
  const titleOf = useTitleOf()
  return (
    <List size="sm" spacing={4}>
      {rows.map((row) => (
        <List.Item key={`${row.system}/${row.table}/${row.column}`}>
          <Anchor size="sm" href={lineageAddress(row)}>
            {heading(row.table)}: {titleOf(row.table, row.column)}
          </Anchor>{' '}
          <Text span size="sm" className="muted">
            {inSeries(row.uses.map((use) => ROW_WORDS[use] ?? 'decides which rows there are'))}
          </Text>
        </List.Item>
      ))}
    </List>
  )
}

function comesFromNothing(isDataset: boolean, isDeclared = false): string {
  if (isDataset) return 'Files of this dataset.'
  return isDeclared ? 'No column: a name, a setting or the stamp of the run.' : 'No column of another table.'
}

const feedsNothing = ({ readers = [] }: Schemas['LineageColumn']): string =>
  readers.length > 0 ? '' : 'No column of a table whose sources are known, no panel and no saved question.'
