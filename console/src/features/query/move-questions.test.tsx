// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { browserQuestions } from './browser-questions'
import { MoveQuestions } from './move-questions'
import type { KeptQuestion } from './saved-questions'

const KEY = 'headgate.questions'
const STORED = [
  {
    name: 'Sales by day',
    sql: 'select day, sold from sales',
    view: 'chart',
    choice: { x: 'day', y: ['sold'], series: '' },
    isPinned: true,
  },
  { name: 'Branches', sql: 'select * from branches', view: 'table' },
]
let kept: KeptQuestion[] = []

const show = (
  onKeep = (question: KeptQuestion) => Promise.resolve(kept.push(question)),
  taken: string[] = [],
) =>
  render(
    <MantineProvider>
      <MoveQuestions taken={taken} onKeep={onKeep} />
    </MantineProvider>,
  )

beforeEach(() => {
  kept = []
  window.localStorage.setItem(KEY, JSON.stringify(STORED))
})
afterEach(cleanup)

test('the questions of a browser move to the lake once, with their charts', async () => {
  show()
  await userEvent.click(screen.getByRole('button', { name: 'Move to the lake' }))
  expect((await screen.findByRole('status')).textContent).toBe('2 questions moved to the lake.')
  expect(kept).toEqual([
    {
      name: 'Sales by day',
      sql: 'select day, sold from sales',
      kind: 'line',
      x: 'day',
      y: ['sold'],
      series: '',
      is_pinned: true,
    },
    {
      name: 'Branches',
      sql: 'select * from branches',
      kind: 'table',
      x: '',
      y: [],
      series: '',
      is_pinned: false,
    },
  ])
  expect(window.localStorage.getItem(KEY)).toBeNull()
  cleanup()
  show()
  expect(screen.queryByRole('button', { name: 'Move to the lake' })).toBeNull()
})

test('a question of the same name in the lake is not replaced', async () => {
  show(undefined, ['Branches'])
  await userEvent.click(screen.getByRole('button', { name: 'Move to the lake' }))
  await screen.findByRole('status')
  expect(kept.map(({ name }) => name)).toEqual(['Sales by day', 'Branches (from this browser)'])
})

test('nothing leaves the browser where the lake does not answer', async () => {
  show(() => Promise.reject(new Error('no network')))
  await userEvent.click(screen.getByRole('button', { name: 'Move to the lake' }))
  await screen.findByRole('alert')
  expect(browserQuestions()).toHaveLength(2)
})

test('a text that is no list of questions offers nothing', () => {
  for (const text of ['', '{', '{"name": "a"}', '[{"name": 1}, null]']) {
    window.localStorage.setItem(KEY, text)
    expect(browserQuestions()).toEqual([])
  }
})
