import { Anchor, Button, CopyButton, Grid, Group, Stack } from '@mantine/core'
import { lazy, Suspense, useMemo, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import type { Result } from '../query/results'
import { useCatalog } from '../catalog/queries'
import { useMay } from '../../api/queries'
import { useResult } from '../query/results'
import { Grid as Rows } from '../../components/grid'
import { PageTitle, Panel } from '../../components/panel'
import { Answered, Empty, Failed, Waiting } from '../../components/states'
import { columnFormats, type Units, useAnswerLabels, useAnswerUnits } from '../../formats/columns'
import { answerRows, answerTitle } from '../../formats/template'
import { type Choice, drawable } from '../query/chart-choice'
import { AnswerOrigin } from '../query/answer-origin'
import { ChartNote } from '../query/chart-note'
import { withDays } from '../query/days'
import { MoveQuestions } from '../query/move-questions'
import { MailList } from '../mails/mail-list'
import { panelOf } from './board-draft'
import { BoardEditor } from './board-editor'
import { EMPTY_PANEL } from './empty-panel'
import { PinnedMenu } from './pinned-menu'
import { Versions } from './written-board'
import { useDrawn } from '../query/use-drawn'
import {
  askedBy,
  type KeptQuestion,
  partsOf,
  questionAddress,
  useKeptQuestions,
} from '../query/saved-questions'

const Chart = lazy(() => import('./chart'))
const HEIGHT = 320
const NO_TABLES: Schemas['CatalogTable'][] = []

/** The answers that a person put on a dashboard, which lies in the lake; `by` in the address names another person. */
export function OwnBoard() {
  const [search] = useSearchParams()
  const { kept, questions, keep, by, isOwn, error } = useKeptQuestions(search.get('by'))
  const may = useMay('operator')
  const goTo = useNavigate()
  const [isWriting, setWriting] = useState(false)
  const pinned = questions.filter((one) => one.is_pinned)
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <PageTitle>{isOwn ? 'My dashboard' : `Dashboard of ${by ?? ''}`}</PageTitle>
        {isOwn && by && pinned.length > 0 ? (
          <Group gap="xs">
            <ShareLink by={by} />
            {may && !isWriting ? (
              <Button size="compact-sm" variant="default" onClick={() => setWriting(true)}>
                Publish for everybody
              </Button>
            ) : null}
          </Group>
        ) : null}
      </Group>
      {isWriting ? (
        <BoardEditor
          start={{ title: '', panels: pinned.map(panelOf), replaces: '' }}
          questions={questions}
          onWritten={(system) => void goTo(`/dashboards/${system}`)}
          onCancel={() => setWriting(false)}
        />
      ) : null}
      {isOwn && kept.data ? (
        <MoveQuestions taken={questions.map(({ name }) => name)} onKeep={keep.mutateAsync} />
      ) : null}
      {error ? <Failed error={error} what="The question" isAction /> : null}
      <Answered of={kept} what="the questions">
        {() =>
          pinned.length === 0 ? (
            <Empty>
              {isOwn ? 'Nothing is on your dashboard yet.' : 'Nothing is on this dashboard.'}{' '}
              <Anchor component={Link} inherit to="/query">
                Ask a question and save it
              </Anchor>
            </Empty>
          ) : (
            <Grid gap="md">
              {pinned.map((question) => (
                <Grid.Col key={question.name} span={{ base: 12, lg: pinned.length === 1 ? 12 : 6 }}>
                  <Pinned
                    question={question}
                    onUnpin={isOwn ? () => keep.mutate({ ...question, is_pinned: false }) : undefined}
                  />
                </Grid.Col>
              ))}
            </Grid>
          )
        }
      </Answered>
      {isOwn ? <MailList /> : null}
      {isOwn && may ? <Versions /> : null}
    </Stack>
  )
}

/** Copies the link by which everybody who may read the lake sees the dashboard. */
function ShareLink({ by }: { by: string }) {
  const page = window.location.href.split('#')[0] ?? ''
  return (
    <CopyButton value={`${page}#/dashboards/mine?by=${encodeURIComponent(by)}`}>
      {({ copied, copy }) => (
        <Button size="compact-sm" variant="default" onClick={copy}>
          {copied ? 'Copied' : 'Copy the link to it'}
        </Button>
      )}
    </CopyButton>
  )
}

function Pinned({ question, onUnpin }: { question: KeptQuestion; onUnpin: (() => void) | undefined }) {
  const answer = useResult(question.sql)
  const tables = useCatalog().data?.tables ?? NO_TABLES
  const parts = partsOf(question)
  const units = useAnswerUnits('', answer.data?.columns, question.units)
  const isNothing = parts.nothing !== '' && answer.data?.rows.length === 0
  const words = isNothing
    ? parts.nothing
    : answer.data && parts.answer
      ? answerTitle(parts.answer, answerRows(answer.data), units)
      : undefined
  return (
    <Panel
      title={words ?? question.name}
      subtitle={words ? question.name : undefined}
      name={question.name}
      actions={
        <Group gap="xs" wrap="nowrap">
          <Anchor size="sm" component={Link} to={questionAddress(askedBy(question))}>
            Open
          </Anchor>
          <PinnedMenu question={question} answer={answer.data} onUnpin={onUnpin} />
        </Group>
      }
    >
      <Answered of={answer} what="the answer">
        {(result) => (isNothing ? null : <Shown result={result} question={question} />)}
      </Answered>
      <AnswerOrigin sql={question.sql} question={undefined} tables={tables} />
    </Panel>
  )
}

function Shown({ result, question }: { result: Result; question: KeptQuestion }) {
  const asked = askedBy(question)
  const choice = asked.view === 'chart' ? drawable(result, asked.choice) : undefined
  if (result.rows.length === 0) return <Empty>No row fits the statement today.</Empty>
  if (question.kind === 'fan') return <Fan result={result} question={question} />
  return choice ? (
    <DrawnAnswer result={result} choice={choice} units={question.units} />
  ) : (
    <Table result={result} label={question.name} units={question.units} />
  )
}

/** A line with its band, as the dashboard draws it whose panel it was. */
function Fan({ result, question }: { result: Result; question: KeptQuestion }) {
  const units = useAnswerUnits('', result.columns, question.units)
  const labels = useAnswerLabels('', result.columns)
  const shown = useMemo(() => {
    const { name, x, y, series } = question
    const panel = {
      ...EMPTY_PANEL,
      ...partsOf(question),
      name,
      question: name,
      kind: 'fan' as const,
      x,
      y,
      series,
    }
    return { panel, units, labels, ...answerRows(result) }
  }, [result, question, units, labels])
  return (
    <Suspense fallback={<Waiting what="the chart" />}>
      <Chart shown={shown} height={HEIGHT} />
    </Suspense>
  )
}

function DrawnAnswer({
  result,
  choice,
  units,
}: {
  result: Result
  choice: Choice
  units: Units | undefined
}) {
  const shown = useDrawn(result, choice, units)
  return (
    <>
      <Suspense fallback={<Waiting what="the chart" />}>
        <Chart shown={shown} height={HEIGHT} />
      </Suspense>
      <ChartNote shown={shown} />
    </>
  )
}

function Table({ result, label, units: own }: { result: Result; label: string; units: Units | undefined }) {
  const units = useAnswerUnits('', result.columns, own)
  const labels = useAnswerLabels('', result.columns)
  const rows = useMemo(() => withDays(result.rows), [result])
  return (
    <Rows
      columns={result.columns}
      rows={{ length: rows.length, at: (index) => rows[index] }}
      height={HEIGHT}
      label={label}
      formats={columnFormats(result.columns, units, labels)}
    />
  )
}
