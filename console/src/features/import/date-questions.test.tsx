// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { localTimes, openOrders, withoutOpenOrders } from './date-orders'
import { DateOrderQuestions, ZoneQuestion } from './date-questions'
import { type Edits, NO_EDITS, withFormat } from './edits'
import { formatChoices, formatWords } from './formats'
import { openFormats } from './suggested-fields'
import { showCommitLine } from './test-commit-line'

afterEach(cleanup)

const field = (name: string, type: string, time_zone = '', declared_format = {}) => ({
  name,
  title: name,
  type,
  time_zone,
  declared_format,
})
const order = (pattern: string) => ({ kind: 'timestamp', format: { patterns: [pattern] }, others: 0 })
const DAY_FIRST = { patterns: ['dd/MM/yyyy HH:mm'] }
const MONTH_FIRST = { patterns: ['MM/dd/yyyy HH:mm'] }
const ORDERS = [order('dd/MM/yyyy HH:mm'), order('MM/dd/yyyy HH:mm')]

const RESULT = {
  outcome: 'done',
  acceptance: 'nothing_accepted',
  quarantined: 40,
  accepted: 0,
  grid: {
    columns: ['changed', 'sold', 'code'],
    rows: 40,
    formats: {},
    flawed_cells: {},
    orders: { changed: ORDERS, sold: ORDERS, code: ORDERS },
    local_times: ['changed', 'sold'],
  },
  mapping: {
    dataset: 'items',
    fields: [
      field('updated_at', 'timestamp'),
      field('sold_at', 'timestamp', 'Europe/Berlin'),
      field('code', 'string'),
    ],
    columns: [{ column: 'changed', field: 'updated_at' }, { column: 'sold' }, { column: 'code' }],
  },
  proposed_steps: [],
} as unknown as Schemas['DryRun']
const MAPPED = { ...NO_EDITS, dataset: 'items', columns: { changed: 'updated_at', code: 'code' } }
const BOTH = { ...MAPPED, columns: { ...MAPPED.columns, sold: 'sold_at' } }

function show(first: Edits, result = RESULT): { edits: Edits } {
  const shown = { edits: first }
  function Questions() {
    const [edits, setEdits] = useState(first)
    const change = (next: Edits) => {
      shown.edits = next
      setEdits(next)
    }
    return (
      <MantineProvider>
        <DateOrderQuestions result={result} edits={edits} onChange={change} />
        <ZoneQuestion result={result} edits={edits} onChange={change} />
      </MantineProvider>
    )
  }
  render(<Questions />)
  return shown
}

const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }))

test('dates that can be read two ways are asked about once for all columns, and texts are not', () => {
  const shown = show(BOTH)
  screen.getByText('How to read changed, sold')
  press('month first, as in 12/31/2026')
  expect(shown.edits.formats).toEqual({ updated_at: MONTH_FIRST, sold_at: MONTH_FIRST })
  expect(screen.queryByText(/How to read/)).toBeNull()
})

test('an answer takes the suggested field of the column, too', () => {
  const shown = show({ ...NO_EDITS, dataset: 'items' })
  press('day first, as in 31/12/2026')
  expect(shown.edits.columns).toEqual({ changed: 'updated_at' })
  expect(shown.edits.formats).toEqual({ updated_at: DAY_FIRST })
})

test('the gate checks the other columns first, and the commit asks instead of showing red rows', () => {
  expect(withoutOpenOrders(BOTH, RESULT).columns).toEqual({ changed: null, sold: null, code: 'code' })
  const answered = withFormat(MAPPED, 'updated_at', DAY_FIRST)
  expect(openOrders(RESULT, answered)).toEqual([])
  expect(withoutOpenOrders(answered, RESULT)).toEqual(answered)
  showCommitLine(RESULT, MAPPED, undefined, undefined, ['changed'])
  screen.getByText('Choose above how to read changed.')
  screen.getByText('Not checked yet: the gate checks changed once its order of day and month is decided.')
  expect(screen.queryByRole('button', { name: /errors/ })).toBeNull()
})

test('the column that refuses every row is named with its remedy', () => {
  const grid = { ...RESULT.grid, causes: [{ column: 'changed', rule: 'type', rows: 40 }] }
  showCommitLine({ ...RESULT, grid } as unknown as Schemas['DryRun'], MAPPED)
  screen.getByText(/^Every row is refused because of changed: in ⋯ above it, choose how it is written/)
})

test('a format that the contract declares is no question, and a choice that hides it is', () => {
  const fields = [field('updated_at', 'timestamp', '', DAY_FIRST)]
  const declared = { ...RESULT, mapping: { ...RESULT.mapping, fields } } as unknown as Schemas['DryRun']
  expect(openOrders(declared, MAPPED)).toEqual([])
  expect(openOrders(declared, { ...NO_EDITS, dataset: 'items' })).toEqual([])
  expect(openOrders(declared, withFormat(MAPPED, 'updated_at', { trim: true }))).toHaveLength(1)
})

test('a format without a pattern answers no question about the order, and is kept by the answer', () => {
  const trimmed = withFormat(MAPPED, 'updated_at', { trim: true })
  expect(openOrders(RESULT, trimmed)).toHaveLength(1)
  const shown = show(trimmed)
  screen.getByText(/^The first dates fit each of these\./)
  press('day first, as in 31/12/2026')
  expect(shown.edits.formats).toEqual({ updated_at: { trim: true, ...DAY_FIRST } })
})

const zoneOf = (column: string) =>
  screen.getByLabelText<HTMLSelectElement>(`Zone of the times in ${column}, which state none`)

test('times without a zone are of that of their field unless a person names another one', () => {
  expect(localTimes(RESULT, BOTH).map(({ zone, column }) => [zone, column])).toEqual([
    ['UTC', 'changed'],
    ['Europe/Berlin', 'sold'],
  ])
  const shown = show(withFormat(MAPPED, 'updated_at', DAY_FIRST))
  fireEvent.change(zoneOf('changed'), { target: { value: 'Europe/London' } })
  expect(shown.edits.formats).toEqual({ updated_at: { ...DAY_FIRST, timezone: 'Europe/London' } })
  fireEvent.change(zoneOf('changed'), { target: { value: 'UTC' } })
  expect(shown.edits.formats).toEqual({ updated_at: DAY_FIRST })
})

test('each column keeps a zone of its own, also once two have the same', () => {
  const shown = show(BOTH)
  fireEvent.change(zoneOf('changed'), { target: { value: 'Europe/Berlin' } })
  fireEvent.change(zoneOf('changed'), { target: { value: 'Europe/London' } })
  expect(zoneOf('sold').value).toBe('Europe/Berlin')
  expect(shown.edits.formats).toEqual({ updated_at: { timezone: 'Europe/London' } })
})

test('a zone that the browser lists by another name is shown, and a declared pattern stays with another zone', () => {
  const own = { patterns: ['dd/MM/yyyy HH:mm'], timezone: 'Asia/Calcutta' }
  const fields = [field('updated_at', 'timestamp', 'Mars/Olympus', own)]
  const shown = show(MAPPED, { ...RESULT, mapping: { ...RESULT.mapping, fields } } as never)
  expect(zoneOf('changed').value).toBe('Mars/Olympus')
  fireEvent.change(zoneOf('changed'), { target: { value: 'Europe/London' } })
  expect(shown.edits.formats).toEqual({ updated_at: { ...DAY_FIRST, timezone: 'Europe/London' } })
})

test('a zone is no spelling: the format of the values is still offered, and another one keeps the zone', () => {
  const zoned = withFormat(MAPPED, 'updated_at', { timezone: 'Europe/London' })
  const known = { changed: { kind: 'timestamp', format: MONTH_FIRST, others: 0 } }
  const grid = { ...RESULT.grid, orders: {}, formats: known, flawed_cells: { changed: 40 } }
  expect(openFormats({ ...RESULT, grid } as unknown as Schemas['DryRun'], zoned)).toHaveLength(1)
  const formats = withFormat(zoned, 'updated_at', DAY_FIRST).formats
  expect(formatWords(formats.updated_at)).toBe('dd/MM/yyyy HH:mm · times of Europe/London')
})

test('the menu of a column has dates with a time of day, with and without seconds', () => {
  const labels = formatChoices('timestamp').map(({ label }) => label)
  expect(labels).toContain('dd/MM/yyyy HH:mm[:ss]: 31/12/2026 18:30')
  expect(labels).toContain('MM/dd/yyyy HH:mm[:ss]: 12/31/2026 18:30')
  expect(formatChoices('date').some(({ label }) => label.includes('HH'))).toBe(false)
})
