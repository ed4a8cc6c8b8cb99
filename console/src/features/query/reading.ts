import { useEffect, useRef, useState } from 'react'

import { fileRows } from './result-file'
import { moreRows, type Result } from './results'

/** The most rows of an answer that a browser keeps: those of a spreadsheet, below its headings. */
export const MOST_ROWS = 1_048_575

export interface Reading {
  result: Result
  /** The result as of the end of the last reading, for what is too much work to repeat with each page. */
  settled: Result
  isReading: boolean
  error: unknown
  /** Reads until the answer has so many rows, or has ended; undefined if that was stopped or failed. */
  readTo: (rows: number) => Promise<Result | undefined>
  stop: () => void
}

/** An answer whose first page is there, and whose other pages are read when they are needed. */
export function useReading(first: Result): Reading {
  const [begun, setBegun] = useState(first)
  const [result, setResult] = useState(first)
  const [settled, setSettled] = useState(first)
  const [isReading, setReading] = useState(false)
  const [error, setError] = useState<unknown>()
  const control = useRef<AbortController>(undefined)
  if (begun !== first) {
    // The whole answer follows its first rows, which nobody could continue.
    setBegun(first)
    setResult(first)
    setSettled(first)
  }
  useEffect(() => () => control.current?.abort(), [])

  async function readTo(rows: number): Promise<Result | undefined> {
    if (result.isFirst) return undefined
    if (isComplete(result) || result.rows.length >= rows) return result
    control.current?.abort()
    const own = new AbortController()
    control.current = own
    setReading(true)
    setError(undefined)
    let newest = result
    function keep(page: Result): void {
      newest = page
      setResult(page)
    }
    try {
      return await (rows < MOST_ROWS
        ? moreRows(result, own.signal, rows, keep)
        : everyRow(result, own.signal, keep))
    } catch (failure) {
      if (!own.signal.aborted) setError(failure)
      return undefined
    } finally {
      if (control.current === own) {
        setReading(false)
        setSettled(newest)
      }
    }
  }
  return { result, settled, isReading, error, readTo, stop: () => control.current?.abort() }
}

/** All rows that a browser keeps, from the file of the answer, or page by page where the file cannot be read. */
async function everyRow(
  result: Result,
  signal: AbortSignal,
  onRows: (result: Result) => void,
): Promise<Result> {
  try {
    return await fileRows(result, signal, MOST_ROWS, onRows)
  } catch {
    signal.throwIfAborted()
    return moreRows(result, signal, MOST_ROWS, onRows)
  }
}

export const isComplete = (result: Result): boolean => result.next === '' && !result.isFirst
