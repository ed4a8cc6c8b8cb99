import { Group, Stack } from '@mantine/core'
import { type ReactNode, useCallback, useState } from 'react'

import type { Schemas } from '../../api/client'
import { useCatalog } from '../catalog/queries'
import { PageTitle } from '../../components/panel'
import { Waiting } from '../../components/states'
import { FailedBuilds } from '../lake/failed-build'
import { NewestRunLine } from '../lake/newest-run'
import { MailMe } from '../mails/mail-me'
import { ModelCardLinks } from '../models/card-links'
import { NotePlace } from '../notes/note-place'
import { WriteNote } from '../notes/write-note'
import { hasFiltersOfTables, useBoardFilters } from './board-filters'
import { boardMail } from './board-mail'
import { useBoardValues, withChosenValues } from './board-values'
import { CarriedFrom } from './carried-from'
import { FilterBar, useChosen } from './filter-bar'
import { Figures } from './figures'
import { type Narrowed, narrowed } from './filters'
import { IgnoredFilters } from './ignored-filters'
import { useNamedPanel } from './named-panel'
import { useDashboards } from './queries'
import { QuestionLinks } from './question-links'
import { trustOf } from './trust-line'
import { type PanelRoom, PanelView } from './panel-view'
import { useOpen } from '../work/open-items'
import { UnknownFilters } from './unknown-filters'
import { useCarried, useSource } from './use-carried'
import { ValueBar } from './value-bar'
import { leavesNothing, useUnknownValues } from './unknown-values'

const NO_BOARDS: Schemas['Dashboard'][] = []

/** The panels of one system: figures first, a chart over time in full width, tables too, the others in two columns. */
export function Board({
  board: declared,
  byline,
  actions,
}: {
  board: Schemas['Dashboard']
  /** Who wrote it, below the title. */
  byline?: ReactNode
  /** What may be done with it, beside the title. */
  actions?: ReactNode
}) {
  const boardValues = useBoardValues(declared.panels.map(({ sql }) => sql))
  const { parameters, values } = boardValues
  const ofRun = {
    ...declared,
    panels: declared.panels.map((panel) => ({ ...panel, sql: withChosenValues(panel.sql, values) })),
  }
  const open = useOpen(ofRun.queues)
  const board = open ? { ...ofRun, panels: ofRun.panels.map(open) } : ofRun
  const catalog = useCatalog()
  const filters = useBoardFilters(board)
  const boards = useDashboards().data?.dashboards ?? NO_BOARDS
  const isCarrying = useCarried(filters, catalog.data?.tables, useSource(boards)) && !catalog.isError
  const chosen = useChosen(filters)
  const isFiltered = Object.keys(chosen).length > 0
  const tables = catalog.data?.tables ?? []
  const labels = [...new Set(filters.filter(({ name }) => chosen[name]).map(({ label }) => label))]
  const sqlOfRun = ({ name }: Schemas['Panel']): string => {
    const panel = ofRun.panels.find((each) => each.name === name)
    return panel ? narrowed(panel, filters, chosen, tables).sql : ''
  }
  const narrowedBy = (panel: Schemas['Panel']): Narrowed => {
    const of = { ...narrowed(panel, filters, chosen, tables), sqlOfRun: sqlOfRun(panel) }
    // Nothing is asked before the page knows what was decided.
    return open ? of : { ...of, sql: '' }
  }
  const mail = boardMail(board.title, filters, chosen, boardValues)
  const unknown = useUnknownValues(filters, chosen)
  const shown = board.panels.filter((panel) => !leavesNothing(unknown, filters, panel))
  // Where a person chose the order, a panel stays in its place and says itself which filters do not apply.
  const isInOrder = hasFiltersOfTables(board)
  const apart = shown.filter(
    (panel) => !isInOrder && labels.length > 0 && narrowedBy(panel).ignored.length === labels.length,
  )
  const figures = board.panels.filter((panel) => panel.kind === 'kpi')
  // A figure counts what a list of the same table, or of the same queue, has.
  const figureOf = ({ table, queue }: Schemas['Panel']): string => {
    const figure = figures.find((panel) => panel.table === table || (queue && panel.queue === queue))
    return figure ? narrowedBy(figure).sql : ''
  }
  // A written dashboard has tables of several systems, and is none itself.
  const ownerOf = ({ table }: Schemas['Panel']): Schemas['Dashboard'] => {
    const owner = tables.find(({ name, system }) => name === table && system)
    if (!board.written_by) return board
    const trust = trustOf(boards, [table])?.board.trust ?? []
    return { ...board, system: owner?.system ?? '', trust }
  }
  const of = { ownerOf, narrowedBy, figureOf }
  return (
    <NotePlace value={board.system}>
      <Stack gap="md">
        <Group justify="space-between" align="end" gap="sm">
          <div>
            <PageTitle>{board.title}</PageTitle>
            {byline}
            <ModelCardLinks tables={board.panels.map(({ table }) => table)} />
            {board.written_by ? null : <QuestionLinks system={board.system} />}
          </div>
          <Group gap="sm" align="end">
            {actions}
            {board.panels.some(isOverTime) ? (
              <WriteNote dashboard={board} panels={board.panels.filter(isOverTime)} />
            ) : null}
            <MailMe
              key={mail.title}
              of={{ dashboard: board.system, filters: mail.filters }}
              title={mail.title}
              panels={ofRun.panels}
            />
            <MailMe
              key={`alert ${mail.title}`}
              isAlert
              of={{ dashboard: board.system, filters: mail.filters }}
              title={mail.title}
              panels={ofRun.panels}
            />
          </Group>
        </Group>
        <FailedBuilds systems={board.panels.map((panel) => ownerOf(panel).system)} />
        <NewestRunLine systems={board.panels.map((panel) => ownerOf(panel).system)} />
        <FilterBar filters={filters} chosen={chosen} tables={tables} />
        <ValueBar {...boardValues} />
        <CarriedFrom filters={filters} chosen={chosen} />
        {isCarrying || (isInOrder && catalog.isPending) ? null : (
          <UnknownFilters filters={filters} parameters={parameters} values={unknown} />
        )}
        {(isFiltered && catalog.isPending) || isCarrying ? (
          <Waiting what={isCarrying ? 'the filters' : 'the tables'} />
        ) : (
          <>
            {isInOrder ? (
              sectionsOf(shown).map((panels) => (
                <Panels key={panels[0]?.name} panels={panels} isInOrder {...of} />
              ))
            ) : (
              <Panels panels={shown.filter((panel) => !apart.includes(panel))} {...of} />
            )}
            {apart.length === 0 ? null : (
              <>
                <IgnoredFilters labels={labels} place="to the panels below" />
                <Panels
                  panels={apart}
                  {...of}
                  narrowedBy={(panel) => ({ ...narrowedBy(panel), ignored: [] })}
                />
              </>
            )}
          </>
        )}
      </Stack>
    </NotePlace>
  )
}

/** Whether a panel has an axis of time, on which notes are marked. */
const isOverTime = ({ kind }: Schemas['Panel']): boolean => kind === 'fan' || kind === 'line'

interface PanelsProps {
  panels: Schemas['Panel'][]
  ownerOf: (panel: Schemas['Panel']) => Schemas['Dashboard']
  narrowedBy: (panel: Schemas['Panel']) => Narrowed
  figureOf: (panel: Schemas['Panel']) => string
  /** Whether a person chose the order, which the widths of the panels do not change. */
  isInOrder?: boolean
}

/** Figures first, then charts and tables. */
function Panels({ panels, ownerOf, narrowedBy, figureOf, isInOrder = false }: PanelsProps) {
  const { named, cause } = useNamedPanel()
  const [rooms, setRooms] = useState<Readonly<Record<string, PanelRoom>>>({})
  const giveRoom = useCallback(
    (name: string, room: PanelRoom) =>
      setRooms((before) => (before[name] === room ? before : { ...before, [name]: room })),
    [],
  )
  const others = panels.filter((panel) => panel.kind !== 'kpi')
  const wide = isInOrder ? wideInOrder(others, rooms) : wideOf(others, rooms)
  const inOrder = [...panels.filter(({ kind }) => kind === 'kpi'), ...others]
  const isRepeated = (panel: Schemas['Panel']): boolean =>
    inOrder.find(({ table }) => table === panel.table) !== panel
  return (
    <>
      <Figures panels={panels} ownerOf={ownerOf} narrowedBy={narrowedBy} isRepeated={isRepeated} />
      <div className="board">
        {others.map((panel) => (
          <div
            className={wide.has(panel) ? 'board-wide' : undefined}
            key={panel.name}
            ref={named === panel.name ? cause : undefined}
            data-named={named === panel.name || undefined}
          >
            <PanelView
              panel={panel}
              board={ownerOf(panel)}
              narrowed={narrowedBy(panel)}
              isRepeated={isRepeated(panel)}
              figureSql={figureOf(panel)}
              onRoom={giveRoom}
            />
          </div>
        ))}
      </div>
    </>
  )
}

/** The panels in their order, apart where figures and other panels follow each other. */
export function sectionsOf<Panel extends Pick<Schemas['Panel'], 'kind'>>(
  panels: readonly Panel[],
): Panel[][] {
  const sections: Panel[][] = []
  for (const panel of panels) {
    const last = sections.at(-1)
    if (last && (last[0]?.kind === 'kpi') === (panel.kind === 'kpi')) last.push(panel)
    else sections.push([panel])
  }
  return sections
}

const HAS_WHOLE_WIDTH = new Set<Schemas['Panel']['kind']>(['fan', 'table'])

type Placed = Pick<Schemas['Panel'], 'name' | 'kind'> & Partial<Pick<Schemas['Panel'], 'width'>>
type Rooms = Readonly<Record<string, PanelRoom>>

/** A single sentence has the whole line; else the width that the dashboard states, or the usual one of the kind. */
const isWide = ({ name, kind, width }: Placed, rooms: Rooms): boolean =>
  rooms[name] === 'line' || (width ? width === 'full' : HAS_WHOLE_WIDTH.has(kind))

/** The panels that take both columns: charts over time, tables, whose columns half the width cuts off, single sentences, and the last of an odd number of other charts. */
export function wideOf<Panel extends Placed>(panels: Panel[], rooms: Rooms): Set<Panel> {
  const shown = panels.filter(({ name }) => rooms[name] !== 'none')
  const halves = shown.filter((panel) => !isWide(panel, rooms))
  const last = halves.length % 2 === 1 ? halves.at(-1) : undefined
  return new Set(shown.filter((panel) => isWide(panel, rooms) || panel === last))
}

/** The same where the order of the panels stays: a chart without a neighbour has the whole line, unless half of it is stated. */
export function wideInOrder<Panel extends Placed>(panels: Panel[], rooms: Rooms): Set<Panel> {
  const wide = new Set<Panel>()
  const widen = (panel: Panel | undefined) => (panel && panel.width !== 'half' ? wide.add(panel) : wide)
  let half: Panel | undefined
  for (const panel of panels.filter(({ name }) => rooms[name] !== 'none')) {
    if (isWide(panel, rooms)) {
      widen(half)
      wide.add(panel)
      half = undefined
    } else half = half ? undefined : panel
  }
  return widen(half)
}
