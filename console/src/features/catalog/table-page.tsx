import { Anchor, Button, Group, Stack, Table, Text, TextInput } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useParams, useSearchParams } from 'react-router'

import { read, type Schemas } from '../../api/client'
import { count, time, whole } from '../../api/format'
import { useContract, useLineage, useTable } from '../../api/queries'
import { Grid } from '../../components/grid'
import { NoRows } from '../../components/no-rows'
import { PageTitle, Panel } from '../../components/panel'
import { Answered, Empty, Failed } from '../../components/states'
import { heading } from '../../formats/words'
import { ColumnLineagePanel } from './column-lineage'
import { ContractView } from './dataset-page'

export function TablePage() {
  const { system = '', table = '' } = useParams()
  const detail = useTable(system, table)
  const contract = useContract('prod', table)
  return (
    <Stack gap="md">
      <div>
        <PageTitle>{heading(table)}</PageTitle>
        {detail.data ? (
          <Text size="sm" className="muted">
            {count(detail.data.rows, 'row')}
            {detail.data.as_of ? `, as of ${detail.data.as_of}` : ''}
            {detail.data.snapshot_id ? `, snapshot ${detail.data.snapshot_id}` : ''}
          </Text>
        ) : null}
      </div>
      <Rows system={system} table={table} />
      <Panel title="Contract">
        <Answered of={contract} what="the contract">
          {(found) => <ContractView contract={found} />}
        </Answered>
      </Panel>
      <Panel title="Lineage: what the table was built from">
        <Answered of={detail} what="the lineage">
          {(found) => (found.snapshot_id ? <LineageView table={table} /> : <NoLineage />)}
        </Answered>
      </Panel>
      <ColumnLineagePanel table={table} />
    </Stack>
  )
}

function Rows({ system, table }: { system: string; table: string }) {
  const [search, setSearch] = useSearchParams()
  const asked = { sort: search.get('sort') ?? '', filter: search.get('filter') ?? '' }
  const [sort, setSort] = useState(asked.sort)
  const [filter, setFilter] = useState(asked.filter)
  const address = `/v1/systems/${encodeURIComponent(system)}/tables/${encodeURIComponent(table)}`
  const pages = useInfiniteQuery({
    queryKey: ['rows', system, table, asked],
    queryFn: ({ pageParam }) =>
      read<Schemas['Rows']>(`${address}/rows`, {
        query: {
          limit: 1000,
          cursor: pageParam,
          sort: asked.sort,
          filter: asked.filter ? [asked.filter] : undefined,
        },
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
    placeholderData: keepPreviousData,
  })
  const file = useMutation({
    mutationFn: (format: string) =>
      read<Schemas['Download']>(`${address}/download`, {
        method: 'POST',
        query: { format, sort: asked.sort, filter: asked.filter ? [asked.filter] : undefined },
      }),
    onSuccess: (found) => window.location.assign(found.url),
  })
  return (
    <Panel
      title="Rows"
      actions={
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="default"
            loading={file.isPending}
            onClick={() => file.mutate('csv')}
          >
            Download CSV
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => file.mutate('parquet')}>
            Download Parquet
          </Button>
        </Group>
      }
    >
      {file.error ? <Failed error={file.error} what="The download" isAction /> : null}
      <Group
        component="form"
        gap="xs"
        mb="xs"
        onSubmit={(event: React.FormEvent) => {
          event.preventDefault()
          setSearch({ ...(filter ? { filter } : {}), ...(sort ? { sort } : {}) }, { replace: true })
        }}
      >
        <TextInput
          size="xs"
          label="Filter"
          placeholder="column:eq:value"
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
        <TextInput
          size="xs"
          label="Sort"
          placeholder="-column"
          value={sort}
          onChange={(event) => setSort(event.currentTarget.value)}
        />
        <Button type="submit" size="xs" variant="default" mt="lg">
          Apply
        </Button>
      </Group>
      <Answered of={pages} what="the rows">
        {(found) => {
          const rows = found.pages.flatMap((page) => page.rows)
          const columns = found.pages[0]?.columns ?? []
          if (rows.length === 0)
            return asked.filter ? (
              <Empty>No row fits the filter. Change or clear it.</Empty>
            ) : (
              <NoRows system={system} table={table} />
            )
          return (
            <Stack gap="xs">
              <Grid
                columns={columns}
                rows={{ length: rows.length, at: (index) => rows[index] }}
                label={table}
                isComplete={!pages.hasNextPage}
                onNearEnd={() => !pages.isFetchingNextPage && void pages.fetchNextPage()}
              />
              <Group>
                <Text size="sm">
                  {whole(rows.length)} of {whole(found.pages[0]?.total ?? rows.length)} rows
                </Text>
                {pages.hasNextPage ? (
                  <Button
                    size="compact-sm"
                    variant="default"
                    loading={pages.isFetchingNextPage}
                    onClick={() => void pages.fetchNextPage()}
                  >
                    Load more
                  </Button>
                ) : null}
              </Group>
            </Stack>
          )
        }}
      </Answered>
    </Panel>
  )
}

function NoLineage() {
  return (
    <Empty>No run has recorded what this table was built from. The next run that publishes it does.</Empty>
  )
}

function LineageView({ table }: { table: string }) {
  const lineage = useLineage(table)
  return (
    <Answered of={lineage} what="the lineage">
      {(found) =>
        found.datasets.length === 0 ? (
          <NoLineage />
        ) : (
          <Table fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>dataset</Table.Th>
                <Table.Th className="number">rows</Table.Th>
                <Table.Th className="number">files</Table.Th>
                <Table.Th>newest file</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {found.datasets.map((one) => {
                const newest = one.files[0]
                return (
                  <Table.Tr key={one.dataset}>
                    <Table.Td className="any-text">
                      <Anchor size="sm" href={`#/datasets/${encodeURIComponent(one.dataset)}`}>
                        {one.dataset}
                      </Anchor>
                    </Table.Td>
                    <Table.Td className="number">{whole(one.rows)}</Table.Td>
                    <Table.Td className="number">{whole(one.file_count)}</Table.Td>
                    <Table.Td className="any-text">
                      {newest ? (
                        <Anchor size="sm" href={`#/files/${encodeURIComponent(newest.file_id)}`}>
                          {newest.key} ({time(newest.received_at)})
                        </Anchor>
                      ) : (
                        '–'
                      )}
                    </Table.Td>
                  </Table.Tr>
                )
              })}
            </Table.Tbody>
          </Table>
        )
      }
    </Answered>
  )
}
