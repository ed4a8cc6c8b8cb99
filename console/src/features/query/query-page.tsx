import { Alert, Button, Group, Select, Stack, Text, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'

import { bytes, csvLine, download, seconds, whole } from '../../api/format'
import { type Result, runQuery, useCatalog, useQuestions } from '../../api/queries'
import { Grid } from '../../components/grid'
import { Empty, Failed, Waiting } from '../../components/states'

const Editor = lazy(() => import('./editor'))
const MOST_ROWS = 1_000_000
const START = 'SELECT *\nFROM '

export function QueryPage() {
  const [search, setSearch] = useSearchParams()
  const [sql, setSql] = useState(search.get('sql') ?? START)
  const questions = useQuestions()
  const catalog = useCatalog()
  const running = useRef<AbortController>(undefined)
  const [state, setState] = useState<
    'idle' | 'running' | { error: unknown } | { result: Result; seconds: number }
  >('idle')
  const queries = useQueryClient()

  async function run(): Promise<void> {
    running.current?.abort()
    const control = new AbortController()
    running.current = control
    setSearch({ sql }, { replace: true })
    setState('running')
    const began = performance.now()
    try {
      const result = await runQuery({ sql }, control.signal, MOST_ROWS)
      queries.setQueryData(['result', sql], result)
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
        </Text>
      </Group>
      <div aria-live="polite">
        {state === 'idle' ? <Empty>Write a statement, or choose a saved question.</Empty> : null}
        {state === 'running' ? <Waiting what="the answer" /> : null}
        {typeof state === 'object' && 'error' in state ? (
          <Failed error={state.error} what="The answer" />
        ) : null}
        {typeof state === 'object' && 'result' in state ? <Shown {...state} /> : null}
      </div>
    </Stack>
  )
}

function Shown({ result, seconds: took }: { result: Result; seconds: number }) {
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm" data-testid="query-summary">
          {whole(result.rows.length)} rows in {seconds(took)}, {bytes(result.query.scanned_bytes)} scanned, $
          {result.query.cost_usd}
        </Text>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() =>
            download('answer.csv', [
              csvLine(result.columns.map((one) => one.name)),
              ...result.rows.map(csvLine),
            ])
          }
        >
          Download CSV
        </Button>
      </Group>
      {result.complete ? null : (
        <Alert color="yellow">
          Only the first {whole(result.rows.length)} rows are shown. Narrow the statement to see the others.
        </Alert>
      )}
      {result.rows.length === 0 ? (
        <Empty>The answer has no rows.</Empty>
      ) : (
        <Grid
          columns={result.columns}
          rows={{ length: result.rows.length, at: (index) => result.rows[index] }}
          height={520}
          label="Answer"
        />
      )}
    </Stack>
  )
}
