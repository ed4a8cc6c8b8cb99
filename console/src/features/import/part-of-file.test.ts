// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import type { Checked } from '../upload/transfer'
import { checkEdits } from './check-edits'
import { NO_EDITS, ofAnswer, withPart } from './edits'
import { keptEdits } from './kept-edits'
import { answeredEdits, useEdits } from './use-edits'

vi.mock('./check-edits', () => ({ checkEdits: vi.fn() }))
vi.mock('./kept-edits', () => ({ keptEdits: vi.fn(), keepEdits: vi.fn(() => Promise.resolve()) }))

const LINES = withPart({ ...NO_EDITS, dataset: '' }, 'Positionen')
const ANSWER = {
  outcome: 'needs_mapping',
  dataset: 'order_items',
  is_remembered: false,
  edits: { ...LINES, cells: [] },
  mapping: {
    dataset: 'order_items',
    fields: [],
    columns: [
      { column: 'Menge', field: 'quantity', is_confident: true },
      { column: 'Artikel', field: 'product_id', is_confident: false },
    ],
  },
} as unknown as Schemas['DryRun']

const ORDERS = { ...NO_EDITS, dataset: 'orders', part: 'Bestellungen' }
const FIRST = { ...ANSWER, dataset: 'orders', edits: { ...ORDERS, cells: [] }, mapping: null }
const checkOf = (result: unknown): Checked => ({ result: result as Checked['result'], etag: '' })
const OF_LINES = {
  ...ofAnswer({ ...LINES, cells: [] }),
  dataset: 'order_items',
  columns: { Menge: 'quantity' },
}
const PAUSE_MS = 450

beforeEach(() => {
  vi.useFakeTimers()
  vi.mocked(keptEdits).mockResolvedValue(undefined)
  vi.mocked(checkEdits).mockReset().mockResolvedValue(checkOf(ANSWER))
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

/** The hook after the edits that the browser kept are read. */
async function opened() {
  const { result } = renderHook(() => useEdits('u', checkOf(FIRST)))
  await act(() => vi.advanceTimersByTimeAsync(0))
  return result
}

const pause = () => act(() => vi.advanceTimersByTimeAsync(PAUSE_MS))

test('another sheet gets the dataset that its columns show, and the fields that are certain', async () => {
  const work = await opened()
  act(() => work.current.restart(LINES))
  await pause()
  expect(work.current.edits).toEqual(OF_LINES)
  expect(answeredEdits(LINES, true, ANSWER)).toEqual(OF_LINES)
})

test('no dataset is decided for a person who keeps the part and takes the dataset away', async () => {
  const work = await opened()
  act(() => work.current.restart(LINES))
  await pause()
  act(() => work.current.restart({ ...LINES }))
  await pause()
  expect(work.current.edits).toEqual(LINES)
  expect(answeredEdits(LINES, false, ANSWER)).toBe(LINES)
})

test('a sheet of no dataset stays so after a reload', async () => {
  vi.mocked(keptEdits).mockResolvedValue({ ...LINES })
  const work = await opened()
  await pause()
  expect(checkEdits).toHaveBeenCalled()
  expect(work.current.edits).toEqual(LINES)
})

test('a sheet of no dataset stays so where the check before it failed', async () => {
  vi.mocked(checkEdits).mockRejectedValueOnce(new Error('The network is away.'))
  const work = await opened()
  act(() => work.current.restart(LINES))
  await pause()
  act(() => work.current.restart({ ...LINES }))
  await pause()
  expect(checkEdits).toHaveBeenCalledTimes(2)
  expect(work.current.edits).toEqual(LINES)
})

test('the answer of a check leaves what was typed while it ran', async () => {
  let answer: (check: Checked) => void = () => undefined
  vi.mocked(checkEdits).mockReturnValueOnce(new Promise((resolve) => (answer = resolve)))
  const work = await opened()
  act(() => work.current.restart(LINES))
  await pause()
  const typed = { ...LINES, cells: { 1: { Menge: '7' } } }
  act(() => work.current.change(typed))
  await act(async () => {
    answer(checkOf(ANSWER))
    await vi.advanceTimersByTimeAsync(0)
  })
  expect(work.current.edits).toBe(typed)
  expect(work.current.isCurrent).toBe(false)
})
