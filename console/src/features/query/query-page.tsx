import { Button, Group, Select, Stack, Text, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'

import { PAGE_ROWS, type Result, runQuery, useCatalog, useMay, useQuestions } from '../../api/queries'
import { Empty, Failed, Waiting } from '../../components/states'
import { Answer, type View } from './answer'
import { isComplete } from './reading'

const Editor = lazy(() => import('./editor'))
const START = 'SELECT *\nFROM '

export function QueryPage() {
  const [search, setSearch] = useSearchParams()
  const [sql, setSql] = useState(search.get('sql') ?? START)
  const questions = useQuestions()
  const catalog = useCatalog()
  const seesPeople = useMay('personal-data')
  const running = useRef<AbortController>(undefined)
  const [state, setState] = useState<
    'idle' | 'running' | { error: unknown } | { result: Result; seconds: number }
  >('idle')
  const queries = useQueryClient()
  const view: View = search.get('view') === 'chart' ? 'chart' : 'table'

  function show(chosen: View): void {
    setSearch({ sql, view: chosen }, { replace: true })
  }

  async function run(): Promise<void> {
    running.current?.abort()
    const control = new AbortController()
    running.current = control
    setSearch({ sql, view }, { replace: true })
    setState('running')
    const began = performance.now()
    try {
      const result = await runQuery({ sql }, control.signal, PAGE_ROWS)
      if (isComplete(result)) queries.setQueryData(['result', sql], result)
      setState({ result, seconds: (performance.now() - began) / 1000 })
    } catch (error) {
      if (!control.signal.aborted) setState({ error })
    }
  }

  return (
    <Stack gap="sm">
      <Title order={1} size="h3">
        Query
      </Title>
      <Group gap="sm" align="end">
        <Select
          label="Saved question"
          placeholder="Choose one"
          searchable
          w={{ base: '100%', sm: 420 }}
          data={(questions.data?.questions ?? []).map((one) => ({ value: one.name, label: one.description }))}
          onChange={(name) => {
            const found = questions.data?.questions.find((one) => one.name === name)
            if (found) setSql(found.sql.trim())
          }}
        />
        <Select
          label="Table"
          placeholder="Insert a name"
          searchable
          w={{ base: '100%', sm: 280 }}
          data={(catalog.data?.tables ?? []).map((one) => `${one.database}.${one.name}`)}
          onChange={(name) => name && setSql((before) => `${before.trimEnd()} ${name}`)}
        />
      </Group>
      {catalog.error || questions.error ? (
        <Failed
          error={catalog.error ?? questions.error}
          what="The list of tables and saved questions"
          onRetry={() => void Promise.all([catalog.refetch(), questions.refetch()])}
        />
      ) : catalog.isPending || questions.isPending ? (
        <Waiting what="the tables and saved questions" />
      ) : null}
      <Suspense fallback={<Waiting what="the editor" />}>
        <Editor sql={sql} onChange={setSql} onRun={() => void run()} tables={catalog.data?.tables ?? []} />
      </Suspense>
      <Group>
        <Button onClick={() => void run()} loading={state === 'running'} disabled={!sql.trim()}>
          Run (Ctrl+Enter)
        </Button>
        {state === 'running' ? (
          <Button
            variant="default"
            onClick={() => {
              running.current?.abort()
              setState('idle')
            }}
          >
            Stop
          </Button>
        ) : null}
        <Text size="sm" className="muted">
          Athena SQL. A statement only reads.
          {seesPeople ? '' : ' Columns about people are left out: the group personal-data sees them.'}
        </Text>
      </Group>
      <div aria-live="polite">
        {state === 'idle' ? <Empty>Write a statement, or choose a saved question.</Empty> : null}
        {state === 'running' ? <Waiting what="the answer" /> : null}
        {typeof state === 'object' && 'error' in state ? (
          <Failed error={state.error} what="The query" isAction onRetry={() => void run()} />
        ) : null}
        {typeof state === 'object' && 'result' in state ? (
          <Answer key={state.result.query.query_id} {...state} view={view} onView={show} />
        ) : null}
      </div>
    </Stack>
  )
}
