import { expect, test } from 'vitest'

import { keepList, keptList } from './kept-list'

const isText = (value: unknown): value is string => typeof value === 'string'
const holding = (text: string | null) => () => ({ getItem: () => text })
const refused = (): never => {
  throw new Error('denied')
}

test('a list is read without what is not of its kind', () => {
  expect(keptList(holding('["a", 1, null, "b"]'), 'k', isText)).toEqual(['a', 'b'])
})

test('nothing kept, other data, damaged data and a refused store are an empty list', () => {
  for (const open of [holding(null), holding('{"a": 1}'), holding('['), refused])
    expect(keptList(open, 'k', isText)).toEqual([])
})

test('a list is kept as it is read, and a refused store stops nothing', () => {
  const kept = new Map<string, string>()
  const storage = {
    setItem: (key: string, text: string) => void kept.set(key, text),
    getItem: (key: string) => kept.get(key) ?? null,
  }
  keepList(() => storage, 'k', ['a'])
  expect(keptList(() => storage, 'k', isText)).toEqual(['a'])
  expect(() => keepList(refused, 'k', ['a'])).not.toThrow()
})
