// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { RowsOverTime } from './rows-over-time'

afterEach(cleanup)

const drawn = vi.hoisted(() => new Set<object>())
vi.mock('../dashboards/chart', () => ({
  default: ({ shown }: { shown: { rows: unknown[][] } }) => {
    drawn.add(shown)
    return <output>{JSON.stringify(shown.rows)}</output>
  },
}))

const COUNTED: Schemas['RowsOverTimeShown'] = {
  column: 'at',
  period: 'day',
  points: [
    {
      starts_on: '2026-03-01',
      rows: 2,
      measures: { heat: { median: 21.5, total: 43 }, energy: { median: 2, total: 4 } },
    },
    { starts_on: '2026-03-02', rows: 1, measures: {} },
  ],
}

const HEADED: Record<string, { heading: string; unit: string }> = {
  heat: { heading: 'Heat (°C)', unit: '°C' },
  energy: { heading: 'Energy (kWh)', unit: 'kWh' },
  weight: { heading: 'Weight', unit: '' },
}

const panel = (names: string[]) => (
  <MantineProvider env="test">
    <RowsOverTime
      counted={COUNTED}
      title={() => 'At'}
      latestOn="2026-03-02"
      latestAt="2026-03-02T12:00:00"
      measures={names.map((name) => ({ name, heading: name, ...HEADED[name] }))}
    />
  </MantineProvider>
)

const show = (names: string[]) => render(panel(names))

test('a reader follows the median or the total of a column over time, with a gap where it has no value', async () => {
  show(['heat', 'energy'])
  await screen.findByText('[["2026-03-01",2],["2026-03-02",1]]')
  await userEvent.selectOptions(screen.getByLabelText('What is followed over time'), 'Heat (°C)')
  screen.getByText('Median of Heat (°C) by day, by At, days in UTC')
  expect(screen.getByRole('status').textContent).toBe('[["2026-03-01",21.5],["2026-03-02",null]]')
  expect(screen.queryByLabelText('Total'), 'temperatures have no sum').toBeNull()
  await userEvent.selectOptions(screen.getByLabelText('What is followed over time'), 'Energy (kWh)')
  await userEvent.click(screen.getByLabelText('Total'))
  expect(screen.getByRole('status').textContent).toBe('[["2026-03-01",4],["2026-03-02",null]]')
  await userEvent.selectOptions(screen.getByLabelText('What is followed over time'), 'Heat (°C)')
  screen.getByText('Median of Heat (°C) by day, by At, days in UTC')
})

test('a column whose values were not read by period is no choice', async () => {
  show(['weight'])
  await screen.findByRole('status')
  expect(screen.queryByLabelText('What is followed over time')).toBeNull()
})

test('the chart of a column is not drawn again where the page is rendered again', async () => {
  const { rerender } = show(['heat'])
  await screen.findByRole('status')
  await userEvent.selectOptions(screen.getByLabelText('What is followed over time'), 'Heat (°C)')
  drawn.clear()
  rerender(panel(['heat']))
  rerender(panel(['heat']))
  expect(drawn.size).toBe(1)
})
