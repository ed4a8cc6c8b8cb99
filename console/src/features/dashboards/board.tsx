import { Grid as Columns, Group, Stack } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { useCatalog } from '../../api/queries'
import { PageTitle } from '../../components/panel'
import { Waiting } from '../../components/states'
import { FilterBar, useChosen } from './filter-bar'
import { filteredSql } from './filters'
import { Kpi } from './kpi'
import { PanelView } from './panel-view'

/** The panels of one system: figures first, a chart over time in full width, the others in two columns. */
export function Board({ board }: { board: Schemas['Dashboard'] }) {
  const catalog = useCatalog()
  const chosen = useChosen(board.filters)
  const isFiltered = Object.values(chosen).some(Boolean)
  const sqlOf = (panel: Schemas['Panel']): string =>
    isFiltered ? filteredSql(panel, board.filters, chosen, catalog.data?.tables ?? []) : panel.sql
  const figures = board.panels.filter((panel) => panel.kind === 'kpi')
  const others = board.panels.filter((panel) => panel.kind !== 'kpi')
  const wide = wideOf(others)
  return (
    <Stack gap="md">
      <Group justify="space-between" align="end" gap="sm">
        <PageTitle>{board.title}</PageTitle>
        <FilterBar filters={board.filters} chosen={chosen} />
      </Group>
      {isFiltered && catalog.isPending ? (
        <Waiting what="the tables" />
      ) : (
        <>
          <Columns gap="sm">
            {figures.map((panel) => (
              <Columns.Col span={{ base: 12, xs: 6, md: 12 / figures.length }} key={panel.name}>
                <Kpi panel={panel} board={board} sql={sqlOf(panel)} />
              </Columns.Col>
            ))}
          </Columns>
          <Columns gap="md">
            {others.map((panel) => (
              <Columns.Col span={{ base: 12, lg: wide.has(panel) ? 12 : 6 }} key={panel.name}>
                <PanelView panel={panel} board={board} sql={sqlOf(panel)} />
              </Columns.Col>
            ))}
          </Columns>
        </>
      )}
    </Stack>
  )
}

/** The panels that take both columns: intervals over time, and the last one of an odd number. */
function wideOf(panels: Schemas['Panel'][]): Set<Schemas['Panel']> {
  const halves = panels.filter((panel) => panel.kind !== 'fan')
  const wide = new Set(panels.filter((panel) => panel.kind === 'fan'))
  const last = halves.at(-1)
  if (halves.length % 2 === 1 && last) wide.add(last)
  return wide
}
