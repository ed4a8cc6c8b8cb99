// @vitest-environment happy-dom
import { MantineProvider, Menu } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { PinItem } from './pin-item'
import { pinnedAs, questionOfPanel } from './pinned-question'

const FAN = { question: 'What is ahead?', kind: 'fan', x: 'week', y: ['sold', 'mean'], series: '' } as const
const COLUMNS = ['week', 'sold', 'mean', 'title_low'].map((name) => ({ name }))
const QUESTION = {
  name: 'What is ahead?',
  sql: 'select 1',
  kind: 'fan' as const,
  x: 'week',
  y: ['sold', 'mean'],
  series: '',
  bounds: [],
  answer: '',
  nothing: '',
  units: {},
  is_pinned: true,
}
let own: object[] = []
let sent: unknown[] = []
let isFailing = false

beforeEach(() => {
  own = []
  sent = []
  isFailing = false
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', (url: string, { body }: RequestInit) => {
    if (body && isFailing) return Promise.resolve(Response.json({ title: 'Too many' }, { status: 422 }))
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

test('a panel under filters has them in its name, which the API takes', () => {
  const panel = { ...FAN, y: [...FAN.y] }
  const name = (filters: string[]) => questionOfPanel(panel, 'select 1', COLUMNS, filters)?.name ?? ''
  expect(name(['Country: Ireland', 'From: 1 Mar 2026'])).toBe(
    'What is ahead? (Country: Ireland, From: 1 Mar 2026)',
  )
  expect(name(['a'.repeat(300)])).toHaveLength(200)
  expect(name(['a'.repeat(300)]).endsWith('a…')).toBe(true)
})

test('another question of the same name is not replaced', () => {
  const kept = (name: string, sql: string) => ({ ...QUESTION, name, sql })
  const others = [kept(QUESTION.name, 'select 2'), kept(`${QUESTION.name} (2)`, 'select 3')]
  expect(pinnedAs(QUESTION, others).name).toBe('What is ahead? (3)')
  const long = 'a'.repeat(200)
  const { name } = pinnedAs({ ...QUESTION, name: long }, [kept(long, 'select 2')])
  expect([name.length, name.slice(-5)]).toEqual([200, '… (2)'])
})

test('a question with the same statement is pinned as it is, whatever its name', () => {
  const own = { ...QUESTION, name: 'Mine', kind: 'bar' as const, is_pinned: false }
  expect(pinnedAs(QUESTION, [own])).toEqual({ ...own, is_pinned: true })
  expect(pinnedAs(QUESTION, [{ ...own, name: QUESTION.name }])).toMatchObject({
    kind: 'bar',
    is_pinned: true,
  })
})

test('a panel keeps its scale and its action, and a chart without them none', () => {
  const line = { ...FAN, kind: 'line' as const, y: ['sold'], series: 'place' }
  const pinned = questionOfPanel({ ...line, scale: 'each', action: 'Order more.' }, 'select 1', COLUMNS)
  expect(pinned).toMatchObject({ kind: 'line', scale: 'each', action: 'Order more.' })
  expect(questionOfPanel({ ...line, scale: 'auto', action: '' }, 'select 1', COLUMNS)).not.toHaveProperty(
    'scale',
  )
})

test('a panel that was not put on the dashboard says why', async () => {
  isFailing = true
  show()
  await userEvent.click(await screen.findByText('Put it on my dashboard'))
  expect((await screen.findByRole('alert')).textContent).toBe('It was not put there: Too many')
  expect(sent).toEqual([])
})

test('a panel keeps its band, its words and the units of its columns', () => {
  const parts = {
    bounds: [['low', 'high']] as [string, string][],
    answer: '{mean} ahead',
    nothing: 'Nothing is.',
  }
  const units = { mean: 'GBP', sold: '', other: 'kg' }
  expect(questionOfPanel({ ...FAN, y: [...FAN.y], ...parts }, 'select 1', COLUMNS, [], units)).toMatchObject({
    ...parts,
    kind: 'fan',
    units: { mean: 'GBP' },
  })
})
