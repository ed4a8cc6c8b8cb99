import { Anchor, Stack, Table, Title } from '@mantine/core'

import { useContracts, useDashboards, useSystems } from '../../api/queries'
import { Panel } from '../../components/panel'
import { Answered, Empty } from '../../components/states'

export function CatalogPage() {
  const contracts = useContracts()
  const systems = useSystems()
  return (
    <Stack gap="md">
      <Title order={1} size="h3">
        Catalog
      </Title>
      <Panel title="Datasets that the lake accepts">
        <Answered of={contracts} what="the contracts">
          {(found) => (
            <Rows
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
                <Panel key={system.name} title={system.name} actions={<DashboardLink system={system.name} />}>
                  <Rows
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

function Rows({ rows }: { rows: { href: string; name: string; description: string; version?: string }[] }) {
  return (
    <Table fz="sm" className="named">
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.name}>
            <Table.Td w={{ base: 120, sm: 240 }}>
              <Anchor size="sm" href={row.href} style={{ overflowWrap: 'anywhere' }}>
                {row.name}
              </Anchor>
            </Table.Td>
            <Table.Td>{row.description}</Table.Td>
            <Table.Td className="number">{row.version ?? ''}</Table.Td>
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
