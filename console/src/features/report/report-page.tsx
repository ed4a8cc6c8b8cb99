import { Anchor, Button, Grid as Columns, Group, Stack, Text, Title } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { flushSync } from 'react-dom'

import type { Schemas } from '../../api/client'
import { count } from '../../api/format'
import { PageTitle } from '../../components/panel'
import { Answered, Empty } from '../../components/states'
import { PHONE } from '../../components/widths'
import { day, moment } from '../../formats/moments'
import { Figures } from '../dashboards/figures'
import { narrowed } from '../dashboards/filters'
import { PanelView } from '../dashboards/panel-view'
import { useDashboards } from '../dashboards/queries'
import { useHealth } from '../lake/queries'
import { Headlines } from '../morning/headlines'
import { LastNight } from '../morning/last-night'
import { useOpen } from '../work/open-items'
import { Unusual } from '../morning/unusual'

/** The whole lake on one page, to read and to print: in short, what is unusual, and the figures of every system with the evidence behind them. */
export function ReportPage() {
  const boards = useDashboards()
  const asOf = useHealth().data?.as_of
  const isPhone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false }) ?? false
  const [madeAt] = useState(() => new Date().toISOString().slice(0, 19))
  const [isOpen, setOpen] = useState(false)
  const [isPrinting, setPrinting] = useState(false)
  usePrint(isPrinting, () => setPrinting(false))
  // Who prints by the browser's own command prints the evidence that is loaded, and no closed fold.
  useEffect(() => {
    const open = () => flushSync(() => setOpen(true))
    window.addEventListener('beforeprint', open)
    return () => window.removeEventListener('beforeprint', open)
  }, [])
  const print = () => {
    setOpen(true)
    setPrinting(true)
  }
  return (
    <Stack gap="md">
      <Group justify="space-between" align="end" gap="sm">
        <div>
          <PageTitle>Report</PageTitle>
          <Text size="sm" className="muted">
            Made {moment(madeAt)}
            {asOf ? `, data as of ${day(asOf)}` : ''}
          </Text>
        </div>
        <Group gap="xs" className="not-printed">
          <Button size="compact-sm" variant="default" onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Hide the evidence' : 'Show all evidence'}
          </Button>
          <Button size="compact-sm" onClick={print} loading={isPrinting} loaderProps={{ type: 'dots' }}>
            Print or save as PDF
          </Button>
        </Group>
      </Group>
      <Headlines title="In short" hasActions />
      <Columns gap="md">
        <Columns.Col span={{ base: 12, lg: 7 }}>
          <LastNight />
        </Columns.Col>
        <Columns.Col span={{ base: 12, lg: 5 }}>
          <Unusual isReport />
        </Columns.Col>
      </Columns>
      <Answered of={boards} what="the dashboards">
        {({ dashboards }) => {
          const systems = dashboards.filter((board) => !board.written_by)
          return systems.length === 0 ? (
            <Empty>
              The report has the figures of dashboards, and this lake has none.{' '}
              <Anchor href="#/query">Ask a question and save it for a dashboard</Anchor>
            </Empty>
          ) : (
            <Stack gap={isPhone ? 'xs' : 'md'}>
              {systems.map((board) => (
                <System key={board.system} board={board} isOpen={isOpen} isPhone={isPhone} />
              ))}
            </Stack>
          )
        }}
      </Answered>
    </Stack>
  )
}

const PRINT_POLL_MS = 250
const QUIET_PRINT_POLLS = 4
const MAX_PRINT_POLLS = 480
const LOADING = 'main [aria-busy="true"], main .waiting, main .mantine-Skeleton-root'

/** Prints once nothing on the page was read for a second, as one part asks for the next; at most after two minutes. */
function usePrint(isPrinting: boolean, onPrinted: () => void): void {
  const queries = useQueryClient()
  useEffect(() => {
    if (!isPrinting) return
    let polls = 0
    let quiet = 0
    const timer = setInterval(() => {
      polls += 1
      quiet = queries.isFetching() > 0 || document.querySelector(LOADING) ? 0 : quiet + 1
      if (quiet < QUIET_PRINT_POLLS && polls < MAX_PRINT_POLLS) return
      clearInterval(timer)
      onPrinted()
      window.print()
    }, PRINT_POLL_MS)
    return () => clearInterval(timer)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each time that somebody prints
  }, [isPrinting])
}

/** The further figures of a system, and its charts and tables once somebody opens them. Its first figure is at the head of the report; a phone has all others, and the heading, in one line that opens. */
function System({
  board: ofRun,
  isOpen,
  isPhone,
}: {
  board: Schemas['Dashboard']
  isOpen: boolean
  isPhone: boolean
}) {
  const [wasOpened, setOpened] = useState(false)
  const open = useOpen(ofRun.queues)
  const board = open ? { ...ofRun, panels: ofRun.panels.map(open) } : ofRun
  // Nothing is asked before the page knows what was decided.
  const whole = (panel: Schemas['Panel']) => {
    const of = narrowed(panel, [], {}, [])
    return open ? of : { ...of, sql: '' }
  }
  const others = board.panels.filter(({ kind }) => kind !== 'kpi')
  const further = board.panels.filter(({ kind }) => kind === 'kpi').slice(1)
  const figures = <Figures panels={further} ownerOf={() => board} narrowedBy={whole} />
  const heading = (
    <Title order={2} size={isPhone ? 'h6' : 'h4'} className={isPhone ? 'fold-heading' : undefined}>
      {board.title}
    </Title>
  )
  const link = (
    <Anchor size="sm" className="not-printed" href={`#/dashboards/${encodeURIComponent(board.system)}`}>
      Open the dashboard
    </Anchor>
  )
  return (
    <Stack gap="sm" component="section" aria-label={board.title}>
      {isPhone ? null : (
        <Group gap="sm" align="baseline">
          {heading}
          {link}
        </Group>
      )}
      {isPhone ? null : figures}
      <details
        key={String(isOpen)}
        open={isOpen}
        className="panel folded"
        onToggle={({ currentTarget }) => setOpened(wasOpened || currentTarget.open)}
      >
        <summary>
          {isPhone ? heading : null}
          {isPhone
            ? count(further.length + others.length, 'further panel')
            : `${others.length} charts and tables, each with what to do`}
        </summary>
        {wasOpened || isOpen ? (
          <Stack gap="sm" p="sm">
            {isPhone ? link : null}
            {isPhone ? figures : null}
            {others.map((panel) => (
              <PanelView key={panel.name} panel={panel} board={board} narrowed={whole(panel)} />
            ))}
          </Stack>
        ) : null}
      </details>
    </Stack>
  )
}
