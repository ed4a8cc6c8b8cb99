import { Anchor, Button, CopyButton, Group, Stack, Text } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { useMay } from '../../api/queries'
import { PageTitle } from '../../components/panel'
import { Answered, Empty, Failed, Waiting } from '../../components/states'
import { type Undo, UndoNote, useUndo } from '../../components/undo-note'
import { useCatalog } from '../catalog/queries'
import { MailList } from '../mails/mail-list'
import { MailMe } from '../mails/mail-me'
import { figurePanelOf } from '../mails/limit-fields'
import { MoveQuestions } from '../query/move-questions'
import { useKeptQuestions } from '../query/saved-questions'
import { isFull, movedBy, publishedPanels, widened } from './arranged'
import { OWN_BOARD } from './board-draft'
import { boardMail } from './board-mail'
import { useBoardValues, withChosenValues } from './board-values'
import { BoardEditor } from './board-editor'
import { CarriedFrom } from './carried-from'
import { FilterBar, useChosen } from './filter-bar'
import { filteredSql, filtersFor, narrowedLike } from './filters'
import { narrowedStatement, useOwnFilters } from './own-filters'
import { PinnedPanel } from './pinned-panel'
import { menuLabel, type PinnedDeeds } from './pinned-menu'
import { RenameQuestion } from './rename-question'
import { UnknownFilters } from './unknown-filters'
import { impossibleDays, leavesNothing } from './unknown-values'
import { useCarried } from './use-carried'
import { ValueBar } from './value-bar'
import { Versions } from './written-board'

type Kept = Schemas['KeptQuestionShown']
const NO_TABLES: Schemas['CatalogTable'][] = []

/** The answers that a person put on a dashboard, which lies in the lake; `by` in the address names another person. */
export function OwnBoard() {
  const [search] = useSearchParams()
  const { kept, questions, keep, by, isOwn, error } = useKeptQuestions(search.get('by'))
  const may = useMay('operator')
  const goTo = useNavigate()
  const [isWriting, setWriting] = useState(false)
  const undo = useUndo()
  const pinned = questions.filter((question) => question.is_pinned)
  const statements = pinned.map(({ sql }) => sql)
  const filters = useOwnFilters(statements)
  const values = useBoardValues(statements)
  const mail = boardMail('My dashboard', filters, useChosen(filters), values)
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <PageTitle>{isOwn ? 'My dashboard' : `Dashboard of ${by ?? ''}`}</PageTitle>
        {isOwn && by && pinned.length > 0 ? (
          <Group gap="xs">
            <ShareLink by={by} />
            <MailMe
              key={mail.title}
              of={{ dashboard: OWN_BOARD, filters: mail.filters }}
              title={mail.title}
              panels={pinned.map(figurePanelOf)}
            />
            <MailMe
              key={`alert ${mail.title}`}
              isAlert
              of={{ dashboard: OWN_BOARD, filters: mail.filters }}
              title={mail.title}
              panels={pinned.map(figurePanelOf)}
            />
            {may && !isWriting ? (
              <Button size="compact-sm" variant="default" onClick={() => setWriting(true)}>
                Publish for everybody
              </Button>
            ) : null}
          </Group>
        ) : null}
      </Group>
      {isOwn && pinned.length > 0 ? (
        <Text size="sm" className="muted">
          Everybody who may sign in can open it by its link. Nobody but you can change it.
        </Text>
      ) : null}
      {isWriting ? (
        <BoardEditor
          start={{ title: '', panels: publishedPanels(pinned), replaces: '' }}
          questions={questions}
          onWritten={(system) => void goTo(`/dashboards/${system}?${filtersOf(search)}`)}
          onCancel={() => setWriting(false)}
        />
      ) : null}
      {isOwn && kept.data ? (
        <MoveQuestions taken={questions.map(({ name }) => name)} onKeep={keep.mutateAsync} />
      ) : null}
      {error ? <Failed error={error} what="The question" isAction /> : null}
      <UndoNote undo={undo} />
      <Answered of={kept} what="the questions">
        {() =>
          pinned.length === 0 ? (
            isOwn ? (
              <Empty>
                Nothing is on your dashboard yet.{' '}
                <Anchor component={Link} inherit to="/query">
                  Ask a question and save it
                </Anchor>
              </Empty>
            ) : (
              <Empty>
                {by} has no question on a dashboard: they took all of them off, or the link has another name.{' '}
                <Anchor component={Link} inherit to="/dashboards">
                  All dashboards
                </Anchor>
              </Empty>
            )
          ) : (
            <PinnedPanels pinned={pinned} isOwn={isOwn} undo={undo} />
          )
        }
      </Answered>
      {isOwn ? <MailList /> : null}
      {isOwn && may ? <Versions /> : null}
    </Stack>
  )
}

/** The filters of a dashboard, as its address has them. */
export const filtersOf = (search: URLSearchParams): URLSearchParams =>
  new URLSearchParams([...search].filter(([name, value]) => name !== 'by' && value))

/** The person and the filters of a dashboard, as its address has them. */
const addressOfBoard = (search: URLSearchParams, by: string): URLSearchParams =>
  new URLSearchParams([['by', by], ...filtersOf(search)])

/** Copies the link by which everybody who may read the lake sees the dashboard under its filters. */
function ShareLink({ by }: { by: string }) {
  const [search] = useSearchParams()
  const page = window.location.href.split('#')[0] ?? ''
  return (
    <CopyButton value={`${page}#/dashboards/${OWN_BOARD}?${addressOfBoard(search, by)}`}>
      {({ copied, copy }) => (
        <Button size="compact-sm" variant="default" onClick={copy}>
          {copied ? 'Copied' : 'Copy the link to it'}
        </Button>
      )}
    </CopyButton>
  )
}

/** The pinned questions in their order, under the filters of the page; their person moves, widens, renames and removes them in place. */
function PinnedPanels({ pinned, isOwn, undo }: { pinned: Kept[]; isOwn: boolean; undo: Undo }) {
  const { keep, arrange, error } = useKeptQuestions()
  const [renamed, setRenamed] = useState<Kept>()
  const board = useRef<HTMLDivElement>(null)
  const moved = useRef('')
  const order = pinned.map(({ name }) => name).join('\n')
  useEffect(() => {
    // A panel that moves within the page loses the focus, and a person with a keyboard its place.
    const name = moved.current
    moved.current = ''
    if (name)
      board.current?.querySelector<HTMLElement>(`[aria-label="${CSS.escape(menuLabel(name))}"]`)?.focus()
  }, [order])
  const { data, isError } = useCatalog()
  const catalog = data?.tables
  const tables = catalog ?? NO_TABLES
  const statements = pinned.map(({ sql }) => sql)
  const filters = useOwnFilters(statements)
  const boardValues = useBoardValues(statements)
  const { parameters, values } = boardValues
  const isCarrying = useCarried(filters, catalog) && !isError
  const chosen = useChosen(filters)
  const impossible = impossibleDays(filters, chosen, tables)
  function takeOff(question: Kept): void {
    keep.mutate(
      { ...question, is_pinned: false },
      {
        onSuccess: () =>
          undo.offer(`“${question.name}” is off your dashboard.`, () =>
            keep.mutate({ ...question, is_pinned: true }),
          ),
      },
    )
  }
  const deedsOf = (question: Kept, place: number): PinnedDeeds => ({
    before: place,
    after: pinned.length - 1 - place,
    isFull: isFull(question, pinned.length),
    onMove: (by) => {
      moved.current = question.name
      arrange.mutate(movedBy(pinned, place, by))
    },
    onWiden: () => arrange.mutate(widened(pinned, place, isFull(question, pinned.length) ? 'half' : 'full')),
    onRename: () => setRenamed(question),
    onTakeOff: () => takeOff(question),
  })
  return (
    <>
      {error ? <Failed error={error} what="The dashboard" isAction /> : null}
      <FilterBar filters={filters} chosen={chosen} tables={tables} />
      <ValueBar {...boardValues} />
      <CarriedFrom filters={filters} chosen={chosen} />
      {catalog ? <UnknownFilters filters={filters} parameters={parameters} values={impossible} /> : null}
      {isCarrying ? (
        <Waiting what="the filters" />
      ) : (
        <div className="board" ref={board} style={{ gridAutoFlow: 'row' }}>
          {pinned.map((question, place) => {
            const asked = withChosenValues(question.sql, values)
            if (leavesNothing(impossible, filtersFor(filters, asked, tables), { name: '', sql: asked }))
              return null
            const of = narrowedStatement(asked, filters, chosen, tables)
            const { sql, ignored, isOfRest, words, bounds, period } = of
            return (
              <div key={question.name} className={isFull(question, pinned.length) ? 'board-wide' : undefined}>
                <PinnedPanel
                  question={{ ...question, sql }}
                  isNarrowed={sql !== asked}
                  narrow={(other) =>
                    filteredSql(
                      { name: '', sql: narrowedLike(asked, other) },
                      filtersFor(filters, asked, tables),
                      chosen,
                      tables,
                    )
                  }
                  ignored={ignored}
                  isOfRest={isOfRest}
                  period={period}
                  words={words}
                  bounds={bounds}
                  deeds={isOwn ? deedsOf(question, place) : undefined}
                />
              </div>
            )
          })}
        </div>
      )}
      {renamed ? (
        <RenameQuestion key={renamed.name} name={renamed.name} onClose={() => setRenamed(undefined)} />
      ) : null}
    </>
  )
}
