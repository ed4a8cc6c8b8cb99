import { expect, test } from 'vitest'

import {
  boardName,
  draftOf,
  kindsOf,
  missingOf,
  moved,
  ofKind,
  ofWidth,
  type PanelAsked,
  panelOf,
} from './board-draft'

const panel = (name: string, x = '', y: string[] = []): PanelAsked => ({
  name,
  sql: 'select 1',
  kind: 'table',
  unit: '',
  x,
  y,
  series: '',
  bounds: [],
  answer: '',
  nothing: '',
  units: {},
})

test.each([
  ['Branches at a glance', 'branches-at-a-glance'],
  ['  Umsatz in München & Köln! ', 'umsatz-in-munchen-koln'],
  ['€€€', ''],
  ['a'.repeat(80), 'a'.repeat(64)],
])('the title %s has the address %s', (title, name) => {
  expect(boardName(title)).toBe(name)
})

test('a panel moves one place and not past an end', () => {
  const names = (place: number, by: -1 | 1) =>
    moved([panel('a'), panel('b'), panel('c')], place, by).map(({ name }) => name)
  expect(names(1, -1)).toEqual(['b', 'a', 'c'])
  expect(names(1, 1)).toEqual(['a', 'c', 'b'])
  expect(names(0, -1)).toEqual(['a', 'b', 'c'])
  expect(names(2, 1)).toEqual(['a', 'b', 'c'])
})

test('only a question with columns of a chart is drawn as one', () => {
  expect(kindsOf(panel('a')).map(({ value }) => value)).toEqual(['table', 'kpi'])
  expect(kindsOf(panel('a', 'day', ['sold'])).map(({ value }) => value)).toEqual([
    'line',
    'bar',
    'table',
    'kpi',
  ])
})

test('a forecast stays a line with its band', () => {
  const fan = { ...panel('a', 'day', ['sold']), bounds: [['low', 'high']] as [string, string][] }
  expect(kindsOf(fan)[0]?.value).toBe('fan')
})

test('a dashboard needs a title, a panel, and a question for each panel', () => {
  expect(missingOf({ title: 'Sales', panels: [panel('a')] })).toBe('')
  expect(missingOf({ title: '!', panels: [panel('a')] })).toMatch(/a title with letters or digits/)
  expect(missingOf({ title: 'Sales', panels: [] })).toBe('Add a question first.')
  expect(missingOf({ title: 'Sales', panels: [panel(' ')] })).toBe('Give each panel its question first.')
})

test('the title of a person’s own dashboard is no title', () => {
  expect(missingOf({ title: ' Mine!', panels: [panel('a')] })).toBe('Choose another title first.')
  expect(missingOf({ title: 'Mine of 2026', panels: [panel('a')] })).toBe('')
})

test('an edit keeps the unit as it was written, and says what it replaces', () => {
  const { name: question, ...shown } = panel('Sold', 'day', ['n'])
  const board = {
    title: 'Sales',
    written_at: '2026-11-25T17:00:00',
    written_units: ['currency'],
    panels: [{ ...shown, question, unit: 'GBP' }],
  }
  expect(draftOf(board as Parameters<typeof draftOf>[0])).toEqual({
    title: 'Sales',
    replaces: '2026-11-25T17:00:00',
    panels: [{ ...panel('Sold', 'day', ['n']), unit: 'currency' }],
  })
})

test('a kept question is a panel as it was shown', () => {
  const kept = { name: 'Sold', sql: 'select 1', kind: 'bar', x: 'day', y: ['n'], series: '', is_pinned: true }
  expect(panelOf(kept as Parameters<typeof panelOf>[0])).toEqual({
    ...panel('Sold', 'day', ['n']),
    kind: 'bar',
  })
})

const LINE = {
  name: 'a',
  sql: 'select 1',
  kind: 'line' as const,
  x: 'day',
  y: ['sold'],
  series: 'branch',
  is_pinned: true,
}

test('a published question keeps its width, its scale and its action, and one of another kind has no scale', () => {
  const question = {
    ...LINE,
    scale: 'each' as const,
    action: 'Order more.',
    width: 'full' as const,
  }
  const layout = { scale: 'each', action: 'Order more.', width: 'full' }
  const published = panelOf(question)
  expect(published).toMatchObject(layout)
  const board = { title: 'B', written_at: '', written_units: [''], panels: [{ ...published, question: 'a' }] }
  expect(draftOf(board as unknown as Parameters<typeof draftOf>[0]).panels[0]).toMatchObject(layout)
  expect(ofKind(published, 'bar')).toEqual(panelOf({ ...question, kind: 'bar', scale: 'auto' }))
  expect(ofKind(published, 'bar')).not.toHaveProperty('scale')
})

test('a published question keeps the form, the stacking and the scale of its chart', () => {
  for (const drawing of [
    { form: 'area' as const, is_stacked: false },
    { form: 'points' as const, scale: 'linear' as const },
    { kind: 'bar' as const, is_stacked: false, scale: 'log' as const },
  ]) {
    const published = panelOf({ ...LINE, ...drawing })
    expect(published).toMatchObject(drawing)
    const board = { title: 'B', written_at: '', written_units: [''], panels: [published] }
    expect(draftOf(board as unknown as Parameters<typeof draftOf>[0]).panels[0]).toMatchObject(drawing)
  }
})

test('a panel is given a width, and the usual one states none', () => {
  const half = { ...panel('a'), width: 'half' as const }
  expect(ofWidth(half, 'full').width).toBe('full')
  expect('width' in ofWidth(half, '')).toBe(false)
})
