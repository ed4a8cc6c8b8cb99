import { Anchor, Button, Stack } from '@mantine/core'
import { useState } from 'react'
import { Link, useNavigate, useParams, useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { useMay } from '../../api/queries'
import { useCatalog } from '../catalog/queries'
import { useDashboards } from './queries'
import { NothingHere } from '../../components/nothing-here'
import { PageTitle } from '../../components/panel'
import { Answered, Empty, Failed } from '../../components/states'
import { Tabs } from '../../components/tabs'
import { UndoNote, useUndo } from '../../components/undo-note'
import { dayAndTime } from '../../formats/moments'
import { useKeptQuestions } from '../query/saved-questions'
import { useEarlyModels } from '../models/queries'
import { Board } from './board'
import { OWN_BOARD } from './board-draft'
import { useBoardFilters } from './board-filters'
import { leftFilters, withWaiting } from './carried-filters'
import { useChosen } from './filter-bar'
import { OwnBoard } from './own-board'
import { useOwnFilters } from './own-filters'
import { addressOfLeft, type Left, useCarriedFrom } from './use-carried'
import { WrittenBoard } from './written-board'
import { useBoardVersions, useRestoreBoard } from './written-boards'

const NO_TABLES: Schemas['CatalogTable'][] = []

export function DashboardPage() {
  const { system } = useParams()
  const boards = useDashboards()
  // Beside the dashboards, so that nothing moves when the cards are there.
  useEarlyModels()
  const goTo = useNavigate()
  const undo = useUndo()
  const [deleted, setDeleted] = useState('')
  const restore = useRestoreBoard()
  const restored = (system: string) =>
    restore.mutate(system, { onSuccess: () => void goTo(`/dashboards/${system}`) })
  /** The note is above the list of dashboards, so that it stays when the page of the deleted one is left. */
  function noteDeletion({ system, title }: Schemas['Dashboard'], mails: number): void {
    const its = mails === 0 ? '' : mails === 1 ? ' and its mail' : ` and its ${mails} mails`
    setDeleted(system)
    undo.offer(`Deleted “${title}”${its}.`, () => restored(system))
    void goTo('/dashboards')
  }
  return (
    <>
      {boards.data ? null : <PageTitle>Dashboards</PageTitle>}
      <Answered of={boards} what="the dashboards">
        {({ dashboards }) => {
          const board =
            dashboards.find((one) => one.system === system) ?? (system ? undefined : dashboards[0])
          return (
            <Stack gap="md">
              {/* Its page can restore it as well. */}
              {dashboards.some((one) => one.system === deleted) ? null : <UndoNote undo={undo} />}
              {restore.error ? <Failed error={restore.error} what="The dashboard" isAction /> : null}
              <Boards boards={dashboards} shown={board} isOwn={system === OWN_BOARD} />
              {system === OWN_BOARD ? (
                <OwnBoard />
              ) : board?.written_by ? (
                <WrittenBoard
                  board={board}
                  onDeleted={(mails) => noteDeletion(board, mails)}
                  key={board.system}
                />
              ) : board ? (
                <Board board={board} key={board.system} />
              ) : (
                <NoBoard system={system} onRestore={restored} isPending={restore.isPending} />
              )}
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
  isOwn,
}: {
  boards: Schemas['Dashboard'][]
  shown: Schemas['Dashboard'] | undefined
  isOwn: boolean
}) {
  const hasOwn = useKeptQuestions().questions.some((one) => one.is_pinned)
  const { left, address } = useLeft(shown, isOwn)
  if (boards.length === 0 && !hasOwn && !isOwn) return null
  return (
    <Tabs label="Dashboards">
      {boards.map((one) => (
        <Link
          key={one.system}
          to={{ pathname: `/dashboards/${one.system}`, search: one === shown ? '' : address }}
          state={one === shown ? undefined : left}
          className="nav-link"
          aria-current={one === shown ? 'page' : undefined}
        >
          {one.title}
        </Link>
      ))}
      {hasOwn || isOwn ? (
        <Link
          to={`/dashboards/${OWN_BOARD}`}
          state={isOwn ? undefined : left}
          className="nav-link"
          aria-current={isOwn ? 'page' : undefined}
        >
          My dashboard
        </Link>
      ) : null}
    </Tabs>
  )
}

/** The chosen filters of the page, for the dashboard that a link of the navigation opens. */
function useLeft(
  shown: Schemas['Dashboard'] | undefined,
  isOwn: boolean,
): { left: Left | undefined; address: string } {
  const [search] = useSearchParams()
  const pinned = useKeptQuestions(search.get('by')).questions.filter((question) => question.is_pinned)
  const own = useOwnFilters(
    pinned.map(({ sql }) => sql),
    isOwn,
  )
  const ofBoard = useBoardFilters(shown)
  const filters = isOwn ? own : ofBoard
  const chosen = useChosen(filters)
  const carried = useCarriedFrom()
  const title = shown?.title ?? 'My dashboard'
  const originOf = (name: string): string => carried?.origins[name] || title
  const here = leftFilters(filters, chosen, useCatalog().data?.tables ?? NO_TABLES, originOf)
  const left = withWaiting(here, carried?.waiting ?? [])
  return {
    left: left.length > 0 ? { left: { filters: left } } : undefined,
    // What is chosen on a person's own board is of their questions, which another person may not have.
    address: shown && !isOwn ? addressOfLeft(shown.system, chosen) : '',
  }
}

interface NoBoardProps {
  system: string | undefined
  onRestore: (system: string) => void
  isPending: boolean
}

function NoBoard({ system, onRestore, isPending }: NoBoardProps) {
  const may = useMay('operator')
  const versions = useBoardVersions(Boolean(system)).data?.versions ?? []
  const deleted = versions
    .flatMap((version) => version.deleted ?? [])
    .filter((each) => each.system === system)
    .toSorted((one, other) => other.deleted_at.localeCompare(one.deleted_at))[0]
  return (
    <>
      <PageTitle>Dashboards</PageTitle>
      {system && deleted ? (
        <NothingHere
          what="dashboard"
          name={system}
          why={`${deleted.deleted_by} deleted “${deleted.title}” on ${dayAndTime(deleted.deleted_at)}.${may ? '' : ' Operators can restore it here.'}`}
          action={
            may ? (
              <Button size="compact-sm" mt="xs" loading={isPending} onClick={() => onRestore(system)}>
                Restore it with its mails
              </Button>
            ) : null
          }
        />
      ) : system ? (
        <NothingHere what="dashboard" name={system} />
      ) : null}
      <Empty>
        {system ? '' : 'This lake has no dashboards. '}
        <Anchor href="#/query">Ask its tables on the page Query</Anchor>, where an answer can be shown as a
        chart, or find them in the <Anchor href="#/catalog">catalog</Anchor>. Questions that you save there
        make a dashboard of your own.
      </Empty>
    </>
  )
}
