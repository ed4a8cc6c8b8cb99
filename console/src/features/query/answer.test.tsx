// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, expect, test } from 'vitest'

import { Answer } from './answer'
import type { Result } from './results'

afterEach(cleanup)

const FIRST = {
  isFirst: true,
  query: { query_id: 'q', state: 'succeeded', scanned_bytes: 0, cost_usd: '0' },
  columns: [{ name: 'name', type: 'varchar', unit: '', label: '' }],
  rows: [['Alps']],
  next: '',
} as unknown as Result

test('the seconds of a running query are not announced, and that it runs is', async () => {
  const nothing = () => undefined
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <MemoryRouter>
          <Answer
            result={FIRST}
            sql="SELECT name FROM ranges"
            title="Answer"
            seconds={1}
            rest="running"
            progress={{ began: Date.now() - 60_000, scanned_bytes: 0 }}
            onStop={nothing}
            view="table"
            onView={nothing}
            choice={undefined}
            onChoose={nothing}
          />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
  const seconds = await screen.findByText(/runs for \d+ s/)
  expect(seconds.closest('[role=status], [aria-live]')?.getAttribute('aria-live')).toBe('off')
  expect(screen.getByText(/being computed/).getAttribute('role')).toBe('status')
}, 60_000)

test('one row of measures is figures in the view of the chart too', () => {
  const nothing = () => undefined
  const columns = ['guests', 'revenue', 'per_guest'].map((name) => ({
    name,
    type: 'double',
    unit: '',
    label: '',
  }))
  const figures = { ...FIRST, isFirst: false, columns, rows: [[3, 60, 20]] } as unknown as Result
  for (const view of ['chart', 'table'] as const) {
    render(
      <MantineProvider env="test">
        <QueryClientProvider client={new QueryClient()}>
          <MemoryRouter>
            <Answer
              result={figures}
              sql="SELECT count(*) AS guests, sum(paid) AS revenue, avg(paid) AS per_guest FROM stays"
              title="Answer"
              seconds={1}
              rest="stopped"
              progress={undefined}
              onStop={nothing}
              view={view}
              onView={nothing}
              choice={undefined}
              onChoose={nothing}
            />
          </MemoryRouter>
        </QueryClientProvider>
      </MantineProvider>,
    )
    expect(screen.getByTestId('figure-of-per_guest').textContent).toBe('20')
    expect(screen.queryByLabelText('Drawn as')).toBeNull()
    cleanup()
  }
})
