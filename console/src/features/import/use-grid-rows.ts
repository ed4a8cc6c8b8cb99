import { useCallback, useEffect, useRef, useState } from 'react'

import { read, type Schemas } from '../../api/client'

const PAGE_ROWS = 200
const MOST_PAGES = 40
const REST_MS = 50

type Row = Schemas['GridRow']

/** A row, with its texts after the steps of its columns where there are any. */
export type ShownRow = Row & { results?: (string | null)[] }

/** The rows of a grid, read a page at a time as they come into view. */
export interface GridRows {
  total: number
  at: (index: number) => ShownRow | undefined
  /** Read the pages of the rows from one index to another. */
  need: (from: number, to: number) => void
  /** The numbers of some rows from an index on. */
  numbers: (from: number, count: number) => Promise<number[]>
  error: unknown
}

interface Page {
  version: string
  /** The columns by which its cells are in order. */
  layout: string
  rows: Row[]
}

/**
 * Rows of an upload by what is shown of them. A new check has another `version`: rows that are shown are read again, and
 * stay until the new ones have come, unless the new check has other columns, or has them in another order.
 */
export function useGridRows(
  path: string,
  version: string,
  show: string,
  expected: number,
  columns: string[] = [],
): GridRows {
  const layout = JSON.stringify(columns)
  const pages = useRef(new Map<number, Page>())
  const asked = useRef(new Set<string>())
  const shown = useRef({ show, path })
  const view = useRef<[number, number]>([0, 0])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const [total, setTotal] = useState(expected)
  const [error, setError] = useState<unknown>()
  const [, redraw] = useState(0)

  const load = useCallback(
    async (page: number): Promise<Row[]> => {
      const key = `${path} ${version} ${show} ${page}`
      const answer = await read<Schemas['GridRows']>(`${path}/rows`, {
        query: {
          show,
          start: page * PAGE_ROWS,
          limit: PAGE_ROWS,
          check: version,
        },
      })
      if (asked.current.has(key)) {
        pages.current.set(page, { version: key, layout, rows: answer.rows })
        if (pages.current.size > MOST_PAGES) pages.current.delete(pages.current.keys().next().value ?? page)
        setTotal(answer.total)
        redraw((count) => count + 1)
      }
      return answer.rows
    },
    [path, version, show, layout],
  )

  const ask = useCallback(
    (from: number, to: number) => {
      if (expected === 0) return // no header was found, so there is no grid
      for (let page = Math.floor(from / PAGE_ROWS); page <= Math.floor(to / PAGE_ROWS); page += 1) {
        const key = `${path} ${version} ${show} ${page}`
        if (pages.current.get(page)?.version === key || asked.current.has(key)) continue
        asked.current.add(key)
        load(page)
          .then(
            () => setError(undefined),
            (failure: unknown) => setError(failure),
          )
          .finally(() => asked.current.delete(key))
      }
    },
    [load, path, version, show, expected],
  )

  // While somebody scrolls fast no page is read: each would be out of view when it comes.
  const need = useCallback(
    (from: number, to: number) => {
      view.current = [from, to]
      clearTimeout(timer.current)
      timer.current = setTimeout(() => ask(from, to), REST_MS)
    },
    [ask],
  )

  useEffect(() => {
    if (shown.current.show !== show || shown.current.path !== path) pages.current.clear()
    shown.current = { show, path }
    asked.current.clear()
    need(...view.current)
  }, [need, show, path])

  const at = useCallback(
    (index: number) => {
      const page = pages.current.get(Math.floor(index / PAGE_ROWS))
      return page?.layout === layout ? page.rows[index % PAGE_ROWS] : undefined
    },
    [layout],
  )
  const numbers = useCallback(
    async (from: number, count: number) => {
      const every: number[] = []
      for (let page = Math.floor(from / PAGE_ROWS); page * PAGE_ROWS < from + count; page += 1) {
        const rows = pages.current.get(page)?.rows ?? (await load(page))
        for (const { row } of rows) every.push(row)
      }
      return every.slice(from % PAGE_ROWS, (from % PAGE_ROWS) + count)
    },
    [load],
  )
  return { total, at, need, numbers, error }
}
