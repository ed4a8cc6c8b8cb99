import { Checkbox, Group, Stack, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useMediaQuery } from '@mantine/hooks'
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'

import { read, type Schemas } from '../../api/client'
import { type Cell, whole } from '../../api/format'
import { useContract } from './queries'
import { MoreButton } from '../../components/more-button'
import { Grid } from '../../components/grid'
import { NoRows } from '../../components/no-rows'
import { Panel } from '../../components/panel'
import { PHONE } from '../../components/widths'
import { Answered, Empty } from '../../components/states'
import { columnFormats, useLabels, useUnits } from '../../formats/columns'
import { exactPlacesOf } from '../query/answer-numbers'
import { readFormat } from './read-format'
import { withJoinedKeys } from './joined-keys'
import { addressOf, type Asked, Downloads } from './row-downloads'
import { AddressFaults, RowFilterBar } from './row-filter-bar'
import {
  allInOrder,
  decisive,
  faultOf,
  phonePriorities,
  readConditions,
  sortFaultOf,
  written,
} from './row-filters'
import { keysOf, RowStory } from './row-story'

/** The first page is small, so that its rows are there within a second; the others are read while one scrolls. */
const FIRST_ROWS = 200

/** The rows of a table: filters, order and the opened row are in the address. */
export function TableRows({ system, table }: { system: string; table: string }) {
  const [search, setSearch] = useSearchParams()
  const asked = { sort: search.get('sort') ?? '', filters: search.getAll('filter') }
  const contract = useContract('prod', table)
  const pages = useRows(system, table, asked)
  const columns = contract.data?.column_list ?? []
  const conditions = readConditions(asked.filters)
  // Before the contract is there nobody knows which columns there are.
  const isAskable =
    columns.length === 0 ||
    (conditions.every((each) => !faultOf(each, columns, each.column)) && !sortFaultOf(asked.sort, columns))
  const hasAllColumns = search.get('columns') === 'all'
  const showAllColumns = (all: boolean) =>
    setSearch(
      (before) => {
        if (all) before.set('columns', 'all')
        else before.delete('columns')
        return before
      },
      { replace: true },
    )
  const change = (next: Partial<Asked> & { row?: string }) =>
    setSearch(
      (before) => {
        if (next.row) before.set('row', next.row)
        else before.delete('row')
        if (next.sort !== undefined) before.delete('sort')
        if (next.sort) before.set('sort', next.sort)
        if (next.filters) before.delete('filter')
        for (const filter of next.filters ?? []) before.append('filter', filter)
        return before
      },
      { replace: true },
    )
  return (
    <Panel title="Rows" actions={<Downloads system={system} table={table} asked={asked} />}>
      <RowFilterBar
        table={table}
        columns={columns}
        conditions={conditions}
        onChange={(chosen) => change({ filters: chosen.map(written) })}
      />
      {isAskable ? null : (
        <AddressFaults
          {...{ table, columns, conditions }}
          sort={asked.sort}
          onSort={(sort) => change({ sort })}
          onChange={(chosen) => change({ filters: chosen.map(written) })}
        />
      )}
      {isAskable ? (
        <Answered of={pages} what="the rows">
          {(answer) => {
            if (answer.pages[0]?.rows.length)
              return (
                <Found
                  pages={pages}
                  contract={contract.data}
                  system={system}
                  asked={asked}
                  table={table}
                  opened={search.get('row') ?? ''}
                  onSort={(sort) => change({ sort })}
                  onOpen={(row) => change({ row })}
                  hasAllColumns={hasAllColumns}
                  onAllColumns={showAllColumns}
                />
              )
            return asked.filters.length > 0 ? (
              <Empty>No row fits the filter. Change or clear it.</Empty>
            ) : (
              <NoRows system={system} table={table} />
            )
          }}
        </Answered>
      ) : null}
    </Panel>
  )
}

const useRows = (system: string, table: string, { sort, filters }: Asked) =>
  useInfiniteQuery({
    queryKey: ['rows', system, table, sort, filters],
    queryFn: ({ pageParam }) =>
      read<Schemas['Rows']>(`${addressOf(system, table)}/rows`, {
        query: { limit: pageParam ? 1000 : FIRST_ROWS, cursor: pageParam, sort, filter: filters },
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
    // Rows of the same table stay, dimmed, until those of another order or filter are there.
    placeholderData: (rows, before) =>
      before?.queryKey[1] === system && before.queryKey[2] === table ? rows : undefined,
  })

interface FoundProps {
  pages: ReturnType<typeof useRows>
  contract: Schemas['ContractDetail'] | undefined
  system: string
  table: string
  asked: Asked
  /** The key of the row whose story is open; empty for none. */
  opened: string
  onSort: (sort: string) => void
  onOpen: (row: string) => void
  hasAllColumns: boolean
  onAllColumns: (all: boolean) => void
}

const NONE: readonly string[] = []

function Found(props: FoundProps) {
  const { pages, contract, table, asked, opened, onSort, onOpen, hasAllColumns, onAllColumns } = props
  const data = pages.data?.pages
  const rows = useMemo(() => data?.flatMap((page) => page.rows) ?? [], [data])
  const sent = data?.[0]?.columns
  const keys = useMemo(() => keysOf(contract), [contract])
  const units = useUnits(table)
  const first = contract?.first_columns ?? NONE
  const everyColumn = useMemo(() => allInOrder(sent ?? [], first, keys, units), [sent, first, keys, units])
  const fewColumns = useMemo(() => decisive(sent ?? [], first, keys, units), [sent, first, keys, units])
  const columns = hasAllColumns ? everyColumn : fewColumns
  const labels = useLabels(table)
  const isPhone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false })
  const ordered = useMemo(() => cellsOf(rows, sent ?? [], columns), [rows, sent, columns])
  const shown = useMemo(() => {
    const places = exactPlacesOf(columns, ordered, units)
    const formats = columnFormats(columns, units, labels, !isPhone).map((format, at) =>
      readFormat(format, columns[at], units, places[at]),
    )
    if (!isPhone) return { columns, rows: ordered, formats }
    const joined = withJoinedKeys({ columns, rows: ordered, formats }, keys)
    const priorities = phonePriorities(joined.columns, keys, units)
    return {
      ...joined,
      formats: joined.formats.map((format, at) => ({ ...format, priority: priorities[at] ?? 1 })),
    }
  }, [columns, ordered, units, labels, keys, isPhone])
  // The first column identifies a row of a table without a key.
  const keyPlaces = (sent ?? []).flatMap(({ name }, at) =>
    keys.size > 0 ? (keys.has(name) ? [at] : []) : at === 0 ? [0] : [],
  )
  const keyOf = (row: Cell[] | undefined): string => JSON.stringify(keyPlaces.map((at) => row?.[at] ?? null))
  const row = opened ? rows.find((each) => keyOf(each) === opened) : undefined
  return (
    <Stack gap="xs" aria-busy={pages.isPlaceholderData} opacity={pages.isPlaceholderData ? 0.4 : undefined}>
      <Grid
        columns={shown.columns}
        rows={{ length: shown.rows.length, at: (index) => shown.rows[index] }}
        label={table}
        height={520}
        formats={shown.formats}
        wraps="phone"
        pinned={isPhone ? 1 : Math.max(1, leadingKeys(columns, keys))}
        sort={asked.sort}
        onSort={onSort}
        onOpen={(index) => onOpen(keyOf(rows[index]))}
        isComplete={!pages.hasNextPage}
        onNearEnd={() => !pages.isFetchingNextPage && void pages.fetchNextPage()}
      />
      <Group gap="xs">
        <Text size="sm" className="muted">
          {whole(rows.length)} of {whole(data?.[0]?.total ?? rows.length)} rows
        </Text>
        <MoreButton pages={pages}>Load more</MoreButton>
        {everyColumn.length > fewColumns.length ? (
          <Checkbox
            size="xs"
            ml="auto"
            checked={hasAllColumns}
            onChange={(event) => onAllColumns(event.currentTarget.checked)}
            label={`Show all ${whole(everyColumn.length)} columns`}
          />
        ) : null}
      </Group>
      {row ? (
        <RowStory
          table={table}
          columns={everyColumn}
          rows={cellsOf(rows, sent ?? [], everyColumn)}
          at={rows.indexOf(row)}
          contract={contract}
          onClose={() => onOpen('')}
        />
      ) : null}
    </Stack>
  )
}

/** The cells of rows as `sent`, in the order of other columns. */
function cellsOf(rows: Cell[][], sent: Schemas['ResultColumn'][], columns: { name: string }[]): Cell[][] {
  const places = columns.map(({ name }) => sent.findIndex((column) => column.name === name))
  return rows.map((row) => places.map((place) => row[place] ?? null))
}

/** How many of the first columns are keys; two at most stay in view while one scrolls sideways. */
function leadingKeys(columns: { name: string }[], keys: ReadonlySet<string>): number {
  const others = columns.findIndex(({ name }) => !keys.has(name))
  return Math.min(2, others < 0 ? columns.length : others)
}
