import { expect, test } from 'vitest'

import { movedBy, publishedPanels, widened } from './arranged'

const QUESTIONS = ['a', 'b', 'c'].map((name) => ({ name, width: '' as const }))
const names = (panels: { name: string }[]): string => panels.map(({ name }) => name).join('')

test('a panel moves by one place, and stays at an end', () => {
  expect(names(movedBy(QUESTIONS, 1, -1))).toBe('bac')
  expect(names(movedBy(QUESTIONS, 1, 1))).toBe('acb')
  expect(names(movedBy(QUESTIONS, 0, -1))).toBe('abc')
  expect(names(movedBy(QUESTIONS, 2, 1))).toBe('abc')
  expect(names(movedBy(QUESTIONS, 2, -2))).toBe('cab')
  expect(names(movedBy(QUESTIONS, 0, 2))).toBe('bca')
})

test('one panel gets another width', () => {
  expect(widened(QUESTIONS, 1, 'full').map(({ width }) => width)).toEqual(['', 'full', ''])
})

test('a published panel has the width that it has on the own dashboard', () => {
  const drawing = { kind: 'table' as const, x: '', y: [], series: '', width: '' as const }
  const table = { ...drawing, name: 'a', sql: 'select 1', is_pinned: true }
  const widths = (questions: Parameters<typeof publishedPanels>[0]) =>
    publishedPanels(questions).map(({ width }) => width)
  expect(widths([table, { ...table, width: 'full' }])).toEqual(['half', 'full'])
  expect(widths([table])).toEqual(['full'])
})
