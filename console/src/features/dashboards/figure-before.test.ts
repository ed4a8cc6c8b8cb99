import { expect, test } from 'vitest'

import { keepFigure, shownBefore } from './figure-before'

function storage() {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
}

test('a figure of a new run is compared with the one of the run before, also when it is read again', () => {
  const kept = storage()
  expect(shownBefore('sales/next', 'run-1', kept)).toBeUndefined()
  keepFigure('sales/next', { run: 'run-1', value: '635' }, kept)
  expect(shownBefore('sales/next', 'run-1', kept)).toBeUndefined()
  expect(shownBefore('sales/next', 'run-2', kept)?.value).toBe('635')
  keepFigure('sales/next', { run: 'run-2', value: '637' }, kept)
  keepFigure('sales/next', { run: 'run-2', value: '637' }, kept)
  expect(shownBefore('sales/next', 'run-2', kept)).toEqual({ run: 'run-1', value: '635' })
  expect(shownBefore('sales/next', 'run-3', kept)?.value).toBe('637')
  expect(shownBefore('sales/other', 'run-3', kept)).toBeUndefined()
})

test('a browser whose storage is broken or full compares nothing', () => {
  const broken = { getItem: () => '{', setItem: () => undefined }
  expect(shownBefore('sales/next', 'run-1', broken)).toBeUndefined()
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new Error('full')
    },
  }
  expect(() => keepFigure('sales/next', { run: 'run-1', value: '635' }, full)).not.toThrow()
})
