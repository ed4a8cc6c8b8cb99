import { Anchor, Group, Stack, Table, Text, TextInput } from '@mantine/core'
import { useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { day } from '../../formats/moments'
import { AskLink } from './ask-link'
import { useContents, useContractDrafts, useContracts, useSystems } from './queries'
import { useDashboards } from '../dashboards/queries'
import { PageTitle, Panel } from '../../components/panel'
import { Answered, Empty } from '../../components/states'
import { heading } from '../../formats/words'
import { fits } from './catalog-words'

export function CatalogPage() {
  const contracts = useContracts()
  const systems = useSystems()
  const boards = useDashboards().data?.dashboards ?? []
  const titles = new Map(boards.map((board) => [board.system, board.title]))
  const [search, setSearch] = useSearchParams()
  const words = search.get('find') ?? ''
  return (
    <Stack gap="md">
      <Group justify="space-between" align="end">
        <PageTitle>Catalog</PageTitle>
        <TextInput
          size="xs"
          aria-label="Find datasets and tables"
          placeholder="find by name, use or question"
          w={{ base: '100%', xs: 280 }}
          value={words}
          onChange={(event) =>
            setSearch(event.currentTarget.value ? { find: event.currentTarget.value } : {}, { replace: true })
          }
        />
      </Group>
      <Panel title="Datasets that the lake accepts">
        <Answered of={contracts} what="the contracts">
          {(found) => (
            <Rows
              words={words}
              rows={found.contracts
                .filter((one) => one.zone === 'source')
                .map((one) => ({
                  href: `#/datasets/${encodeURIComponent(one.name)}`,
                  name: one.name,
                  description: one.description,
                }))}
            />
          )}
        </Answered>
        <RemovedDatasets />
      </Panel>
      <Answered of={systems} what="the systems">
        {(found) =>
          found.systems.length === 0 ? (
            <Empty>This lake has no system. Add a SQL model to the folder models/ of the project.</Empty>
          ) : (
            <>
              {found.systems.map((system) => (
                <Panel
                  key={system.name}
                  title={titles.get(system.name) ?? heading(system.name.replaceAll('-', '_'))}
                  actions={<DashboardLink system={system.name} />}
                >
                  <Rows
                    words={words}
                    rows={system.tables.map((table) => ({
                      href: `#/tables/${system.name}/${table.name}`,
                      name: table.name,
                      description: table.description,
                    }))}
                  />
                </Panel>
              ))}
            </>
          )
        }
      </Answered>
    </Stack>
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

interface RowsProps {
  words: string
  rows: { href: string; name: string; description: string }[]
}

/** Datasets or tables with their names in words and in SQL, what is in them, and a question to begin with. */
function Rows({ words, rows: all }: RowsProps) {
  const contents = useContents()
  const of = new Map(contents.data?.tables.map((one) => [one.name, one]))
  const rows = all.filter((row) => fits({ ...row, asks: of.get(row.name)?.asks }, words))
  if (rows.length === 0) return words ? <Empty>Nothing here has these words.</Empty> : null
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
