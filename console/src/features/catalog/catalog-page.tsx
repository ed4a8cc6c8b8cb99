import { Anchor, Group, Stack, Table, Text, TextInput } from '@mantine/core'
import { useSearchParams } from 'react-router'

import { useContracts, useSystems } from './queries'
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
          placeholder="find by name or description"
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
                  version: one.version,
                }))}
            />
          )}
        </Answered>
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

interface RowsProps {
  words: string
  rows: { href: string; name: string; description: string; version?: string }[]
}

/** Datasets or tables with their names in words and in SQL; with words to find, those that have them all. */
function Rows({ words, rows: all }: RowsProps) {
  const rows = all.filter((row) => fits(row, words))
  if (rows.length === 0) return words ? <Empty>Nothing here has these words.</Empty> : null
  return (
    <Table fz="sm" className="named">
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.name}>
            <Table.Td w={{ base: 120, sm: 240 }}>
              <Anchor size="sm" href={row.href} style={{ overflowWrap: 'anywhere' }}>
                {heading(row.name)}
              </Anchor>
              <Text size="xs" className="muted sql">
                {row.name}
              </Text>
            </Table.Td>
            <Table.Td>{row.description.replaceAll('`', '')}</Table.Td>
            <Table.Td className="number muted">{row.version ? `version ${row.version}` : ''}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
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
