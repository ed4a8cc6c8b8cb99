// @vitest-environment happy-dom
import { MantineProvider, Menu } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { PinItem } from './pin-item'
import { named, questionOfPanel } from './pinned-question'

const FAN = { question: 'What is ahead?', kind: 'fan', x: 'week', y: ['sold', 'mean'], series: '' } as const
const COLUMNS = ['week', 'sold', 'mean', 'title_low'].map((name) => ({ name }))
const QUESTION = {
  name: 'What is ahead?',
  sql: 'select 1',
  kind: 'line' as const,
  x: 'week',
  y: ['sold', 'mean'],
  series: '',
  is_pinned: true,
}
let own: object[] = []
let sent: unknown[] = []

beforeEach(() => {
  own = []
  sent = []
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string, { body }: RequestInit) => {
    if (body) {
      const question = JSON.parse(body as string) as object
      sent.push(question)
      own = [{ ...question, by: 'ana', at: '' }]
    }
    return Promise.resolve(Response.json(url.endsWith('/me') ? { name: 'ana' } : { questions: own }))
  })
})
afterEach(cleanup)

const show = () =>
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <Menu opened withinPortal={false}>
          <Menu.Target>
            <button>menu</button>
          </Menu.Target>
          <Menu.Dropdown>
            <PinItem question={QUESTION} />
          </Menu.Dropdown>
        </Menu>
      </QueryClientProvider>
    </MantineProvider>,
  )

test('a panel is put on the own dashboard once, and then the menu leads there', async () => {
  show()
  await userEvent.click(await screen.findByText('Put it on my dashboard'))
  const link = await screen.findByText('On my dashboard: open it')
  expect(link.closest('a')?.getAttribute('href')).toBe('#/dashboards/mine')
  expect(sent).toEqual([QUESTION])
})

test('a chart is pinned with its columns, and a table only if all of its columns are for people', () => {
  expect(questionOfPanel({ ...FAN, y: [...FAN.y] }, 'select 1', COLUMNS)).toEqual(QUESTION)
  const table = { ...FAN, kind: 'table' as const, x: '', y: [] }
  expect(questionOfPanel(table, 'select 1', COLUMNS)).toBeUndefined()
  expect(questionOfPanel(table, 'select 1', COLUMNS.slice(0, 3))).toMatchObject({ kind: 'table', x: '' })
})

test('another question of the same name is not replaced', () => {
  const others = [
    { name: QUESTION.name, sql: 'select 2' },
    { name: `${QUESTION.name} (2)`, sql: 'select 3' },
  ]
  expect(named(QUESTION, others).name).toBe('What is ahead? (3)')
  expect(named(QUESTION, [{ name: QUESTION.name, sql: QUESTION.sql }]).name).toBe(QUESTION.name)
})
