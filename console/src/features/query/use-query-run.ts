import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import type { Schemas } from '../../api/client'
import { PAGE_ROWS, type Result, resumeQuery, runFirstRows } from './results'
import { isMissing } from '../../components/states'
import type { Values } from './parameters'
import { isComplete } from './reading'

/** The answer of a run. `rest` is how the whole answer stands while `result` has the first rows only. */
export interface Answered {
  run: number
  /** The statement as it was asked; the one in the editor may be another by now. */
  sql: string
  /** Of its parameters. */
  values: Values
  result: Result
  seconds: number
  rest: 'running' | 'stopped' | { error: unknown }
}

/** When a query began, and what it has read so far. */
export interface Progress {
  began: number
  scanned_bytes: number
}

/** `gone`: the answer that an address names does not exist, or does not any more; `stopped`: a person stopped the query before it had rows. */
export type RunState = 'idle' | 'gone' | 'stopped' | 'running' | { error: unknown } | Answered

interface QueryRun {
  state: RunState
  /** How far the query is that runs. */
  progress: Progress | undefined
  run: (sql: string, values: Values) => Promise<void>
  stop: () => void
  /** Shows no answer: that of another statement is none of the one that cannot run yet. */
  clear: () => void
}

/** The query whose answer an address names, and its statement; each is empty where it names none. */
interface Started {
  id: string
  sql: string
  values: Values
  /** Gets the statement that was answered. */
  onResumed: (sql: string) => void
}

/** A statement that runs; the answer of `started` is shown again. */
export function useQueryRun(started: Started, onEnded: (result: Result, sql: string) => void): QueryRun {
  const queries = useQueryClient()
  const control = useRef<AbortController>(undefined)
  const runs = useRef(0)
  const [state, setState] = useState<RunState>(started.id ? 'running' : 'idle')
  const [progress, setProgress] = useState<Progress>()
  // The address may have changed while the query ran.
  const ended = useRef(onEnded)
  useEffect(() => {
    ended.current = onEnded
  })

  useEffect(() => {
    const own = new AbortController()
    control.current = own
    const show = shower(setState, 0, started.values)
    if (started.id)
      resumeQuery(started.id, own.signal, PAGE_ROWS).then(
        (result) => {
          show(started.sql || result.query.sql)(result)
          started.onResumed(result.query.sql)
        },
        // An old answer may be gone: its statement can be run again.
        (error: unknown) => own.signal.aborted || setState(isMissing(error) ? 'gone' : { error }),
      )
    return () => control.current?.abort()
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, for the address that was opened
  }, [])

  async function run(sql: string, values: Values): Promise<void> {
    control.current?.abort()
    const own = new AbortController()
    control.current = own
    runs.current += 1
    setState('running')
    const show = shower(setState, runs.current, values)(sql)
    const began = Date.now()
    const hasValues = Object.keys(values).length > 0
    const seen = ({ scanned_bytes }: Schemas['Query']) => setProgress({ began, scanned_bytes })
    setProgress({ began, scanned_bytes: 0 })
    try {
      const result = await runFirstRows(hasValues ? { sql, values } : { sql }, own.signal, show, seen)
      show(result)
      if (isComplete(result) && !hasValues) queries.setQueryData(['result', sql], result)
      ended.current(result, sql)
    } catch (error) {
      if (!own.signal.aborted)
        setState((before) => (isShown(before) ? { ...before, rest: { error } } : { error }))
    }
  }
  function stop(): void {
    control.current?.abort()
    setState((before) => (isShown(before) ? { ...before, rest: 'stopped' } : 'stopped'))
  }
  function clear(): void {
    control.current?.abort()
    setState('idle')
  }
  return { state, progress, run, stop, clear }
}

export const isShown = (state: RunState): state is Answered => typeof state === 'object' && 'result' in state

/** Shows results of a run with the seconds since its start. */
function shower(
  setState: (state: RunState) => void,
  run: number,
  values: Values,
): (sql: string) => (result: Result) => void {
  const began = performance.now()
  return (sql) => (result) =>
    setState({ run, sql, values, result, seconds: (performance.now() - began) / 1000, rest: 'running' })
}
