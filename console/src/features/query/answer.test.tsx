// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import type { ComponentProps } from 'react'
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

/** Shows an answer whose query has ended, unless it says otherwise. */
function show(answer: Partial<ComponentProps<typeof Answer>>): void {
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
            rest="stopped"
            progress={undefined}
            onStop={nothing}
            view="table"
            onView={nothing}
            choice={undefined}
            onChoose={nothing}
            {...answer}
          />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  )
}

test('the seconds of a running query are not announced, and that it runs is', async () => {
  show({ rest: 'running', progress: { began: Date.now() - 60_000, scanned_bytes: 0 } })
  const seconds = await screen.findByText(/runs for \d+ s/)
  expect(seconds.closest('[role=status], [aria-live]')?.getAttribute('aria-live')).toBe('off')
  expect(screen.getByText(/being computed/).getAttribute('role')).toBe('status')
}, 60_000)

test('one row of measures is figures in the view of the chart too', () => {
  const columns = ['guests', 'revenue', 'per_guest'].map((name) => ({
    name,
    type: 'double',
    unit: '',
    label: '',
  }))
  const result = { ...FIRST, isFirst: false, columns, rows: [[3, 60, 20]] } as unknown as Result
  const sql = 'SELECT count(*) AS guests, sum(paid) AS revenue, avg(paid) AS per_guest FROM stays'
  for (const view of ['chart', 'table'] as const) {
    show({ result, sql, view })
    expect(screen.getByTestId('figure-of-per_guest').textContent).toBe('20')
    expect(screen.queryByLabelText('Drawn as')).toBeNull()
    cleanup()
  }
})

test('a division by zero is no value, in each view', () => {
  const columns = [{ name: 'per_guest', type: 'double', unit: '', label: '' }]
  for (const value of ['Infinity', '-Infinity', 'NaN'])
    for (const view of ['chart', 'table'] as const) {
      const result = { ...FIRST, isFirst: false, columns, rows: [[value]] } as unknown as Result
      show({ result, sql: 'SELECT sum(paid) / 0 AS per_guest FROM stays', view })
      expect(screen.getByTestId('figure-of-per_guest').textContent).toBe('no value: divided by zero')
      screen.getByText(/NULLIF\(x, 0\)/)
      cleanup()
    }
})
