import { Anchor, List, Select, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { Fragment, useEffect, useRef } from 'react'
import { useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { Panel } from '../../components/panel'
import { Answered, Empty } from '../../components/states'
import { useColumnLineage, useContents } from './queries'
import { useDescriptions, useTitleOf, useTitles, useUnits } from '../../formats/columns'
import { heading } from '../../formats/words'
import { Headers, Readers } from './column-readers'
import { lineageAddress } from './column-uses'

type Use = Schemas['ColumnUse']['uses'][number]

const WORDS: Record<Use, string> = {
  IDENTITY: 'the same value',
  TRANSFORMATION: 'its value is used',
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
  return (
    <Stack gap="sm">
      {description ? (
        <Text size="sm">
          {description.replace(/[.\s]*$/, '.')}
          {unit ? ` Unit: ${unit}.` : ''}
        </Text>
      ) : null}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Sources column={column} lineage={lineage} isDataset={isDataset} />
        <Stack gap="xs">
          <Title order={3} size="h6">
            Feeds
          </Title>
          <Readers readers={column.readers ?? []} />
          <Uses uses={column.feeds} none={feedsNothing(column)} />
        </Stack>
      </SimpleGrid>
    </Stack>
  )
}

function Sources({ column, lineage, isDataset }: ChosenColumn) {
  const { rows, is_declared: isDeclared } = lineage
  return (
    <Stack gap="xs">
      <Title order={3} size="h6">
        Comes from
      </Title>
      {column.unknown ? <Empty>Not known: {column.unknown}</Empty> : null}
      <Headers headers={column.headers ?? []} />
      <Uses uses={column.sources} none={column.unknown ? '' : comesFromNothing(isDataset, isDeclared)} />
      {rows.length > 0 ? (
        <>
          <Text size="sm" className="muted">
            These decide which rows the table has:
          </Text>
          <Uses uses={rows} none="" />
        </>
      ) : null}
      {isDeclared && !column.unknown ? (
        <Text size="xs" className="muted">
          As the contract of the table declares it: code builds the table, and code is not read.
        </Text>
      ) : null}
    </Stack>
  )
}

function comesFromNothing(isDataset: boolean, isDeclared = false): string {
  if (isDataset) return 'Files of this dataset.'
  return isDeclared ? 'No column: a name, a setting or the stamp of the run.' : 'No column of another table.'
}

const feedsNothing = ({ readers = [] }: Schemas['LineageColumn']): string =>
  readers.length > 0 ? '' : 'No column of a table whose sources are known, no panel and no saved question.'

/** The columns of a list, those of a table with one use together; tables of systems before datasets. */
function Uses({ uses, none }: { uses: Schemas['ColumnUse'][]; none: string }) {
  const titleOf = useTitleOf()
  if (uses.length === 0) return none ? <Empty>{none}</Empty> : null
  return (
    <List size="sm" spacing={4}>
      {groupedUses(uses).map((group) => {
        const [first] = group
        if (!first) return null
        return (
          <List.Item key={`${first.system}/${first.table}/${first.uses.join()}`}>
            <Anchor size="sm" href={lineageAddress({ ...first, column: '' })}>
              {heading(first.table)}
            </Anchor>
            :{' '}
            {group.map((use, at) => (
              <Fragment key={use.column}>
                {at > 0 ? ', ' : ''}
                <Anchor size="sm" href={lineageAddress(use)} title={use.column}>
                  {use.column ? titleOf(use.table, use.column) : 'all rows'}
                </Anchor>
              </Fragment>
            ))}{' '}
            <Text span size="sm" className="muted">
              {first.uses.map((each) => WORDS[each]).join(', ')}
            </Text>
          </List.Item>
        )
      })}
    </List>
  )
}

function groupedUses(uses: Schemas['ColumnUse'][]): Schemas['ColumnUse'][][] {
  const groups = new Map<string, Schemas['ColumnUse'][]>()
  for (const use of [...uses.filter(({ system }) => system), ...uses.filter(({ system }) => !system)]) {
    const key = `${use.system}/${use.table}/${use.column ? use.uses.join() : 'rows'}`
    groups.set(key, [...(groups.get(key) ?? []), use])
  }
  return [...groups.values()]
}
