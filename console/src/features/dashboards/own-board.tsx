import { Anchor, Button, Grid, Group, Stack } from '@mantine/core'
import { lazy, Suspense, useMemo } from 'react'
import { Link } from 'react-router'

import type { Result } from '../../api/queries'
import { useResult } from '../../api/queries'
import { Grid as Rows } from '../../components/grid'
import { PageTitle, Panel } from '../../components/panel'
import { Answered, Empty, Waiting } from '../../components/states'
import { drawable, drawn } from '../query/chart-choice'
import { type KeptQuestion, questionAddress, useKeptQuestions } from '../query/saved-questions'

const Chart = lazy(() => import('./chart'))
const HEIGHT = 320

/** The answers that a person put on a dashboard of their own; it lies in the browser. */
export function OwnBoard() {
  const { questions, keep } = useKeptQuestions()
  const pinned = questions.filter(({ isPinned }) => isPinned)
  return (
    <Stack gap="md">
      <PageTitle>My dashboard</PageTitle>
      {pinned.length === 0 ? (
        <Empty>
          Nothing is on your dashboard yet.{' '}
          <Anchor component={Link} inherit to="/query">
            Ask a question and save it
          </Anchor>
        </Empty>
      ) : (
        <Grid gap="md">
          {pinned.map((question) => (
            <Grid.Col key={question.name} span={{ base: 12, lg: 6 }}>
              <Pinned question={question} onUnpin={() => keep({ ...question, isPinned: false })} />
            </Grid.Col>
          ))}
        </Grid>
      )}
    </Stack>
  )
}

function Pinned({ question, onUnpin }: { question: KeptQuestion; onUnpin: () => void }) {
  const answer = useResult(question.sql)
  return (
    <Panel
      title={question.name}
      actions={
        <Group gap="xs" wrap="nowrap">
          <Anchor size="sm" component={Link} to={questionAddress(question)}>
            Open
          </Anchor>
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            aria-label={`Take ${question.name} off my dashboard`}
            onClick={onUnpin}
          >
            Take off
          </Button>
        </Group>
      }
    >
      <Answered of={answer} what="the answer">
        {(result) => <Shown result={result} question={question} />}
      </Answered>
    </Panel>
  )
}

function Shown({ result, question }: { result: Result; question: KeptQuestion }) {
  const choice = question.view === 'chart' ? drawable(result, question.choice) : undefined
  const shown = useMemo(
    () => (choice ? drawn(result.columns, result.rows, choice) : undefined),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `choice` is a new object of the same two
    [result, question],
  )
  if (result.rows.length === 0) return <Empty>No row fits the statement today.</Empty>
  if (shown)
    return (
      <Suspense fallback={<Waiting what="the chart" />}>
        <Chart shown={shown} height={HEIGHT} />
      </Suspense>
    )
  return (
    <Rows
      columns={result.columns}
      rows={{ length: result.rows.length, at: (index) => result.rows[index] }}
      height={HEIGHT}
      label={question.name}
    />
  )
}
