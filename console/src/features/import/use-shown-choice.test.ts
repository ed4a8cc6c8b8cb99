// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import { useShownChoice } from './use-shown-choice'

afterEach(cleanup)

const check = (part: string, quarantined: number) => ({ part, dataset: 'orders', mapping: null, quarantined })

const shown = (first: ReturnType<typeof check>, isPhone: boolean) =>
  renderHook(({ result }) => useShownChoice(result, isPhone), { initialProps: { result: first } })

test('a phone begins with the rows with errors, and shows them until somebody chooses', () => {
  const { result, rerender } = shown(check('', 3), true)
  expect(result.current[0]).toBe('errors')
  rerender({ result: check('', 0) })
  expect(result.current[0]).toBe('errors')
  expect(shown(check('', 3), false).result.current[0]).toBe('all')
})

test('an error that a person types moves nobody on a phone to the rows with errors', () => {
  const { result, rerender } = shown(check('', 0), true)
  rerender({ result: check('', 1) })
  expect(result.current[0]).toBe('all')
})

test('a choice is about the columns of a part, so another part begins without it', () => {
  const { result, rerender } = shown(check('Lines', 2), false)
  act(() => result.current[1]('column_2-type'))
  rerender({ result: check('Lines', 1) })
  expect(result.current[0]).toBe('column_2-type')
  rerender({ result: check('Orders', 4) })
  expect(result.current[0]).toBe('all')
  rerender({ result: { ...check('Orders', 4), dataset: 'returns' } })
  expect(result.current[0]).toBe('all')
})

test('a phone decides what it begins with once the rows are checked', () => {
  const undecided = { ...check('', 0), outcome: 'needs_mapping' as const }
  const { result, rerender } = shown(undecided, true)
  expect(result.current[0]).toBe('all')
  rerender({ result: { ...check('', 3), outcome: 'rows' } as never })
  expect(result.current[0]).toBe('errors')
})
