// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { FEW, FoldedLine, TableTrust, TrustLine } from './trust-line'

beforeEach(() => {
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', () =>
    Promise.resolve(new Response(JSON.stringify({ version: '1', as_of: '2010-12-09', tables: [] }))),
  )
})
afterEach(cleanup)

function show(words: string[], isRepeated = false): void {
  const board = { system: 's', trust: [{ tables: ['t'], words, sql: '', source: '' }] }
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <TrustLine board={board} table="t" isRepeated={isRepeated} />
      </QueryClientProvider>
    </MantineProvider>,
  )
}

test('the line shows as of when and its first part; the others are one click away', async () => {
  show(['off by 12 %', 'nearer: last year', 'method: level', 'bands are assumed'])
  const summary = await screen.findByText('as of 9 Dec 2010 · off by 12 % · more')
  expect(summary.tagName).toBe('SUMMARY')
  expect(summary.parentElement?.hasAttribute('open')).toBe(false)
  const others = within(summary.parentElement as HTMLElement).getAllByRole('listitem', { hidden: true })
  expect(others.map((part) => part.textContent)).toEqual([
    'nearer: last year',
    'method: level',
    'bands are assumed',
    'where it comes from',
  ])
})

test('of a line that the page has above only the day is in sight', async () => {
  show(['off by 12 %'], true)
  const summary = await screen.findByText('as of 9 Dec 2010 · more')
  expect(summary.parentElement?.textContent).toContain('off by 12 %')
})

test('a line of few parts is in sight', async () => {
  show(['counted, not estimated'])
  const line = await screen.findByText(/counted, not estimated/)
  expect(line.tagName).toBe('P')
})

describe('the line of figures that a model makes', () => {
  beforeEach(() => {
    const cards = [{ name: 'level', system: 's', tables: ['t'], predicts: '' }]
    vi.stubGlobal('fetch', (url: string) =>
      Promise.resolve(
        Response.json(url.endsWith('/v1/model-cards') ? { cards } : { version: '1', as_of: '2010-12-09' }),
      ),
    )
  })

  test('leads from its method to the card of the model', async () => {
    show(['off by 12 %', 'nearer: last year', 'method: level'])
    const link = await screen.findByText('method')
    expect(link.getAttribute('href')).toBe('#/models/level')
    expect(link.parentElement?.textContent).toBe('method: level')
    expect(screen.queryByText('by which method')).toBeNull()
  })

  test('has the way to the card where it states no method', async () => {
    show(['off by 12 %'])
    const link = await screen.findByText('by which method')
    expect(link.getAttribute('href')).toBe('#/models/level')
  })
})

test('the line has its room before its words are there', async () => {
  show(['counted, not estimated'])
  expect(screen.getByTestId('trust-of-t').getAttribute('aria-busy')).toBe('true')
  await screen.findByText(/counted, not estimated/)
  expect(screen.queryByTestId('trust-of-t')).toBeNull()
})

describe('the line of a table page', () => {
  const filter = { name: 'series', label: '', column: 'series', tables: ['t'], values: '', whole: 'total' }
  const board = {
    system: 's',
    trust: [{ tables: ['t'], words: ['off by {error}'], sql: 'SELECT error FROM t', source: '' }],
    filters: [{ ...filter, panels: [], is_from: false, is_until: false, through: '' }],
  }
  const columns = ['series', 'error'].map((name) => ({ name, type: 'varchar' }))
  let asked: string[] = []

  beforeEach(() => {
    asked = []
    const bodies = {
      '/v1/dashboards': { dashboards: [board] },
      '/v1/catalog': { tables: [{ name: 't', database: 'lake', system: 's', columns }] },
      '/rows': { columns: [{ name: 'error', type: 'varchar' }], rows: [['a third']], next_cursor: '' },
      '/v1/queries': { query_id: 'q', state: 'succeeded', scanned_bytes: 0, cost_usd: '0' },
      '': { version: '1', as_of: '2010-12-09' },
    }
    vi.stubGlobal('fetch', (url: string, { body }: RequestInit = {}) => {
      if (body) asked.push((JSON.parse(String(body)) as { sql: string }).sql)
      const [, answer] = Object.entries(bodies).find(([part]) => url.includes(part)) ?? []
      return Promise.resolve(Response.json(answer))
    })
  })

  const showTable = (filters: string[]) =>
    render(
      <MantineProvider>
        <QueryClientProvider client={new QueryClient()}>
          <TableTrust system="s" table="t" filters={filters} />
        </QueryClientProvider>
      </MantineProvider>,
    )

  test('is about the filtered rows, where a dashboard filters by their condition', async () => {
    showTable(['series:eq:category=kitchen'])
    await vi.waitFor(() => expect(asked.at(-1)).toContain("WHERE series = 'category=kitchen'"))
    await vi.waitFor(() =>
      expect(screen.getByTestId('trust-t').textContent).toBe('as of 9 Dec 2010 · off by a third'),
    )
  })

  test('says that it leaves other conditions aside, also beside one that it takes', async () => {
    showTable(['series:eq:category=kitchen', 'error:contains:3'])
    await vi.waitFor(() =>
      expect(screen.getByTestId('trust-t').textContent).toMatch(
        /off by a third · this line leaves 1 filter aside, so it is about more rows than are shown$/,
      ),
    )
  })

  test('is not about the whole table while the columns of the table are read', async () => {
    const answered = globalThis.fetch
    let answer: () => void = () => undefined
    const isThere = new Promise<void>((resolve) => (answer = resolve))
    const others: string[] = []
    vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
      if (url.includes('/v1/catalog')) await isThere
      else others.push(url)
      return answered(url, init)
    })
    showTable(['series:eq:category=kitchen'])
    await vi.waitFor(() => expect(others.length).toBeGreaterThan(1))
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(screen.queryByText(/whole table/)).toBeNull()
    expect(asked).toEqual([])
    answer()
    await vi.waitFor(() => expect(asked.at(-1)).toContain("WHERE series = 'category=kitchen'"))
  })

  test('says that it is about the whole table under any other condition', async () => {
    showTable(['error:contains:3'])
    await vi.waitFor(() =>
      expect(screen.getByTestId('trust-t').textContent).toMatch(
        /off by a third · this line is about the whole table, not about the filtered rows alone$/,
      ),
    )
  })
})

test('on a phone the line of a table has two parts and what its rows need; the others are folded', () => {
  const parts = ['as of 9 Dec 2010', 'counted', 'from orders', 'a change is mostly chance']
  render(
    <MantineProvider>
      <FoldedLine table="t" parts={parts} notes={['about the whole table']} few={FEW} />
    </MantineProvider>,
  )
  const summary = screen.getByText('as of 9 Dec 2010 · counted · about the whole table · more')
  expect(summary.tagName).toBe('SUMMARY')
  const others = within(summary.parentElement as HTMLElement).getAllByRole('listitem', { hidden: true })
  expect(others.map((part) => part.textContent)).toEqual(['from orders', 'a change is mostly chance'])
})
