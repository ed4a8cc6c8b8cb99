import { Anchor, Button, Group, Menu, Stack, Text } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'

import { read, type Schemas } from '../../api/client'
import { type Cell, whole } from '../../api/format'
import { useCatalog, useContract } from '../../api/queries'
import { MoreButton } from '../../components/more-button'
import { Grid } from '../../components/grid'
import { NoRows } from '../../components/no-rows'
import { Panel } from '../../components/panel'
import { Answered, Empty, Failed } from '../../components/states'
import { Story } from '../../components/story'
import { columnFormats, useUnits } from '../../formats/columns'
import { day } from '../../formats/moments'
import { RowFilterBar } from './row-filter-bar'
import { byPriority, readConditions, written } from './row-filters'
import { rowQuery } from './row-query'

interface Asked {
  sort: string
  filters: string[]
}

/** The first page is small, so that its rows are there within a second; the others are read while one scrolls. */
const FIRST_ROWS = 200
const NO_KEYS: ReadonlySet<string> = new Set()

/** The rows of a table: filters, order and the opened row are in the address. */
export function TableRows({ system, table }: { system: string; table: string }) {
  const [search, setSearch] = useSearchParams()
  const asked = { sort: search.get('sort') ?? '', filters: search.getAll('filter') }
  const contract = useContract('prod', table)
  const pages = useRows(system, table, asked)
  const columns = contract.data?.column_list ?? []
  const conditions = readConditions(asked.filters)
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
              />
            )
          return asked.filters.length > 0 ? (
            <Empty>No row fits the filter. Change or clear it.</Empty>
          ) : (
            <NoRows system={system} table={table} />
          )
        }}
      </Answered>
    </Panel>
  )
}

const addressOf = (system: string, table: string): string =>
  `/v1/systems/${encodeURIComponent(system)}/tables/${encodeURIComponent(table)}`

const useRows = (system: string, table: string, { sort, filters }: Asked) =>
  useInfiniteQuery({
    queryKey: ['rows', system, table, sort, filters],
    queryFn: ({ pageParam }) =>
      read<Schemas['Rows']>(`${addressOf(system, table)}/rows`, {
        query: { limit: pageParam ? 1000 : FIRST_ROWS, cursor: pageParam, sort, filter: filters },
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
    placeholderData: keepPreviousData,
  })

function Downloads({ system, table, asked }: { system: string; table: string; asked: Asked }) {
  const file = useMutation({
    mutationFn: (format: string) =>
      read<Schemas['Download']>(`${addressOf(system, table)}/download`, {
        method: 'POST',
        query: { format, sort: asked.sort, filter: asked.filters },
      }),
    onSuccess: ({ url }) => window.location.assign(url),
  })
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="compact-sm" variant="default" loading={file.isPending}>
            Download
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => file.mutate('csv')}>CSV, for Excel</Menu.Item>
          <Menu.Item onClick={() => file.mutate('parquet')}>Parquet, for programs</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {file.error ? <Failed error={file.error} what="The download" isAction /> : null}
    </>
  )
}

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
}

function Found({ pages, contract, table, asked, opened, onSort, onOpen }: FoundProps) {
  const data = pages.data?.pages
  const rows = useMemo(() => data?.flatMap((page) => page.rows) ?? [], [data])
  const sent = data?.[0]?.columns
  const keys = useMemo(() => keysOf(contract), [contract])
  const columns = useMemo(() => byPriority(sent ?? [], keys), [sent, keys])
  const units = useUnits(table)
  const formats = useMemo(() => columnFormats(columns, units), [columns, units])
  const places = useMemo(
    () => columns.map(({ name }) => sent?.findIndex((column) => column.name === name) ?? 0),
    [columns, sent],
  )
  const ordered = useMemo(() => rows.map((row) => places.map((place) => row[place] ?? null)), [rows, places])
  // The key columns are the first ones.
  const keyOf = (row: Cell[] | undefined): string => JSON.stringify(row?.slice(0, Math.max(keys.size, 1)))
  const row = opened ? ordered.find((each) => keyOf(each) === opened) : undefined
  return (
    <Stack gap="xs">
      <Grid
        columns={columns}
        rows={{ length: ordered.length, at: (index) => ordered[index] }}
        label={table}
        height={520}
        formats={formats}
        pinned={Math.min(Math.max(keys.size, 1), 2)}
        sort={asked.sort}
        onSort={onSort}
        onOpen={(index) => onOpen(keyOf(ordered[index]))}
        isComplete={!pages.hasNextPage}
        onNearEnd={() => !pages.isFetchingNextPage && void pages.fetchNextPage()}
      />
      <Group gap="xs">
        <Text size="sm" className="muted">
          {whole(rows.length)} of {whole(data?.[0]?.total ?? rows.length)} rows
        </Text>
        <MoreButton pages={pages}>Load more</MoreButton>
      </Group>
      {row ? (
        <RowStory table={table} columns={columns} row={row} contract={contract} onClose={() => onOpen('')} />
      ) : null}
    </Stack>
  )
}

const keysOf = (contract: Schemas['ContractDetail'] | undefined): ReadonlySet<string> =>
  contract
    ? new Set(contract.column_list.filter((column) => column.primary_key).map(({ name }) => name))
    : NO_KEYS

interface RowStoryProps {
  table: string
  columns: Schemas['ResultColumn'][]
  row: Cell[]
  contract: Schemas['ContractDetail'] | undefined
  onClose: () => void
}

/** Everything about one row: its values in words and with all of their digits, what each is, and its statement. */
function RowStory({ table, columns, row, contract, onClose }: RowStoryProps) {
  const units = useUnits(table)
  const catalog = useCatalog().data?.tables.find(({ name }) => name === table)
  const keys = [...keysOf(contract)]
  const formats = columnFormats(columns, units)
  const about = new Map(contract?.column_list.map((column) => [column.name, column.description]))
  const title = keys.length > 0 ? keys : columns.slice(0, 1).map(({ name }) => name)
  const textOf = (name: string): string => {
    const place = columns.findIndex((column) => column.name === name)
    return formats[place]?.text(row[place] ?? null) ?? ''
  }
  const facts = columns.map(({ name }, place) => ({
    name: formats[place]?.heading ?? name,
    text: textOf(name),
    exact: row[place] == null ? '' : String(row[place]),
    about: about.get(name) ?? '',
  }))
  const asOf = columns.findIndex(({ name }) => name === 'as_of')
  return (
    <Story title={title.map(textOf).join(' · ')} facts={facts} onClose={onClose}>
      <Text size="sm" mt="md" className="muted">
        {asOf >= 0 && row[asOf] ? `As of ${day(String(row[asOf]))}. ` : ''}
        {catalog ? (
          <Anchor inherit href={rowQuery(catalog, columns, row, title)}>
            Ask about this row in SQL
          </Anchor>
        ) : null}
      </Text>
    </Story>
  )
}
