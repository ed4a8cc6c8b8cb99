// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import type { Checked } from '../upload/transfer'
import { checkEdits } from './check-edits'
import { asRequest, type Edits, NO_EDITS } from './edits'
import { keptEdits } from './kept-edits'
import { isOfChoice, useEdits } from './use-edits'

vi.mock('./check-edits', () => ({ checkEdits: vi.fn() }))
vi.mock('./kept-edits', () => ({ keptEdits: vi.fn(), keepEdits: vi.fn(() => Promise.resolve()) }))

const FIELDS = ['receipt', 'amount'].map((name) => ({ name, title: name, type: 'string', required: true }))
/** A second month: each field is known, `Kassierer` is new, and row 40 is a line of totals. */
const SECOND_MONTH = {
  outcome: 'done',
  dataset: 'sales',
  is_remembered: false,
  edits: null,
  mapping: {
    dataset: 'sales',
    fields: FIELDS,
    columns: [
      { column: 'Beleg', field: 'receipt', is_confident: true },
      { column: 'Umsatz', field: 'amount', is_confident: true },
    ],
  },
  grid: { columns: ['Beleg', 'Umsatz', 'Kassierer'], totals: [40], formats: {}, orders: {} },
} as unknown as Schemas['DryRun']
const answerOf = (result: object): Checked => ({ result: result as Checked['result'], etag: '' })
const PAUSE_MS = 450

/** The gate answers each request with the edits that it was asked about. */
const answerAsAsked = (_: string, edits: Edits) =>
  Promise.resolve(answerOf({ ...SECOND_MONTH, edits: asRequest(edits) }))

beforeEach(() => {
  vi.useFakeTimers()
  vi.mocked(keptEdits).mockResolvedValue(undefined)
  vi.mocked(checkEdits).mockReset().mockImplementation(answerAsAsked)
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const pause = () => act(() => vi.advanceTimersByTimeAsync(PAUSE_MS))

test('a file with a new column and a line of totals is checked once, without both', async () => {
  const { result } = renderHook(() => useEdits('u', answerOf(SECOND_MONTH)))
  expect(result.current.isCurrent).toBe(false)
  await pause()
  await pause()
  expect(result.current.isCurrent).toBe(true)
  expect(checkEdits).toHaveBeenCalledOnce()
  expect(vi.mocked(checkEdits).mock.calls[0]?.[1]).toMatchObject({
    columns: { Beleg: 'receipt', Umsatz: 'amount', Kassierer: null },
    left_out: [40],
  })
})

test('decisions remembered without a new column need no click: the rows are checked, and only it is open', async () => {
  const columns = { Beleg: 'receipt', Umsatz: 'amount' }
  const first = {
    ...SECOND_MONTH,
    outcome: 'needs_mapping',
    is_remembered: true,
    edits: asRequest({ ...NO_EDITS, dataset: 'sales', columns }),
  }
  const { result } = renderHook(() => useEdits('u', answerOf(first)))
  await pause()
  await pause()
  expect(result.current.isCurrent).toBe(true)
  expect(vi.mocked(checkEdits).mock.calls[0]?.[1]).toMatchObject({ columns: { ...columns, Kassierer: null } })
  expect(result.current.edits.columns).toEqual(columns)
  expect(result.current.remembered?.columns).toEqual(columns)
})

test('an answer that changes the request is followed by the check of it', async () => {
  const unknown = { ...SECOND_MONTH, mapping: null, grid: { ...SECOND_MONTH.grid, totals: [] } }
  const { result } = renderHook(() => useEdits('u', answerOf(unknown)))
  const columns = { Beleg: 'receipt', Umsatz: 'amount' }
  act(() => result.current.change({ ...NO_EDITS, dataset: 'sales', columns }))
  await pause()
  expect(result.current.isCurrent).toBe(false)
  await pause()
  expect(result.current.isCurrent).toBe(true)
  const sent = vi.mocked(checkEdits).mock.calls.map(([, edits]) => edits.columns)
  expect(sent).toEqual([columns, { ...columns, Kassierer: null }])
})

test('answers that change the request back end the checks', async () => {
  let answers = 0
  vi.mocked(checkEdits).mockImplementation((_, edits) => {
    answers += 1
    const mapping = answers % 2 ? null : SECOND_MONTH.mapping
    return Promise.resolve(answerOf({ ...SECOND_MONTH, mapping, edits: asRequest(edits) }))
  })
  const { result } = renderHook(() => useEdits('u', answerOf(SECOND_MONTH)))
  for (let turn = 0; turn < 6; turn += 1) await pause()
  expect(result.current.isCurrent).toBe(true)
  expect(answers).toBeLessThan(4)
})

test('a check that failed says so, and runs again when a person asks for it', async () => {
  vi.mocked(checkEdits).mockRejectedValueOnce(new Error('The network is away.'))
  const { result } = renderHook(() => useEdits('u', answerOf(SECOND_MONTH)))
  await pause()
  await pause()
  expect(result.current.error).toBeInstanceOf(Error)
  expect(checkEdits).toHaveBeenCalledOnce()
  act(() => result.current.retry())
  await pause()
  expect(result.current.error).toBeUndefined()
  expect(result.current.isCurrent).toBe(true)
})

test('a draft is of the choice only once the part, encoding and header that it read are those chosen', () => {
  const first = { mapping: null, part: 'Sheet1', edits: null } as unknown as Checked['result']
  const own: Edits = { ...NO_EDITS, encoding: 'cp852', header_row: 5, part: 'Sheet1' }
  const second = { ...first, edits: asRequest(own) } as Checked['result']
  expect(isOfChoice(first, NO_EDITS)).toBe(true)
  expect(isOfChoice(first, { ...NO_EDITS, part: 'Sheet2' })).toBe(false)
  expect(isOfChoice(first, { ...NO_EDITS, encoding: 'cp852' })).toBe(false)
  expect(isOfChoice(first, { ...NO_EDITS, header_row: 5 })).toBe(false)
  expect(isOfChoice(second, own)).toBe(true)
  expect(isOfChoice(second, { ...own, encoding: 'cp850' })).toBe(false)
})
