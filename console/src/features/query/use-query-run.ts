import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { PAGE_ROWS, type Result, resumeQuery, runQuery } from './results'
import { isComplete } from './reading'

export type RunState = 'idle' | 'running' | { error: unknown } | { result: Result; seconds: number }

interface QueryRun {
  state: RunState
  run: (sql: string) => Promise<void>
  stop: () => void
}

/** A statement that runs; `started` is the query whose answer the address names, and which is shown again. */
export function useQueryRun(started: string, onEnded: (queryId: string) => void): QueryRun {
  const queries = useQueryClient()
  const control = useRef<AbortController>(undefined)
  const [state, setState] = useState<RunState>(started ? 'running' : 'idle')

  async function follow(answer: (signal: AbortSignal) => Promise<Result>): Promise<Result | undefined> {
    control.current?.abort()
    const own = new AbortController()
    control.current = own
    setState('running')
    const began = performance.now()
    try {
      const result = await answer(own.signal)
      setState({ result, seconds: (performance.now() - began) / 1000 })
      return result
    } catch (error) {
      if (!own.signal.aborted) setState({ error })
      return undefined
    }
  }

  useEffect(() => {
    const own = new AbortController()
    control.current = own
    const began = performance.now()
    if (started)
      resumeQuery(started, own.signal, PAGE_ROWS).then(
        (result) => setState({ result, seconds: (performance.now() - began) / 1000 }),
        // An old answer may be gone: the statement is there to be run again.
        () => own.signal.aborted || setState('idle'),
      )
    return () => control.current?.abort()
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, for the address that was opened
  }, [])

  async function run(sql: string): Promise<void> {
    const result = await follow((signal) => runQuery({ sql }, signal, PAGE_ROWS))
    if (!result) return
    if (isComplete(result)) queries.setQueryData(['result', sql], result)
    onEnded(result.query.query_id)
  }
  function stop(): void {
    control.current?.abort()
    setState('idle')
  }
  return { state, run, stop }
}
