// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { RowsOverTime } from './rows-over-time'

afterEach(cleanup)

vi.mock('../dashboards/chart', () => ({
  default: ({ shown }: { shown: { rows: unknown[][] } }) => <output>{JSON.stringify(shown.rows)}</output>,
}))

const COUNTED: Schemas['RowsOverTimeShown'] = {
  column: 'at',
  period: 'day',
  points: [
    { starts_on: '2026-03-01', rows: 2, measures: { heat: { median: 21.5, total: 43 } } },
    { starts_on: '2026-03-02', rows: 1, measures: {} },
  ],
}

function show(names: string[]) {
  render(
    <MantineProvider env="test">
      <RowsOverTime
        counted={COUNTED}
        title={() => 'At'}
        latestOn="2026-03-02"
        measures={names.map((name) => ({ name, heading: 'Heat (°C)', unit: '°C' }))}
      />
    </MantineProvider>,
  )
}

test('a reader follows the median or the total of a column over time, with a gap where it has no value', async () => {
  show(['heat'])
  await screen.findByText('[["2026-03-01",2],["2026-03-02",1]]')
  await userEvent.selectOptions(screen.getByLabelText('What is followed over time'), 'Heat (°C)')
  screen.getByText('Median of Heat (°C) by day, by At')
  expect(screen.getByRole('status').textContent).toBe('[["2026-03-01",21.5],["2026-03-02",null]]')
  await userEvent.click(screen.getByLabelText('Total'))
  expect(screen.getByRole('status').textContent).toBe('[["2026-03-01",43],["2026-03-02",null]]')
})

test('a column whose values were not read by period is no choice', async () => {
  show(['weight'])
  await screen.findByRole('status')
  expect(screen.queryByLabelText('What is followed over time')).toBeNull()
})
