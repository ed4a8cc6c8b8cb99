import { beforeEach, expect, test, vi } from 'vitest'

import { forgetAll, forgetOthers, keep, type Kept, keptFiles } from './kept-files'

const stored = vi.hoisted(() => new Map<string, unknown>())

vi.mock('idb-keyval', () => ({
  clear: () => Promise.resolve(stored.clear()),
  createStore: () => undefined,
  del: (id: string) => Promise.resolve(stored.delete(id)),
  delMany: (ids: string[]) => Promise.resolve(ids.forEach((id) => stored.delete(id))),
  entries: () => Promise.resolve([...stored]),
  set: (id: string, value: unknown) => Promise.resolve(stored.set(id, value)),
}))

const HOUR_MS = 60 * 60 * 1000
const kept = (id: string, by: string, hours = 0): Kept => ({
  id,
  file: new File(['a'], `${id}.xlsx`),
  dataset: '',
  by,
  addedAt: Date.now() - hours * HOUR_MS,
})
const idsOf = async (by: string) => (await keptFiles(by)).map(({ id }) => id)

beforeEach(async () => {
  stored.clear()
  for (const one of [
    kept('ana', 'ana', 2),
    kept('ana-now', 'ana'),
    kept('ben', 'ben'),
    kept('old', 'ana', 25),
  ])
    await keep(one)
})

test('a person goes on with their own files of the last day, and with nobody else’s', async () => {
  expect(await idsOf('ana')).toEqual(['ana-now', 'ana'])
  expect(await idsOf('ben')).toEqual(['ben'])
})

test('a file that names nobody is nobody’s', async () => {
  const { id, file, dataset, addedAt } = kept('unnamed', '')
  await keep({ id, file, dataset, addedAt } as Kept)
  expect(await idsOf('ana')).not.toContain('unnamed')
})

test('whoever signs in next leaves no file of another person in the browser, and no old one', async () => {
  await forgetOthers('ana')
  expect([...stored.keys()]).toEqual(['ana', 'ana-now'])
  await forgetOthers('ben')
  expect(stored.size).toBe(0)
})

test('a sign-out forgets every file', async () => {
  await forgetAll()
  expect(stored.size).toBe(0)
})
