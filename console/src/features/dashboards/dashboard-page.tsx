import { Anchor, Box, Grid as Columns, Group, Stack, Text } from '@mantine/core'
import { Link, useParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { figure } from '../../api/format'
import { useDashboards, useResult } from '../../api/queries'
import { NoRows } from '../../components/no-rows'
import { PageTitle } from '../../components/panel'
import { Answered, Empty, Failed } from '../../components/states'
import { PanelView } from './panel-view'

export function DashboardPage() {
  const { system } = useParams()
  const boards = useDashboards()
  return (
    <>
      {boards.data ? null : <PageTitle>Dashboards</PageTitle>}
      <Answered of={boards} what="the dashboards">
        {({ dashboards }) => {
          const board =
            dashboards.find((one) => one.system === system) ?? (system ? undefined : dashboards[0])
          return (
            <Stack gap="md">
              {dashboards.length ? <Boards boards={dashboards} shown={board} /> : null}
              {board ? <Board board={board} key={board.system} /> : <NoBoard system={system} />}
            </Stack>
          )
        }}
      </Answered>
    </>
  )
}

function Boards({
  boards,
  shown,
}: {
  boards: Schemas['Dashboard'][]
  shown: Schemas['Dashboard'] | undefined
}) {
  return (
    <Group gap={4} component="nav" aria-label="Dashboards">
      {boards.map((one) => (
        <Link
          key={one.system}
          to={`/dashboards/${one.system}`}
          className="nav-link"
          aria-current={one === shown ? 'page' : undefined}
        >
          {one.title}
        </Link>
      ))}
    </Group>
  )
}

function NoBoard({ system }: { system: string | undefined }) {
  return (
    <>
      <PageTitle>Dashboards</PageTitle>
      <Empty>
        {system ? `There is no dashboard for ${system}.` : 'This lake has no dashboards.'}{' '}
        <Anchor href="#/query">Ask its tables on the page Query</Anchor>, where an answer can be shown as a
        chart, or find them in the <Anchor href="#/catalog">catalog</Anchor>. A dashboard of your own is a
        file in the folder dashboards/ of the project.
      </Empty>
    </>
  )
}

function Board({ board }: { board: Schemas['Dashboard'] }) {
  const figures = board.panels.filter((panel) => panel.kind === 'kpi')
  const others = board.panels.filter((panel) => panel.kind !== 'kpi')
  const halves = others.filter((panel) => panel.kind !== 'fan' && panel.kind !== 'map')
  const wide = new Set(others.filter((panel) => !halves.includes(panel)))
  const last = halves.at(-1)
  if (halves.length % 2 === 1 && last) wide.add(last)
  return (
    <Stack gap="md">
      <PageTitle>{board.title}</PageTitle>
      <Columns gap="sm">
        {figures.map((panel) => (
          <Columns.Col span={{ base: 12, xs: 6, md: 12 / figures.length }} key={panel.name}>
            <Kpi panel={panel} system={board.system} />
          </Columns.Col>
        ))}
      </Columns>
      <Columns gap="md">
        {others.map((panel) => (
          <Columns.Col span={{ base: 12, lg: wide.has(panel) ? 12 : 6 }} key={panel.name}>
            <PanelView panel={panel} system={board.system} />
          </Columns.Col>
        ))}
      </Columns>
    </Stack>
  )
}

function Kpi({ panel, system }: { panel: Schemas['Panel']; system: string }) {
  const result = useResult(panel.sql)
  const row = result.data?.rows[0]
  const at = (name: string) =>
    row?.[result.data?.columns.findIndex((column) => column.name === name) ?? -1] ?? null
  return (
    <Box
      className="panel"
      p="sm"
      component="section"
      aria-label={panel.question}
      h="100%"
      aria-busy={result.isPending}
    >
      <Text size="sm" className="muted">
        {panel.question}
      </Text>
      {result.error ? (
        <Failed error={result.error} what="The figure" onRetry={() => void result.refetch()} />
      ) : (
        <>
          <Text fz={28} fw={600} lh={1.2} data-testid={`figure-${panel.name}`}>
            {result.isPending ? '…' : figure(at('value'), panel.unit)}
          </Text>
          {result.data && at('value') === null ? (
            typeof at('reason') === 'string' ? (
              <Text size="sm">{at('reason')}</Text>
            ) : (
              <NoRows system={system} table={panel.table} />
            )
          ) : null}
          <Before panel={panel} value={at('value')} before={at('before')} />
        </>
      )}
    </Box>
  )
}

type Value = string | number | boolean | null

function Before({ panel, value, before }: { panel: Schemas['Panel']; value: Value; before: Value }) {
  if (before === null) return null
  if (panel.before_label)
    return (
      <Text size="sm">
        {figure(before, panel.unit)} {panel.before_label}
      </Text>
    )
  const change = Number(before) === 0 ? null : Number(value) / Number(before) - 1
  if (change === null || !Number.isFinite(change)) return null
  const good = change >= 0 === (panel.better === 'higher')
  return (
    <Text
      size="sm"
      c={
        good
          ? 'light-dark(var(--mantine-color-teal-9), var(--mantine-color-teal-4))'
          : 'light-dark(var(--mantine-color-red-9), var(--mantine-color-red-4))'
      }
    >
      {change >= 0 ? '▲' : '▼'} {Math.abs(change * 100).toFixed(1)} % against {figure(before, panel.unit)}{' '}
      before
    </Text>
  )
}
