import { Anchor, Group, List, Stack, Table, Text, TextInput } from '@mantine/core'
import { useSearchParams } from 'react-router'

import { tableAddress } from '../../formats/addresses'
import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { day } from '../../formats/moments'
import { searchFor } from '../search/search-for'
import { AskLink } from './ask-link'
import { useCatalog, useContents, useContractDrafts, useContracts, useSystems } from './queries'
import { useDashboards } from '../dashboards/queries'
import { PageTitle, Panel } from '../../components/panel'
import { Answered, Empty } from '../../components/states'
import { useTitleOf } from '../../formats/columns'
import { asWritten } from '../../formats/spelling'
import { heading } from '../../formats/words'
import { bestOf, columnsWith, fits, textOf } from './catalog-words'
import { lineageAddress } from './column-uses'

interface Listed {
  href: string
  name: string
  description: string
}

export function CatalogPage() {
  const contracts = useContracts()
  const systems = useSystems()
  const contents = useContents().data?.tables
  const boards = useDashboards().data?.dashboards ?? []
  const titles = new Map(boards.map((board) => [board.system, board.title]))
  const [search, setSearch] = useSearchParams()
  const typed = search.get('find') ?? ''
  const asks = new Map(contents?.map((table) => [table.name, table.asks]))
  const titleOf = useTitleOf()
  const catalog = useCatalog().data?.tables
  const everyDataset = datasetsOf(contracts.data?.contracts ?? [])
  const everyTable = (systems.data?.systems ?? []).map(({ name, tables }) => ({
    system: name,
    rows: tables.map((table) => ({ ...table, href: tableAddress(name, table.name) })),
  }))
  const withQuestion = (row: Listed) => ({ ...row, asks: asks.get(row.name) })
  const everyRow = [...everyDataset, ...everyTable.flatMap(({ rows }) => rows)].map(withQuestion)
  const words = asWritten(typed, [
    ...everyRow.map(textOf),
    ...(catalog ?? []).flatMap(({ name, columns }) =>
      columns.map((column) => `${column.name.replaceAll('_', ' ')} ${titleOf(name, column.name)}`),
    ),
  ])
  const fitting = (rows: Listed[]) => rows.filter((row) => fits(withQuestion(row), words))
  const datasets = fitting(everyDataset)
  const tables = everyTable.map(({ system, rows }) => ({ system, rows: fitting(rows) }))
  const best = words ? bestOf([...datasets, ...tables.flatMap(({ rows }) => rows)], words) : undefined
  const shown = words ? tables.filter(({ rows }) => rows.length > 0) : tables
  return (
    <Stack gap="md">
      <Group justify="space-between" align="end">
        <PageTitle>Catalog</PageTitle>
        <TextInput
          size="xs"
          aria-label="Find datasets, tables and columns"
          placeholder="find by name, use, question or column"
          w={{ base: '100%', xs: 280 }}
          value={typed}
          onKeyDown={(event) => event.key === 'Enter' && best && window.location.assign(best.href)}
          onChange={(event) =>
            setSearch(event.currentTarget.value ? { find: event.currentTarget.value } : {}, { replace: true })
          }
        />
      </Group>
      {best ? (
        <Text size="sm" role="status">
          {words === typed.trim().toLowerCase() ? '' : `Shown for “${words}”. `}Enter opens{' '}
          <Anchor inherit href={best.href}>
            {heading(best.name)}
          </Anchor>
          .
        </Text>
      ) : null}
      {words && datasets.length === 0 && contracts.data ? null : (
        <Panel title="Datasets that the lake accepts">
          <Answered of={contracts} what="the contracts">
            {() =>
              datasets.length > 0 ? (
                <Rows rows={datasets} />
              ) : (
                <Empty>
                  This lake accepts no dataset yet. A dataset is created from its first file.{' '}
                  <Anchor href="#/upload">Upload one</Anchor>
                </Empty>
              )
            }
          </Answered>
          {words ? null : <RemovedDatasets />}
        </Panel>
      )}
      <Answered of={systems} what="the systems">
        {(answer) =>
          answer.systems.length === 0 ? (
            <Empty>This lake has no system. Add a SQL model to the folder models/ of the project.</Empty>
          ) : (
            shown.map(({ system, rows }) => (
              <Panel
                key={system}
                title={titles.get(system) ?? heading(system.replaceAll('-', '_'))}
                actions={<DashboardLink system={system} />}
              >
                <Rows rows={rows} />
              </Panel>
            ))
          )
        }
      </Answered>
      {words ? (
        <FittingColumns
          words={words}
          isAlone={Boolean(contracts.data && systems.data) && datasets.length + shown.length === 0}
        />
      ) : null}
    </Stack>
  )
}

const datasetsOf = (contracts: Schemas['ContractSummary'][]): Listed[] =>
  contracts
    .filter(({ zone }) => zone === 'source')
    .map(({ name, description }) => ({ href: `#/datasets/${encodeURIComponent(name)}`, name, description }))

/** The most columns that a search lists. */
const MOST_COLUMNS = 24

/** The columns that have the searched words; `isAlone` where no dataset and no table has them. */
function FittingColumns({ words, isAlone }: { words: string; isAlone: boolean }) {
  const catalog = useCatalog()
  const titleOf = useTitleOf()
  const columns = columnsWith(catalog.data?.tables ?? [], words, titleOf)
  if (columns.length === 0)
    return isAlone && catalog.data ? (
      <Empty>
        No dataset, table or column has the words “{words}”. Clear the search to see all of them, or{' '}
        <Anchor component="button" inherit onClick={() => searchFor(words)}>
          search all of the console for “{words}”
        </Anchor>
        .
      </Empty>
    ) : null
  return (
    <Panel
      title={count(columns.length, 'column') + (columns.length === 1 ? ' has' : ' have') + ' these words'}
    >
      <List size="sm" spacing={4}>
        {columns.slice(0, MOST_COLUMNS).map(({ table, column }) => (
          <List.Item key={`${table.system}/${table.name}/${column}`}>
            <Anchor size="sm" href={lineageAddress({ system: table.system, table: table.name, column })}>
              {titleOf(table.name, column)}
            </Anchor>{' '}
            <Text span size="sm" className="muted">
              in {heading(table.name)}
            </Text>
          </List.Item>
        ))}
      </List>
      {columns.length > MOST_COLUMNS ? (
        <Text size="sm" className="muted" mt="xs">
          These are the first {MOST_COLUMNS}. Further words leave fewer.
        </Text>
      ) : null}
    </Panel>
  )
}

/** Datasets that people removed, with the way to their pages, where a removal is taken back. */
function RemovedDatasets() {
  const drafts = useContractDrafts().data?.drafts ?? []
  const removed = drafts.filter((draft) => draft.removed_by && !draft.is_in_use)
  if (removed.length === 0) return null
  return (
    <Text size="sm" className="muted" mt="xs">
      Removed, and can be taken back:{' '}
      {removed.map((draft, place) => (
        <span key={draft.dataset}>
          {place > 0 ? ', ' : ''}
          <Anchor inherit href={`#/datasets/${encodeURIComponent(draft.dataset)}`}>
            {heading(draft.dataset)}
          </Anchor>
        </span>
      ))}
    </Text>
  )
}

/** Datasets or tables with their names in words and in SQL, what is in them, and a question to begin with. */
function Rows({ rows }: { rows: Listed[] }) {
  const contents = useContents()
  const of = new Map(contents.data?.tables.map((table) => [table.name, table]))
  if (rows.length === 0) return null
  return (
    <Table fz="sm" className="named">
      <Table.Thead visibleFrom="sm">
        <Table.Tr>
          <Table.Th>name</Table.Th>
          <Table.Th>what it is for</Table.Th>
          <Table.Th className="number">rows</Table.Th>
          <Table.Th className="number">as of</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <CatalogRow key={row.name} {...row} contents={of.get(row.name)} />
        ))}
      </Table.Tbody>
    </Table>
  )
}

interface RowProps {
  href: string
  name: string
  description: string
  contents: Schemas['TableContents'] | undefined
}

function CatalogRow({ href, name, description, contents }: RowProps) {
  const asOf = contents?.as_of ? day(contents.as_of) : '–'
  return (
    <Table.Tr>
      <Table.Td w={{ base: 120, sm: 240 }}>
        <Anchor size="sm" href={href} style={{ overflowWrap: 'anywhere' }}>
          {heading(name)}
        </Anchor>
        <Text size="xs" className="muted sql">
          {name}
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{description.replaceAll('`', '')}</Text>
        <AskLink name={name} contents={contents} />
        <Text size="xs" className="muted" hiddenFrom="sm">
          {contents
            ? contents.rows > 0
              ? `${count(contents.rows, 'row')}, as of ${asOf}`
              : 'no rows yet'
            : ''}
        </Text>
      </Table.Td>
      <Table.Td className="number" visibleFrom="sm" w={110}>
        {contents ? (
          contents.rows > 0 ? (
            whole(contents.rows)
          ) : (
            <span className="muted">no rows yet</span>
          )
        ) : (
          ''
        )}
      </Table.Td>
      <Table.Td className="number" visibleFrom="sm" w={120}>
        {contents ? asOf : ''}
      </Table.Td>
    </Table.Tr>
  )
}

function DashboardLink({ system }: { system: string }) {
  const boards = useDashboards()
  if (!boards.data?.dashboards.some((one) => one.system === system)) return null
  return (
    <Anchor size="sm" href={`#/dashboards/${system}`}>
      dashboard
    </Anchor>
  )
}
