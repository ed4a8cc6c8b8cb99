// @vitest-environment happy-dom
import { act, renderHook, waitFor } from '@testing-library/react'
import { expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { NO_EDITS, withFormat } from './edits'
import { isKept, usePromisedCommit } from './use-promised-commit'

const stores = vi.hoisted(() => new Map<string, unknown>())
// The browser's store, which the test's environment does not have.
vi.mock('idb-keyval', () => ({
  createStore: () => undefined,
  entries: () => Promise.resolve([...stores]),
  get: (key: string) => Promise.resolve(stores.get(key)),
  set: (key: string, value: unknown) => Promise.resolve(void stores.set(key, value)),
  del: (key: string) => Promise.resolve(void stores.delete(key)),
}))

const closing = () => {
  const event = new Event('beforeunload', { cancelable: true })
  window.dispatchEvent(event)
  return event.defaultPrevented
}

test('a promised commit survives a reload, and closing the window asks until it has ended', async () => {
  const first = renderHook(() => usePromisedCommit('u'))
  expect(closing()).toBe(false)
  act(() => first.result.current.promise('stations'))
  expect(closing()).toBe(true)
  first.unmount()
  expect(closing()).toBe(false)
  const second = renderHook(() => usePromisedCommit('u'))
  await waitFor(() => expect(second.result.current.dataset).toBe('stations'))
  act(() => second.result.current.end())
  expect(closing()).toBe(false)
  second.unmount()
  const third = renderHook(() => usePromisedCommit('u'))
  await act(() => Promise.resolve())
  expect(third.result.current.dataset).toBe('')
})

test('another upload has no promise', async () => {
  const own = renderHook(() => usePromisedCommit('u'))
  act(() => own.result.current.promise('stations'))
  const other = renderHook(() => usePromisedCommit('v'))
  await act(() => Promise.resolve())
  expect(other.result.current.dataset).toBe('')
})

test('the promise is kept where every date is read in an order that somebody decided', () => {
  const order = (pattern: string) => ({ kind: 'date', format: { patterns: [pattern] }, others: 0 })
  const result = {
    outcome: 'done',
    acceptance: 'all_accepted',
    dataset: 'items',
    accepted: 40,
    received: 40,
    duplicates: 0,
    duplicate_of: '',
    grid: { columns: ['Sold'], orders: { Sold: [order('dd/MM/yyyy'), order('MM/dd/yyyy')] } },
    mapping: {
      dataset: 'items',
      fields: [{ name: 'sold_on', type: 'date', declared_format: {} }],
      columns: [{ column: 'Sold', field: 'sold_on' }],
    },
  } as unknown as Schemas['DryRun']
  const edits = { ...NO_EDITS, dataset: 'items', columns: { Sold: 'sold_on' } }
  // The gate has checked the rows without these dates.
  expect(isKept('items', result, edits)).toBe(false)
  expect(isKept('items', result, withFormat(edits, 'sold_on', { patterns: ['dd/MM/yyyy'] }))).toBe(true)
  expect(isKept('other', result, withFormat(edits, 'sold_on', { patterns: ['dd/MM/yyyy'] }))).toBe(false)
})
