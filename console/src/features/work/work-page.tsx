import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { useMemo } from 'react'
import { Link, Navigate, useParams, useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { useCatalog } from '../catalog/queries'
import { useChosen, useClearFilters } from '../dashboards/filter-bar'
import { narrowed } from '../dashboards/filters'
import { IgnoredFilters } from '../dashboards/ignored-filters'
import { useDashboards } from '../dashboards/queries'
import { UnknownFilters } from '../dashboards/unknown-filters'
import { leavesNothing, useUnknownValues } from '../dashboards/unknown-values'
import { useResult } from '../query/results'
import { NoRows } from '../../components/no-rows'
import { NothingHere } from '../../components/nothing-here'
import { PageTitle, Panel } from '../../components/panel'
import { Answered, Empty, Waiting } from '../../components/states'
import { Tabs } from '../../components/tabs'
import { unitsOfPanels } from '../dashboards/panel-units'
import { TrustLine } from '../dashboards/trust-line'
import { alertedChecks, LakeAlert } from '../lake/lake-alert'
import { useHealth, useQuarantine } from '../lake/queries'
import { byAmount } from '../morning/file-tasks'
import { OwnAlerts } from '../mails/own-alerts'
import { ACKNOWLEDGE, alertItems, ALERTS, openAlerts } from './alerts'
import { Decided } from './decided'
import { useRaisedAlerts } from './use-raised-alerts'
import { WatchedFigures } from './watched-figures'
import { keptCount, useKeptCount } from './kept-counts'
import { useLeftItems } from './left-items'
import { type OpenItems, useDecisions, useOpenItems } from './queries'
import { QueueList } from './queue-list'
import { QueueMissing, useMissing } from './queue-missing'
import { orderWords, queueItems, type Shown, shownBy, unlistedOf, valueLabel } from './queue-state'
import { RowsToFix } from './rows-to-fix'

const FILES = 'files'
const NO_BOARDS: Schemas['Dashboard'][] = []
const NO_TABLES: Schemas['CatalogTable'][] = []
const OF_ALERTS = {
  name: ALERTS,
  table: '',
  unit: '',
  nothing: 'No alert of these figures is open.',
  actions: [
    {
      name: ACKNOWLEDGE,
      label: 'Acknowledge',
      key: 'a',
      meaning: 'seen; it comes back when its value changes',
      returns_after_days: 0,
      note_prompt: '',
    },
  ],
}

/** Everything that a person is to decide about, one queue at a time. */
export function WorkPage() {
  const { queue } = useParams()
  const ofDataset = useSearchParams()[0].get('dataset') ?? ''
  const boards = useDashboards()
  const all = (boards.data?.dashboards ?? NO_BOARDS).flatMap((board) =>
    board.queues.map((one) => ({ board, queue: one })),
  )
  const open = useOpenItems(
    all.map((one) => one.queue),
    !queue,
  )
  const shown =
    all.find((one) => one.queue.name === queue) ?? all.find((one) => addressOf(one.queue.title) === queue)
  // The others are counted after the queue that a person opened, and once in a tab.
  const isRead = boards.data !== undefined && (!shown || open.has(shown.queue.name))
  useOpenItems(
    all.map((one) => one.queue).filter(({ name }) => keptCount(name) === undefined),
    Boolean(queue) && isRead,
  )
  const toDo = firstToDo(
    all.map((one) => one.queue),
    open,
  )
  const isAlerts = queue === ALERTS
  const isFiles = queue === FILES || (!queue && boards.data !== undefined && all.length === 0)
  // Chosen once, by the address: who decides the last item of a queue stays there.
  if (!queue && toDo) return <Navigate to={`/work/${encodeURIComponent(toDo)}`} replace />
  return (
    <Stack gap="md">
      <PageTitle>{isFiles ? 'Rows to fix' : isAlerts ? 'Alerts' : (shown?.queue.title ?? 'Work')}</PageTitle>
      <Answered of={boards} what="the queues">
        {({ dashboards }) => (
          <>
            <Tabs label="Queues">
              {all.map((one) => (
                <QueueLink
                  key={one.queue.name}
                  to={one.queue.name}
                  title={one.queue.title}
                  items={open.get(one.queue.name)?.items}
                  isShown={one === shown}
                />
              ))}
              <AlertsLink boards={dashboards} isShown={isAlerts} isCounted={isRead} />
              <FilesLink isShown={isFiles} />
            </Tabs>
            {isFiles ? (
              <RowsToFix key={ofDataset} dataset={ofDataset} />
            ) : isAlerts ? (
              <Alerts boards={dashboards} />
            ) : shown ? (
              <Queue key={shown.queue.name} board={shown.board} queue={shown.queue} />
            ) : queue ? (
              <NothingHere what="queue" name={queue} />
            ) : (
              <Waiting what="the queues" />
            )}
          </>
        )}
      </Answered>
    </Stack>
  )
}

/** The address that a person would type for a title: `Searches in vain` is `searches_in_vain`. */
const addressOf = (title: string): string => title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '_')

/** The queue with open items that has the largest amount, as the page Morning lists them, or the first one where nothing is open; undefined until all are read. */
function firstToDo(queues: { name: string }[], open: ReadonlyMap<string, OpenItems>): string | undefined {
  if (queues.some(({ name }) => !open.has(name))) return undefined
  const amounts = Object.fromEntries([...open].map(([name, { atStake }]) => [name, atStake]))
  const [first] = byAmount(
    queues.filter(({ name }) => open.get(name)?.items),
    amounts,
  )
  return (first ?? queues[0])?.name
}

const withItems = (title: string, items: number): string => (items > 0 ? `${title} (${whole(items)})` : title)

const whileCounting = (title: string): string => `${title} (…)`

const withFiles = (title: string, files: number): string =>
  files > 0 ? `${title} (${count(files, 'file')})` : title

interface LinkProps {
  to: string
  title: string
  /** How many items are open; undefined until that is known. */
  items: number | undefined
  isShown: boolean
  counted?: (title: string, items: number) => string
}

/** The way to a queue, with the number of its open items. */
function QueueLink({ to, title, items, isShown, counted = withItems }: LinkProps) {
  const shown = useKeptCount(to, items)
  return (
    <Link to={`/work/${to}`} className="nav-link" aria-current={isShown ? 'page' : undefined}>
      {shown === undefined ? whileCounting(title) : counted(title, shown)}
    </Link>
  )
}

interface AlertsProps {
  boards: Schemas['Dashboard'][]
  isShown: boolean
  /** Whether they are counted now: statements cost, so this is once in a tab, after the page's own. */
  isCounted: boolean
}

/** The alerts with the number of open ones. */
function AlertsLink({ boards, isShown, isCounted }: AlertsProps) {
  const { raised, answers } = useRaisedAlerts(
    boards,
    isShown || (isCounted && keptCount(ALERTS) === undefined),
  )
  const decided = useDecisions(ALERTS).data
  const health = useHealth().data
  const open =
    decided && health && answers.every(({ data }) => data)
      ? openAlerts(raised, decided.decisions).length + alertedChecks(health.checks).length
      : undefined
  return <QueueLink to={ALERTS} title="Alerts" items={open} isShown={isShown} />
}

/** Files are counted: one that needs a decision has no refused rows yet. */
function FilesLink({ isShown }: { isShown: boolean }) {
  const files = useQuarantine().data?.files_waiting
  return <QueueLink to={FILES} title="Rows to fix" items={files} isShown={isShown} counted={withFiles} />
}

/** The figures above their limits, and who acknowledged which before. */
function Alerts({ boards }: { boards: Schemas['Dashboard'][] }) {
  const { figures, answers, raised } = useRaisedAlerts(boards)
  const decisions = useDecisions(ALERTS)
  const opening = useOpened()
  const [search, setSearch] = useSearchParams()
  const unread = answers.find(({ data }) => !data)
  const list = (
    <Answered of={decisions} what="what was decided">
      {(decided) => (
        <QueueList
          queue={OF_ALERTS}
          items={alertItems(raised, decided.decisions)}
          {...opening}
          shown={shownBy(search)}
          onShow={(view) => setSearch(view === 'open' ? {} : { show: view }, { replace: true })}
        />
      )}
    </Answered>
  )
  return (
    <Stack gap="xs">
      <Title order={2} size="h5">
        Figures of the dashboards
      </Title>
      {unread ? (
        <Answered of={unread} what="the alerts">
          {() => list}
        </Answered>
      ) : (
        list
      )}
      <WatchedFigures figures={figures} answers={answers.map(({ data }) => data)} />
      <OwnAlerts boards={boards} />
      <LakeAlerts
        raised={unread || !decisions.data ? 0 : openAlerts(raised, decisions.data.decisions).length}
      />
    </Stack>
  )
}

/** The alerts of the lake itself, which end with their cause: nobody acknowledges them. */
function LakeAlerts({ raised }: { raised: number }) {
  const health = useHealth()
  const open = alertedChecks(health.data?.checks ?? []).length
  return (
    <Panel
      title={open > 0 ? `Alerts of the lake: ${whole(open)} open` : 'Alerts of the lake'}
      name="Alerts of the lake"
    >
      <Answered of={health} what="the checks of the lake">
        {({ checks }) => {
          const alerted = alertedChecks(checks)
          return alerted.length === 0 ? (
            <Empty>{lakeWords(checks.length, raised)}</Empty>
          ) : (
            <ul className="tasks">
              {alerted.map((check) => (
                <LakeAlert key={check.name} check={check} />
              ))}
            </ul>
          )
        }}
      </Answered>
    </Panel>
  )
}

/** That the lake itself is in order, beside the open alerts of figures. */
const lakeWords = (checks: number, raised: number): string =>
  raised > 0
    ? `The ${count(checks, 'check')} of the lake itself ${checks === 1 ? 'is' : 'are'} in order; the ${count(raised, 'open alert')} ${raised === 1 ? 'is' : 'are'} listed above.`
    : `No check of the lake raises an alert: ${count(checks, 'check')} ${checks === 1 ? 'is' : 'are'} in order.`

/** The address of a queue that shows other items, under the same filters. */
function showing(search: URLSearchParams, view: Shown): URLSearchParams {
  search.delete(ITEM)
  if (view === 'open') search.delete('show')
  else search.set('show', view)
  return search
}

const ITEM = 'item'

/** The opened item of a queue, which the address has, so that a link to it can be sent. */
function useOpened(): { opened: string; onOpen: (id: string) => void } {
  const [search, setSearch] = useSearchParams()
  const onOpen = (id: string) =>
    setSearch(
      (before) => {
        if (id) before.set(ITEM, id)
        else before.delete(ITEM)
        return before
      },
      { replace: true },
    )
  return { opened: search.get(ITEM) ?? '', onOpen }
}

const NOTHING_FILTERED =
  'Nothing of this choice was decided since the last run. Show all: every decision is listed there.'

/** A queue under the filters of its dashboard that the address has, as the dashboard's link to it does. */
function useFilteredQueue(board: Schemas['Dashboard'], queue: Schemas['WorkQueue']) {
  const catalog = useCatalog()
  const chosen = useChosen(board.filters)
  const of = narrowed(
    { ...queue, name: '', rows: [] },
    board.filters,
    chosen,
    catalog.data?.tables ?? NO_TABLES,
  )
  const clear = useClearFilters(board.filters)
  const unknown = useUnknownValues(board.filters, chosen)
  const isNothing = leavesNothing(unknown, board.filters, { ...queue, name: '' })
  // Without the catalog the statement cannot be narrowed, and would list the items of all.
  const isReady = !isNothing && (of.address === '' || !catalog.isPending)
  return { of, words: [...new Set(of.words)], clear, isReady, unknown, isNothing }
}

function Queue({ board, queue }: { board: Schemas['Dashboard']; queue: Schemas['WorkQueue'] }) {
  const { of, words, clear, isReady, unknown, isNothing } = useFilteredQueue(board, queue)
  const answer = useResult(isReady ? of.sql : '')
  const decisions = useDecisions(queue.name)
  const opening = useOpened()
  const [search, setSearch] = useSearchParams()
  const units = useMemo(() => ({ ...unitsOfPanels([board], queue.table), ...queue.units }), [board, queue])
  const { text, isPending } = useMissing(queue.missing_sql)
  // The filters of the page cannot narrow what a run left out.
  const isFiltered = words.length > 0
  const left = useLeftItems(queue, isFiltered ? undefined : answer.data, decisions.data?.decisions)
  // The list of the dashboard that leads here says what it means that it is empty.
  const empty = board.panels.find((panel) => panel.queue === queue.name && panel.nothing)?.nothing
  return (
    <Stack gap="xs">
      <QueueMissing text={text} />
      {isFiltered ? (
        <Group gap="xs">
          <Text size="sm" data-testid="queue-filters">
            Only {words.join(', ')}
          </Text>
          <Button size="compact-sm" variant="subtle" onClick={clear}>
            Show all
          </Button>
        </Group>
      ) : null}
      <IgnoredFilters labels={of.ignored} />
      <UnknownFilters filters={board.filters} values={unknown} board={board} />
      {isNothing ? null : (
        <Answered of={answer} what="the items">
          {(rows) =>
            isPending ? (
              <Waiting what="the items" />
            ) : rows.rows.length === 0 && left.length === 0 ? (
              <NoRows
                system={board.system}
                table={queue.table}
                nothing={
                  isFiltered
                    ? 'No item fits the filters. Show all, or choose another value on the dashboard.'
                    : (empty ?? 'Nothing is open. There is nothing to do here.')
                }
                nothingAtAll={empty}
              />
            ) : (
              <Answered of={decisions} what="what was decided">
                {(decided) => (
                  <QueueList
                    queue={{
                      ...queue,
                      units,
                      nothing: empty,
                      nothingDone: isFiltered ? NOTHING_FILTERED : undefined,
                      value_label: valueLabel(queue, rows),
                      order: orderWords({ order: queue.order, units }, rows),
                    }}
                    items={[...queueItems(rows, decided.decisions, queue.actions), ...left]}
                    unlisted={unlistedOf(rows)}
                    {...opening}
                    shown={shownBy(search)}
                    onShow={(view) => setSearch((before) => showing(before, view), { replace: true })}
                  />
                )}
              </Answered>
            )
          }
        </Answered>
      )}
      {answer.data?.rows.length === 0 ? (
        <Decided board={board} queue={queue} decisions={decisions.data?.decisions} />
      ) : (
        <TrustLine board={board} table={queue.table} narrow={of.narrow} />
      )}
      <Text size="xs" className="muted">
        Decisions are rows of the table decisions, with who took them and when.
      </Text>
    </Stack>
  )
}
