// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { reasonWords, RowsToFix } from './rows-to-fix'

let asked: string[] = []
afterEach(cleanup)

const file = (name: string) => ({
  file_id: name,
  key: `payments/${name}.csv`,
  dataset: 'payments',
  reasons: [{ rule: 'minimum', rows: 2 }],
  state: 'done',
  rows: 2,
  received: 4,
  received_at: '2026-11-24T03:00:00',
})

function show(waiting: object[], { dataset = '', groups = ['uploader'] } = {}): void {
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  asked = []
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url)
    return Promise.resolve(
      Response.json(
        url.endsWith('/v1/me')
          ? { name: 'ana', groups }
          : { lines: [], waiting, files_waiting: waiting.length },
      ),
    )
  })
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <RowsToFix dataset={dataset} />
      </QueryClientProvider>
    </MantineProvider>,
  )
}

test('the list begins with the files that need a decision, then those with most rows, and says why', async () => {
  show([
    { ...file('a'), rows: 1 },
    { ...file('b'), rows: 7 },
    { ...file('c'), rows: 0, state: 'rejected', reasons: [] },
  ])
  const links = await screen.findAllByRole('link', { name: /^Open/ })
  expect(links.map((link) => link.getAttribute('href'))).toEqual(['#/files/c', '#/files/b', '#/files/a'])
  expect(screen.getByText('1 file needs a decision, 8 rows wait for a correction, in 3 files of 1 dataset'))
  expect(screen.getAllByText('A value is below the lowest value allowed (2 rows).')).toHaveLength(2)
})

test('of files that wait alike the newest has the one primary button', async () => {
  show([file('b'), file('a')])
  const links = await screen.findAllByRole('link', { name: 'Open the rows' })
  expect(links.map((link) => [link.getAttribute('href'), link.dataset['variant']])).toEqual([
    ['#/files/b', 'filled'],
    ['#/files/a', 'default'],
  ])
})

test('each cause has its column and its own number, at most three of them', () => {
  const cause = (column: string, waiting = 1) => ({ rule: 'type', column, waiting })
  const reasons = [{ rule: 'type', rows: 3 }]
  expect(reasonWords(reasons, [cause('quantity'), cause('unit_price'), cause('updated_at')])).toBe(
    'Quantity does not have the type of its column (1 row); Unit price does not have the type of its column (1 row); Updated at does not have the type of its column (1 row).',
  )
  const many = ['a', 'b', 'c', 'd', 'e'].map((name) => cause(name, 2))
  expect(reasonWords(reasons, many)).toMatch(/\(2 rows\), and 2 more reasons\.$/)
  expect(reasonWords(reasons, [cause('quantity', 0), cause('unit_price', 2)])).toBe(
    'Unit price does not have the type of its column (2 rows).',
  )
  expect(reasonWords(reasons)).toBe('A value does not have the type of its column (3 rows).')
  expect(reasonWords([])).toBe('')
  const titles: Record<string, string> = { query_text: 'Searched for' }
  expect(reasonWords(reasons, [cause('query_text', 1)], (name) => titles[name] ?? name)).toMatch(
    /^Searched for /,
  )
})

test('the rows of one dataset are asked for alone, with the way to all', async () => {
  show([file('a')], { dataset: 'payments' })
  await screen.findByText('1 file of Payments: 2 rows wait for a correction')
  expect(screen.getByRole('link', { name: 'Show all datasets' }).getAttribute('href')).toBe('#/work/files')
  expect(asked.some((url) => url.includes('/v1/quarantine?dataset=payments'))).toBe(true)
})

test('of two files of one name each has its time, and the earlier one says that a later one waits', async () => {
  const named = { ...file('a'), key: 'uploads/autumn.csv' }
  show([
    { ...named, file_id: 'new', received_at: '2026-11-24T15:40:00' },
    { ...named, file_id: 'old', rows: 1, received_at: '2026-11-24T15:21:00' },
    file('b'),
  ])
  await screen.findByText(/^autumn\.csv, .*15:40/)
  screen.getByText(/^autumn\.csv, .*15:21/)
  expect(screen.getAllByText(/A later file of this name waits, too/)).toHaveLength(1)
})

test('whoever may not correct rows has no primary button, and reads who may', async () => {
  show([file('a')], { groups: ['viewer'] })
  await screen.findByText('Only uploaders can correct rows. Ask an operator for the group uploader.')
  expect(screen.getByRole('link', { name: 'Open the rows' }).dataset['variant']).toBe('default')
})
