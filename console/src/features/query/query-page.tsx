import { Button, Group, Stack, Text } from '@mantine/core'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { useLocation, useNavigationType, useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { type Result, useQuestions } from './results'
import { useCatalog } from '../catalog/queries'
import { useMay } from '../../api/queries'
import { OPENED_WITH } from '../../app/opened-address'
import { NothingHere } from '../../components/nothing-here'
import { PageTitle } from '../../components/panel'
import { useCodeNames } from '../../formats/columns'
import { heading } from '../../formats/words'
import { Empty, Failed, Waiting } from '../../components/states'
import { Answer, type View } from './answer'
import { FirstQuestions } from './first-questions'
import { MailMe } from '../mails/mail-me'
import { MAX_TITLE } from '../mails/mails'
import { KeepQuestion } from './keep-question'
import {
  declaring,
  mistakeOf,
  parametersOf,
  type Values,
  valuesIn,
  valuesOf,
  withDefaults,
  withoutDeclarations,
} from './parameters'
import { ParameterFields } from './parameter-fields'
import { MoveQuestions } from './move-questions'
import { QueryFailed } from './query-failed'
import { useProgressWords } from './progress-words'
import { QuestionPicker } from './question-picker'
import { isFigure, isOnlyFigures } from './figures-of'
import { chartDrawing, type Choice, drawable } from './chart-choice'
import { drawn } from './drawn-chart'
import {
  type Asked,
  choiceOf,
  drawingOf,
  keptAgain,
  questionAddress,
  questionTitle,
  type ShownChart,
  useKeptQuestions,
} from './saved-questions'
import { AddedLevelsNote } from './added-levels-note'
import { AnswerOrigin } from './answer-origin'
import { useAnswerTitle } from './answer-title'
import { useStatementHistory } from './use-statement-history'
import { LeftStatement, StatementHistory } from './statement-history'
import { CopyLink } from './copy-link'
import { SchemaBrowser } from './schema-browser'
import { tablesIn } from './schema-words'
import { isShown, type Progress, type RunState, useQueryRun } from './use-query-run'

const Editor = lazy(() => import('./editor'))
const START = 'SELECT *\nFROM '
const NO_TABLES: Schemas['CatalogTable'][] = []

/** The columns of the tables that a statement reads. */
const columnsRead = (sql: string, tables: Schemas['CatalogTable'][]) =>
  tablesIn(sql, tables).flatMap(({ columns }) => columns)

/** The page begins again when an address comes from elsewhere, such as a link with another statement; the page itself replaces its address. */
export function QueryPage() {
  const location = useLocation()
  const isOwn = useNavigationType() === 'REPLACE'
  const [desk, setDesk] = useState({ location, number: 0 })
  if (desk.location !== location) setDesk({ location, number: isOwn ? desk.number : desk.number + 1 })
  return <Desk key={desk.number} />
}

/** A statement and its answer. Statement, view, chart and the query that ran are in the address. */
function Desk() {
  const [opened] = useState(useSearchParams()[0].get('sql'))
  const [written, setWritten] = useState<string>()
  const history = useStatementHistory(written)
  // The link of a mail may name an answer alone, which has its statement.
  const [resumed, setResumed] = useState<string>()
  const sql = written ?? opened ?? resumed ?? (history.draft || START)
  const left = [sql, START].some((text) => isSame(text, history.draft)) ? '' : history.unrunDraft
  const setSql = (statement: string) => {
    if (!isSame(statement, left)) history.leave(left)
    setWritten(statement)
  }
  const [inserted, setInserted] = useState<{ text: string }>()
  const catalog = useCatalog()
  const tables = catalog.data?.tables ?? NO_TABLES
  const questions = useQuestions()
  const own = useKeptQuestions()
  const { view, choice, isLinked, change } = useAddress(sql)
  const [drawnColumns, setDrawnColumns] = useState<string>()
  /** A chart stays while its statement is refined; an answer with other columns begins as a table. */
  const isOther = (result: Result): boolean =>
    drawnColumns !== undefined && drawnColumns !== columnsOf(result)
  const [linkedRun] = useState(useSearchParams()[0].get('run') ?? '')
  const [wantedFile] = useState(fileOf(useSearchParams()[0].get('file')))
  const [typed, setTyped] = useState<Values>(valuesIn(useSearchParams()[0]))
  const parameters = useMemo(() => parametersOf(sql), [sql])
  const running = useQueryRun(
    { id: linkedRun, sql: opened ?? '', values: typed, onResumed: setResumed },
    (result, asked) => {
      const run = result.query.query_id
      change(isOther(result) ? { run, sql: asked, view: 'table', choice: undefined } : { run, sql: asked })
      history.keep(result, asked)
    },
  )
  const isEmpty = !sql.trim()
  const values = valuesOf(parameters, typed)
  const unfilled = parameters.filter((each) => mistakeOf(each, values[each.name]))
  const start = () => {
    if (isEmpty) return // also pressed as Ctrl+Enter, which no button turns off
    if (isShown(running.state)) setDrawnColumns(columnsOf(running.state.result))
    if (unfilled.length > 0) return running.clear() // its field says why
    change({ run: '', values: typed })
    history.leave(sql)
    void running.run(sql, values)
  }
  const replace = (statement: string) => {
    if (sql !== START && !isSame(sql, statement)) history.leave(sql)
    setSql(statement)
  }
  const choose = (question: Asked) => {
    const statement = question.sql.trim()
    replace(statement)
    setDrawnColumns(undefined)
    const own = question.values ?? {}
    setTyped(own)
    change({ choice: undefined, ...question, values: own, sql: statement, run: '' })
    history.leave(statement)
    const asked = parametersOf(statement)
    const chosen = valuesOf(asked, own)
    if (asked.some((each) => mistakeOf(each, chosen[each.name]))) running.clear()
    else void running.run(statement, chosen)
  }
  const unknown = useNamedQuestion(questions.data?.questions, choose)
  useLinkedStatement(isLinked, start)
  const { state } = running
  // The names are there with the answer: they are read while the statement runs.
  useCodeNames(useMemo(() => columnsRead(state === 'running' ? sql : '', tables), [state, sql, tables]))
  const shownView = isShown(state) && isOther(state.result) ? 'table' : view
  // What stands around an answer is of its own statement: the one in the editor may be another by now.
  const answered = isShown(state) ? state.sql : sql
  const shownValues = isShown(state) ? state.values : values
  const saving = withDefaults(answered, shownValues)
  const asked = withStatement(questions.data?.questions ?? [], saving)
  const saved = withStatement(own.questions, saving)
  const name = asked?.description ?? saved?.name
  const isQuestion = [...(questions.data?.questions ?? []), ...own.questions].some((one) =>
    isSame(one.sql, sql),
  )
  const title = useAnswerTitle(isShown(state) ? state.result : undefined, {
    question: name ?? '',
    sql: answered,
    choice,
    isChart: shownView === 'chart',
  })
  return (
    <Stack gap="sm">
      <PageTitle>Query</PageTitle>
      {own.kept.data ? (
        <MoveQuestions taken={own.questions.map(({ name }) => name)} onKeep={own.keep.mutateAsync} />
      ) : null}
      <QuestionPicker
        questions={questions.data?.questions ?? []}
        own={own.questions}
        sql={sql}
        onQuestion={choose}
        onForget={(name) => own.forget.mutate(name)}
      />
      {catalog.error || questions.error ? (
        <Failed
          error={catalog.error ?? questions.error}
          what="The list of tables and saved questions"
          onRetry={() => void Promise.all([catalog.refetch(), questions.refetch()])}
        />
      ) : catalog.isPending || questions.isPending ? (
        <Waiting what="the tables and saved questions" />
      ) : null}
      {unknown ? <NothingHere what="question" name={unknown} /> : null}
      <div className="query-desk">
        <Stack gap="sm" className={isQuestion ? 'query-statement of-question' : 'query-statement'}>
          <Suspense fallback={<Waiting what="the editor" />}>
            <Editor sql={sql} onChange={setSql} onRun={start} tables={tables} inserted={inserted} />
          </Suspense>
          <RunLine isRunning={state === 'running'} isEmpty={isEmpty} onRun={start} onStop={running.stop} />
          {left ? <LeftStatement sql={left} onChoose={() => replace(left)} /> : null}
          <StatementHistory statements={history.statements} onChoose={replace} />
        </Stack>
        <SchemaBrowser
          tables={tables}
          onInsert={(text) => setInserted({ text })}
          onAsk={(statement) => choose({ sql: statement, view: 'table' })}
        />
        <div aria-live="polite" className="query-answer">
          <ParameterFields
            parameters={parameters}
            typed={typed}
            onType={setTyped}
            onChange={(changed) =>
              setSql(
                declaring(
                  sql,
                  parameters.map((each) => (each.name === changed.name ? changed : each)),
                ),
              )
            }
            onRun={start}
            isRunning={state === 'running'}
          />
          {state === 'gone' ? (
            <NothingHere
              what="answer"
              name={linkedRun}
              why="The address may be old or misspelt: Athena keeps an answer for a limited time."
            />
          ) : null}
          {state === 'idle' || state === 'gone' || (isEmpty && isError(state)) ? (
            !isEmpty && sql !== START ? (
              <Empty>
                {unfilled.length > 0
                  ? `Give ${unfilled.map(({ name }) => heading(name)).join(' and ')} a value, then run the statement.`
                  : 'Run the statement to see its rows.'}
              </Empty>
            ) : (
              <FirstQuestions
                own={own.questions}
                questions={questions.data?.questions ?? []}
                onQuestion={choose}
              />
            )
          ) : null}
          {state === 'stopped' ? (
            <Empty>You stopped the query. Run the statement again to see its rows.</Empty>
          ) : null}
          {state === 'running' ? <Running progress={running.progress} /> : null}
          {isError(state) && !isEmpty ? (
            <QueryFailed
              error={state.error}
              sql={sql}
              onRetry={start}
              onRepair={(repaired) => choose({ sql: repaired, view, values: typed })}
            />
          ) : null}
          {isShown(state) ? (
            <Stack gap="sm">
              <AnswerOrigin sql={answered} question={name} tables={tables} />
              <AddedLevelsNote
                sql={answered}
                tables={tables}
                onRepair={(repaired) => choose({ sql: repaired, view, values: typed })}
              />
              <Answer
                key={state.run}
                result={state.result}
                sql={saving}
                progress={running.progress}
                title={title}
                isQuestion={asked !== undefined}
                seconds={state.seconds}
                rest={state.rest}
                onStop={running.stop}
                view={shownView}
                savesAtOnce={state.run === 0 ? wantedFile : ''}
                choice={choice}
                onView={(chosen) => {
                  setDrawnColumns(undefined)
                  change({ sql: answered, values: shownValues, view: chosen })
                }}
                onChoose={(chosen) => change({ sql: answered, values: shownValues, choice: chosen })}
                actions={
                  <>
                    <CopyLink />
                    <MailMe
                      key={name ?? `${answered}\n${title}`}
                      of={{ sql: saving, ...shownAs(state.result, shownView, choice) }}
                      result={state.result}
                      title={title.slice(0, MAX_TITLE)}
                    />
                    {state.result.columns.some(isFigure) ? (
                      <MailMe
                        key={`alert ${name ?? `${answered}\n${title}`}`}
                        isAlert
                        of={{ sql: saving, ...shownAs(state.result, shownView, choice) }}
                        result={state.result}
                        title={title}
                      />
                    ) : null}
                    <KeepQuestion
                      kept={saved}
                      taken={own.questions.map(({ name }) => name)}
                      proposed={asked ? questionTitle(asked.description) : title.slice(0, MAX_TITLE)}
                      question={keptAgain(
                        saved,
                        { sql: saving, ...shownAs(state.result, shownView, choice) },
                        choice,
                      )}
                      onKeep={own.keep.mutateAsync}
                      onForget={own.forget.mutateAsync}
                    />
                  </>
                }
              />
            </Stack>
          ) : null}
        </div>
      </div>
    </Stack>
  )
}

/** The question with a statement: with its defaults, else with others. */
const withStatement = <Question extends { sql: string }>(
  all: Question[],
  sql: string,
): Question | undefined =>
  all.find((one) => isSame(one.sql, sql)) ??
  all.find((one) => withoutDeclarations(one.sql) === withoutDeclarations(sql))

/** The file that a link asks for. */
const fileOf = (named: string | null): '' | 'csv' | 'xlsx' =>
  named === 'csv' || named === 'xlsx' ? named : ''

const isSame = (one: string, other: string): boolean => one.trim() === other.trim()

const columnsOf = ({ columns }: Result): string => columns.map(({ name }) => name).join('\n')

const isError = (state: RunState): state is { error: unknown } =>
  typeof state === 'object' && 'error' in state

/** What an address of the page says: a statement, how its answer is shown, and the query that answered it. */
interface Address extends Asked {
  run: string
}

/** The address follows what is shown; it is never read again, because it changes a moment later than the page. */
function useAddress(sql: string) {
  const [search, setSearch] = useSearchParams()
  const [address, setAddress] = useState<Address>()
  const shown: Asked = address ?? {
    sql,
    view: search.get('view') === 'chart' ? 'chart' : 'table',
    choice: choiceOf(search),
    values: valuesIn(search),
  }
  const opened: Address = { ...shown, run: search.get('run') ?? '' }
  const change = (next: Partial<Address>) => setAddress((before) => ({ ...(before ?? opened), sql, ...next }))
  useEffect(() => {
    if (!address) return
    const run = address.run ? `&run=${encodeURIComponent(address.run)}` : ''
    setSearch(`${questionAddress(address).split('?')[1]}${run}`, { replace: true })
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `setSearch` is another function after each change
  }, [address])
  return { view: shown.view, choice: shown.choice, isLinked: search.has('sql') && !search.has('run'), change }
}

/** Asks the saved question that the address names, which a search opened. Its statement is the lake's, so it may run at once. Returns a name that no question has; else an empty text. */
function useNamedQuestion(
  questions: Schemas['Question'][] | undefined,
  onQuestion: (question: Asked) => void,
): string {
  const [search] = useSearchParams()
  const named = search.get('question')
  const question = named ? questions?.find(({ name }) => name === named) : undefined
  useEffect(() => {
    if (question) onQuestion({ sql: question.sql, view: 'table' })
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each question that an address names
  }, [question])
  return named && questions && !question ? named : ''
}

/** Runs the statement of a link inside the console, such as the one of an order, unless the link waits (`waitingAddress`). A statement that the document was opened with may come from anybody and cost money, so it waits for a person. */
function useLinkedStatement(isStated: boolean, run: () => void): void {
  useEffect(() => {
    if (isStated && window.location.hash !== OPENED_WITH) run()
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each address; the page begins again with the next one
  }, [])
}

/** How long a query runs, and what it has read. */
function Running({ progress }: { progress: Progress | undefined }) {
  const words = useProgressWords(progress)
  if (!words) return <Waiting what="the answer" />
  return (
    <Empty>
      The query <span aria-live="off">{words}</span>. It continues until its answer is there, or until you
      stop it.
    </Empty>
  )
}

/** How an answer is shown, as a question or a mail keeps it. */
function shownAs(
  result: Result,
  view: View,
  choice: Choice | undefined,
): ShownChart & { kind: 'table' | 'line' | 'bar' } {
  const own = view === 'chart' && !isOnlyFigures(result) ? drawable(result, choice) : undefined
  if (!own) return { kind: 'table', x: '', y: [], series: '' }
  const { panel } = drawn(result.columns, result.rows, own, result.query.sql)
  const isLine = panel.kind !== 'bar'
  // Bars of averages are beside each other by themselves; the log scale of bars needs it stated.
  const isOwn = panel.scale === 'log' || panel.kind === 'scatter'
  const drawing = isOwn ? panel : chartDrawing(own, isLine)
  return { x: own.x, y: own.y, series: own.series, kind: isLine ? 'line' : 'bar', ...drawingOf(drawing) }
}

interface RunProps {
  isRunning: boolean
  isEmpty: boolean
  onRun: () => void
  onStop: () => void
}

function RunLine({ isRunning, isEmpty, onRun, onStop }: RunProps) {
  const seesPeople = useMay('personal-data')
  return (
    <Group>
      <Button onClick={onRun} loading={isRunning} disabled={isEmpty}>
        Run<span className="keys-that-move">&nbsp;(Ctrl+Enter)</span>
      </Button>
      {isRunning ? (
        <Button variant="default" onClick={onStop}>
          Stop
        </Button>
      ) : null}
      <Text size="sm" className="muted" role="status">
        {isEmpty
          ? 'Write a statement first, or choose a table of the list: its name is written for you.'
          : `In the SQL of Athena. A question changes nothing in the lake.${
              seesPeople ? '' : ' Columns about people are left out: the group personal-data sees them.'
            }`}
      </Text>
    </Group>
  )
}
